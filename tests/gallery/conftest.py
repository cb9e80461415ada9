"""Makers of the gallery's rows, over a toy base of the real classes."""

import copy
import dataclasses
import io
from pathlib import Path

import numpy as np
import pytest
import torch
from django.conf import settings
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.db import transaction
from django.urls import reverse
from PIL import Image
from safetensors.torch import load_file, save_file

from brandstudio.core import blobs
from brandstudio.core.models import Vehicle
from gallery import services
from gallery.models import (
    Asset,
    AssetState,
    Channel,
    EvidenceImage,
    EvidenceSheet,
    InitImageUpload,
    PromptTemplate,
    SheetState,
    StylePack,
    StyleVersion,
)
from gallery.services import SceneOrder, cutouts, lookalikes, policy
from gallery.services import assets as asset_acts
from gallery.services.checklist import ITEMS, YES, all_confirmed
from tests.engine import toys
from tests.photographs import saved
from training import services as training_services
from training.engine.base import base_models, loading
from training.engine.lora import weight_files
from training.engine.lora.weight_files import LoraModule
from training.minibase.artist import picture
from training.minibase.artist.spec import SceneSpec
from training.models import BaseModel, Checkpoint, Snapshot, TrainingRun
from training.services import weights

BAND = {
    "strength_min": 0.3,
    "best_min": 0.5,
    "strength": 0.7,
    "best_max": 0.8,
    "strength_max": 0.9,
}
PAINTED = SceneSpec(place="harbour", time="day", vehicle="suv", colour="white", seed=3)
SLOTS = [
    {
        "name": "vehicle",
        "label_zh": "车型",
        "label_en": "Vehicle",
        "options": [
            {"value": "GS8 suv", "zh": "GS8", "en": "GS8"},
            {"value": "M8 mpv", "zh": "M8", "en": "M8"},
        ],
    },
    {
        "name": "weather",
        "label_zh": "天气",
        "label_en": "Weather",
        "options": [
            {"value": "", "zh": "晴", "en": "clear"},
            {"value": "rain", "zh": "雨", "en": "rain"},
        ],
    },
]


# Painted by the bundled base.
MASTER = settings.ROOT / "gallery/demo/blobs/1dcb1a0613b5af74.png"
# What a reviewer sends who ticks the whole checklist.
CHECKED = {f"check_{item.key}": YES for item in ITEMS}


def slot_fields(slots):
    """What the rows of these slots send: slots as `PromptTemplate.slots`."""
    fields = {}
    for key, slot in enumerate(slots):
        at = f"slots-{key}"
        fields |= {f"{at}-{name}": slot[name] for name in ("name", "label_zh", "label_en")}
        if slot.get("of_vehicle"):
            fields[f"{at}-of_vehicle"] = "1"
        for number, option in enumerate(slot["options"]):
            fields |= {f"{at}-options-{number}-{name}": option[name] for name in option}
    return fields


@pytest.fixture(scope="session")
def toy_base(tmp_path_factory):
    """A folder with a toy base of the bundled family."""
    return toys.write_base(tmp_path_factory.mktemp("base") / "toy", "studio-mini")


@pytest.fixture(scope="session")
def toy_weights(toy_base, tmp_path_factory):
    """A LoRA file for the toy base that changes every picture."""
    info = base_models.describe(toy_base)
    model = loading.load_model(info, "cpu")
    numbers = torch.Generator().manual_seed(7)

    def random(*shape):
        return torch.randn(*shape, generator=numbers) * 0.3

    modules = {}
    for path, layer in model.pipe.unet.named_modules():
        if path.endswith(("to_q", "to_k", "to_v", "to_out.0")):
            name = model.kohya_names("unet", path)[0]
            down, up = random(4, layer.in_features), random(layer.out_features, 4)
            modules[name] = LoraModule(down, up, alpha=4.0)
    path = tmp_path_factory.mktemp("lora") / "toy.safetensors"
    weight_files.write_kohya(path, modules, {"ss_base_model_version": "studio_mini_v1"})
    return path


