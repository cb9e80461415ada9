"""Small makers of this room's rows; files are real, base models toys."""

import numpy as np
import pytest
from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from tests.engine import toys
from training import services
from training.models import BaseModel


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path, monkeypatch):
    """Each test has its own stored files and folders."""
    settings.STORAGE_URL = f"file://{tmp_path / 'blobs'}"
    settings.DATA_DIR = tmp_path / "data"
    settings.DATA_DIR.mkdir()
    settings.BASE_MODELS_DIR = tmp_path / "bases"
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path
    # The test holds the database in one transaction; the thread that renews leases must not wait.
    settings.RENEW_SECONDS = 3600


@pytest.fixture
def make_picture(tmp_path):
    """make_picture("a.jpg", seed=3, size=(64, 48)): a file with a picture of its own."""

    def make_picture(name="a.jpg", *, seed=0, size=(64, 48), folder=None, **options):
        values = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
        picture = Image.fromarray(values, "RGB").resize(size, Image.Resampling.BICUBIC)
        path = (folder or tmp_path / "pictures") / name
        path.parent.mkdir(parents=True, exist_ok=True)
        picture.save(path, **options)
        return path

    return make_picture


@pytest.fixture
def make_dataset(designer, make_picture):
    """make_dataset(3, captioned=2): a dataset of the designer with so many pictures."""

    def make_dataset(pictures=0, *, captioned=None, checked=0, owner=None, name="Ink", **fields):
        fields = {"trigger_word": "lnink", **fields}
        dataset = services.make_dataset(owner or designer, name, **fields)
        paths = [make_picture(f"{n:03}.jpg", seed=n) for n in range(pictures)]
        services.add_images(dataset, paths)
        captioned = pictures if captioned is None else captioned
        for n, image in enumerate(dataset.images.order_by("name")[:captioned]):
            text = f"lnink, arcade street number {n}, red lanterns"
            if n < checked:
                image.check_caption(text, by=dataset.owner)
            else:
                image.draft(text)
        return dataset

    return make_dataset


@pytest.fixture(scope="session")
def toy_base_folder(tmp_path_factory):
    return toys.write_base(tmp_path_factory.mktemp("toy") / "toy", "studio-mini")


@pytest.fixture
def base(db, toy_base_folder):
    """A toy base model, as a row; it stands in the folder for base models."""
    folder = settings.BASE_MODELS_DIR
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "toy").symlink_to(toy_base_folder)
    services.sync_base_models()
    return BaseModel.objects.get(name="toy")


@pytest.fixture
def quick_settings():
    """The fewest steps that make a checkpoint, a sample and a resume possible."""
    return {
        "lora_rank": 2,
        "batch_size": 2,
        "epochs": 2,
        "save_steps": 2,
        "sample_steps": 1,
        "sample_prompts": ["lnink, arcade street"],
    }


@pytest.fixture
def make_run(make_dataset, base, designer, queue_redis, quick_settings, monkeypatch):
    """make_run(dataset, name="Run"): a queued run; on three checked pictures of its own if None.

    Carried out in this process, its checkpoints are judged by pictures of two denoising steps.
    """
    monkeypatch.setattr("training.engine.evaluate.checkpoint_scores.FEWEST_STEPS", 2)

    def make_run(dataset=None, name="Run"):
        dataset = dataset or make_dataset(3, checked=3)
        return services.start_run(dataset, base, quick_settings, by=designer, name=name)

    return make_run


@pytest.fixture
def at_desk(client, designer):
    """The designer's browser."""
    client.force_login(designer)
    return client


@pytest.fixture
def count_queries():
    """count_queries(client, url): how many queries the page costs."""

    def count(client, url):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return len(captured)

    return count


@pytest.fixture
def dataset(make_dataset, base):
    """Four pictures that are ready to be trained on."""
    return make_dataset(4, checked=4)


@pytest.fixture
def fields(at_desk, dataset):
    """The form's values as the page shows them first."""
    form = at_desk.get(f"/datasets/{dataset.pk}/train/").context["form"]
    said = {name: value for name, value in form.data.items() if value is not None}
    confirmed = {"unknown_rights": dataset.images.without_rights().count()}
    return {**said, **confirmed, "few_images": dataset.images.count()}