@pytest.fixture(scope="session")
def weights_of(toy_weights, tmp_path_factory):
    """weights_of(2): a LoRA file with weights of its own for each number; that of 0 is
    toy_weights."""
    folder = tmp_path_factory.mktemp("loras")

    def weights_of(number):
        if number == 0:
            return toy_weights
        path = folder / f"{number}.safetensors"
        if not path.exists():
            numbers = torch.Generator().manual_seed(100 + number)
            tensors = load_file(toy_weights)
            for name, tensor in tensors.items():
                if not name.endswith(".alpha"):
                    tensor.copy_(torch.randn(tensor.shape, generator=numbers) * 0.3)
            save_file(tensors, path, {"ss_base_model_version": "studio_mini_v1"})
        return path

    return weights_of


@pytest.fixture(scope="session")
def toy_columns(toy_base):
    """The columns of the toy base's row."""
    info = base_models.describe(toy_base)
    facts = {
        name: str(value) if isinstance(value, Path) else value
        for name, value in dataclasses.asdict(info).items()
        if name not in {"name", "path", "family"}
    }
    return {"path": str(toy_base), "family": info.family, "sha256": info.sha256, "info": facts}


@pytest.fixture
def base(toy_columns, db):
    policy.seed_rules()  # a test with real transactions takes the migration's rows away
    return BaseModel.objects.create(name="toy", **copy.deepcopy(toy_columns))


def png(colour="teal", size=(48, 32)):
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def make_version(base, designer, brand_admin, weights_of):
    """make_version("ink", state="approved", sheet="done", **fields): a version of that pack, with
    weights of its own unless weights_sha256 says which; the first one has toy_weights."""

    def make_version(slug="ink", *, state="approved", sheet="done", pictures=(0.0, 0.7), **fields):
        if "weights_sha256" not in fields:
            fields["weights_sha256"] = blobs.put(weights_of(StyleVersion.objects.count()))
        weights.note_content(fields["weights_sha256"])
        pack, _made = StylePack.objects.get_or_create(
            slug=slug, defaults={"name_zh": f"{slug} 包", "name_en": f"{slug} pack"}
        )
        version = StyleVersion.objects.create(
            **{
                **BAND,
                "pack": pack,
                "number": pack.versions.count() + 1,
                "made_by": designer,
                "base": base,
                "size": 1000,
                "trigger_words": f"{slug} style",
                **fields,
            }
        )
        EvidenceSheet.objects.create(
            version=version,
            state=SheetState(sheet),
            plan={"prompts": [{"prompt": "a suv"}], "seed": 1, "strengths": [0.0, 0.7], "steps": 4},
            total=2,
        )
        for strength in pictures:
            EvidenceImage.objects.create(
                version=version,
                prompt="a suv",
                seed=1,
                strength=strength,
                sha256=blobs.put_bytes(png()),
            )
        if state != "draft":
            version.submit(designer)
        if state == "approved":
            services.approve(version, brand_admin, answers=all_confirmed())
        return version

    return make_version


@pytest.fixture
def dataset(designer, tmp_path):
    """Two pictures whose rights are clear."""
    dataset = training_services.make_dataset(designer, "Ink")
    for colour in ("red", "blue"):
        path = tmp_path / f"{colour}.png"
        path.write_bytes(png(colour))
        training_services.add_images(dataset, [path])
    training_services.set_rights(dataset, designer, rights_holder="Lin", licence="contract 7")
    return dataset


@pytest.fixture
def copies_in(dataset, tmp_path):
    """copies_in(content): the dataset with this file as sent.png beside what it holds."""

    def copies_in(content):
        path = tmp_path / "sent.png"
        path.write_bytes(content)
        report = training_services.add_images(dataset, [path])
        assert [image.name for image in report.added] == ["sent.png"]
        dataset.images.update(caption="a suv", caption_state="checked")
        training_services.set_rights(dataset, dataset.owner, rights_holder="Lin")
        return dataset

    return copies_in


@pytest.fixture
def train_on(base, designer):
    """train_on(dataset): a checkpoint of a run that trained on it as it is now."""

    def train_on(dataset):
        run = TrainingRun.objects.create(
            name="Ink one",
            owner=designer,
            dataset=dataset,
            base=base,
            snapshot=Snapshot.freeze(dataset),
        )
        sha256 = blobs.put_bytes(b"w%d" % Checkpoint.objects.count())
        weights.note_content(sha256)
        return Checkpoint.objects.create(run=run, step=10, sha256=sha256, size=1)

    return train_on


@pytest.fixture
def make_template(designer, brand_admin, db):
    """make_template("arcade", state="approved", **fields)"""

    def make_template(slug="arcade", *, state="approved", **fields):
        template = PromptTemplate.objects.create(
            **{
                "slug": slug,
                "number": PromptTemplate.objects.filter(slug=slug).count() + 1,
                "name_zh": "骑楼",
                "name_en": "Arcade",
                "sentence_zh": "{vehicle}停在骑楼，{weather}。",
                "sentence_en": "A {vehicle} in an arcade, {weather}.",
                "text": "a white {vehicle}, qilou arcade street, {weather}",
                "negative_prompt": "blurry",
                "slots": SLOTS,
                "made_by": designer,
                **fields,
            }
        )
        if state != "draft":
            services.submit(template, designer)
        if state == "approved":
            services.approve(template, brand_admin)
        return template

    return make_template


@pytest.fixture
def channel(db):
    return Channel.objects.create(
        slug="square", name_zh="方", name_en="Square", width=300, height=300
    )


@pytest.fixture
def make_scene(base, marketer, make_template):
    """make_scene(packs=((version, 0.7),), count=2, …): a scene as `compose_scene` makes it."""

    def make_scene(by=None, **fields):
        template = fields.pop("template", None) or make_template(
            f"t{PromptTemplate.objects.count()}"
        )
        order = SceneOrder(
            **{
                "template": template,
                "slot_values": {"vehicle": "GS8 suv", "weather": ""},
                "count": 1,
                "seed": 5,
                "steps": 4,
                "base": base,
                **fields,
            }
        )
        return services.compose_scene(order, by or marketer)

    return make_scene


@pytest.fixture
def finish():
    """finish(picture): painted, a plain colour; one that is ready stays as it is."""

    def finish(asset):
        if asset.state == AssetState.READY:
            return
        asset.start(f"test:{asset.pk}:1")
        asset.begin_rendering()
        asset.finish(
            image_sha256=blobs.put_bytes(png(f"#{asset.pk % 2**24:06x}")),
            thumb_sha256=blobs.put_bytes(png()),
            seconds=2.0,
            lineage={"seed": asset.seed},
        )

    return finish


@pytest.fixture
def make_ready(make_scene, finish):
    """make_ready(**fields): a scene whose pictures all are painted (a plain colour each)."""

    @transaction.atomic  # no worker that a browser's test has employed sees them waiting
    def make_ready(**fields):
        scene = make_scene(**fields)
        for asset in scene.assets.all():
            finish(asset)
        return Asset.objects.filter(scene=scene).order_by("index")

    return make_ready


@pytest.fixture
def in_state(make_ready, marketer, brand_admin):
    """in_state("declined"): a finished picture of the marketer in that state of review."""

    def in_state(state, **fields):
        [asset] = make_ready(**fields)
        if state == "binned":
            asset_acts.discard(asset, marketer)
        elif state != "private":
            asset_acts.ask_review(asset, marketer)
        if state == "declined":
            asset_acts.decline(asset, brand_admin, "Five wheels.")
        elif state in ("approved", "withdrawn"):
            asset_acts.approve(asset, brand_admin, all_confirmed())
        if state == "withdrawn":
            asset_acts.withdraw(asset, brand_admin, "The photograph's rights ended.")
        return asset

    return in_state


@pytest.fixture
def approved(in_state, marketer, brand_admin):
    """An approved picture as the bundled base paints them."""
    asset = in_state("private", size=(224, 288))
    Asset.objects.filter(pk=asset.pk).update(image_sha256=blobs.put(MASTER), look="")
    asset.refresh_from_db()
    asset_acts.ask_review(asset, marketer)
    asset_acts.approve(asset, brand_admin, all_confirmed())
    lookalikes.note(asset)
    return asset


@pytest.fixture
def writer(marketer):
    """A marketer who may write prompts and leave the band."""
    marketer.may_write_prompts = marketer.may_leave_band = True
    marketer.save()
    return marketer


@pytest.fixture
def at(client):
    """at(person).get("pack-list", …): that person's browser."""

    class Browser:
        def __init__(self, person):
            client.force_login(person)

        def get(self, name, /, *args, headers=None, **query):
            return client.get(reverse(f"gallery:{name}", args=args), query, headers=headers)

        def post(self, name, /, *args, **data):
            return client.post(reverse(f"gallery:{name}", args=args), data)

        def decide(self, name, **data):
            """Send the form of "review" or "review-pictures" with what its page says was seen."""
            shown = self.get(name).context
            if name == "review-pictures":
                seen = {f"seen-{asset.pk}": asset.fingerprint for asset in shown["page"]}
            else:
                seen = {"seen": shown["item"].fingerprint}
            return self.post(name, **seen | data)

    return Browser


@pytest.fixture
def studio_folder(settings, tmp_path):
    """The data folder of the studio that this test is in."""
    settings.SIGNING_KEY_FILE = tmp_path / "ours" / "signing-key"
    settings.SIGNING_KEY_FILE.parent.mkdir()
    return settings.SIGNING_KEY_FILE.parent


@pytest.fixture
def added_by(client):
    """added_by(admin, "One", key): the answer to an admin who adds a studio."""

    def added_by(admin, name, key):
        client.force_login(admin)
        return client.post(reverse("gallery:studios"), {"name": name, "public_key": key})

    return added_by


@pytest.fixture
def form_data(make_version, make_template, channel):
    """What the create page's form sends, as it stands when it is opened."""
    version, template = make_version(), make_template()
    return {
        "template": template.pk,
        "slot_vehicle": "GS8 suv",
        "slot_weather": "rain",
        "pack": [version.pk],
        f"strength_{version.pk}": "0.6",
        "channel": channel.slug,
        "count": 2,
        "steps": 20,
        "guidance": 3,
        "seed": "",
        "sweep": "",
    }


CAR = (80, 26)  # px


def cut_out(size=CAR, edge=4):
    """A PNG of a "car": every px another colour, with a transparent margin of `edge` px."""
    values = np.random.default_rng(3).integers(0, 256, (size[1], size[0], 4), dtype=np.uint8)
    values[..., 3] = 0
    values[edge : size[1] - edge, edge : size[0] - edge, 3] = 255
    file = io.BytesIO()
    Image.fromarray(values, "RGBA").save(file, "PNG")
    return file.getvalue()


@pytest.fixture
def sent():
    """sent("a.png", bytes): an upload as Django hands it to a view."""
    files = []

    def sent(name, content):
        file = TemporaryUploadedFile(name, "image/png", len(content), None)
        file.write(content)
        file.flush()
        files.append(file)
        return file

    yield sent
    for file in files:
        file.close()


@pytest.fixture
def make_start(marketer):
    """make_start(rights_holder="Lin", **fields): a picture that a marketer uploaded to start
    from."""

    def make_start(**fields):
        sha256 = blobs.put_bytes(png("navy"))
        picture = {"name": "street.png", "sha256": sha256, "thumb_sha256": sha256}
        size = {"width": 48, "height": 32}
        return InitImageUpload.objects.create(owner=marketer, **picture, **size, **fields)

    return make_start


@pytest.fixture
def make_cutout(brand_admin, sent):
    """make_cutout(by=…, vehicle=…): a cut-out, one of the range unless told otherwise."""

    def make_cutout(by=None, vehicle="gs8", content=None, light=""):
        if vehicle:
            vehicle, _made = Vehicle.objects.get_or_create(
                slug=vehicle, defaults={"name_zh": vehicle, "name_en": vehicle, "phrase": vehicle}
            )
        upload = sent("car.png", content or cut_out())
        return cutouts.take_cutout(upload, by or brand_admin, vehicle or None, light)

    return make_cutout


@pytest.fixture
def painted(in_state):
    """An approved picture as small as the bundled base paints them, of a white car in daylight."""
    asset = in_state("approved", size=(256, 256))
    sha256 = blobs.put_bytes(saved(picture.draw(PAINTED, 256), "PNG"))
    Asset.objects.filter(pk=asset.pk).update(image_sha256=sha256, look="")
    asset.refresh_from_db()
    return asset
