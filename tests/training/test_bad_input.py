"""Settings, models and commands gone wrong: one clear sentence each, and nothing half-written.

What may be wrong with uploads stands in test_uploads.
"""

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.engine import toys
from training.models import BaseModel, TrainingRun

pytestmark = pytest.mark.django_db


def test_picture_without_caption_stops_a_run_before_it_is_made(at_desk, make_dataset, base):
    dataset = make_dataset(3, captioned=1)
    at_desk.cookies["django_language"] = "en"

    answer = at_desk.post(
        f"/datasets/{dataset.pk}/train/",
        {"act": "start", "base": base.pk, "yaml": "epochs: 1\n", "yaml_was": ""},
    )

    assert answer.status_code == 422
    assert "2 pictures have no caption" in answer.content.decode()
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("lora_rnak: 8", "no key “lora_rnak”. Did you mean “lora_rank”?"),
        ("lora_rank: 0", "“lora_rank” is 0; it must lie between"),
        ("epochs: many", "“epochs” must be"),
        ("lora_rank: [", "not readable YAML"),
        ("epochs: 1\nepochs: 2", "names “epochs” twice"),
        ("base_model: ./models/nowhere.safetensors", "base model “nowhere”"),
    ],
)
def test_impossible_yaml_is_explained_and_kept_as_typed(at_desk, make_dataset, base, line, said):
    dataset = make_dataset(3, checked=3)
    at_desk.cookies["django_language"] = "en"

    answer = at_desk.post(
        f"/datasets/{dataset.pk}/train/",
        {"act": "start", "base": base.pk, "yaml": line, "yaml_was": "epochs: 9"},
    )

    page = answer.content.decode()
    assert answer.status_code == 422
    assert said in page
    assert line in page
    assert not TrainingRun.objects.exists()


def test_pickle_and_other_families_in_the_folder_are_told_not_listed(at_desk, db):
    folder = settings.BASE_MODELS_DIR
    folder.mkdir(parents=True)
    (folder / "old.ckpt").write_bytes(b"\x80\x02}q\x00.")
    (folder / "renamed.safetensors").write_bytes(b"\x80\x02}q\x00.")
    (folder / "cut.safetensors").write_bytes(b"\xff\xff\xff\xff\x00\x00\x00\x00{}")
    at_desk.cookies["django_language"] = "en"

    page = at_desk.post("/base-models/", follow=True).content.decode()

    assert "old.ckpt is a pickle file" in page
    assert "renamed.safetensors is a pickle file" in page
    assert "The base model cut.safetensors can&#x27;t be read" in page
    assert not BaseModel.objects.filter(path__startswith=str(folder)).exists()


@pytest.fixture
def command(capsys):
    """command("train_lora", "--config", …): its exit code and what it said on stderr."""

    def command(*arguments):
        with pytest.raises(SystemExit) as ended:
            call_command(*[str(argument) for argument in arguments])
        said = capsys.readouterr().err
        assert "Traceback" not in said
        return ended.value.code, said

    return command


@pytest.fixture
def write_run(tmp_path, toy_base_folder):
    """write_run(lora_rank=0): a folder of four pictures and a run.yaml on the toy base."""

    def write_run(**settings):
        folder = toys.write_dataset(tmp_path / "data", 4)
        values = {
            "train_data_dir": folder,
            "metadata_path": folder / "metadata.csv",
            "base_model": toy_base_folder,
            "output_dir": tmp_path / "out",
            "epochs": 1,
            "batch_size": 2,
            **settings,
        }
        config = tmp_path / "run.yaml"
        config.write_text("".join(f"{key}: {value}\n" for key, value in values.items()))
        return folder, config

    return write_run


def test_train_lora_lists_every_fault_and_leaves_nothing(command, write_run, tmp_path):
    folder, config = write_run()
    (folder / "img000.png").write_bytes(b"no picture")
    (folder / "extra.png").write_bytes((folder / "img001.png").read_bytes())
    with (folder / "metadata.csv").open("a") as captions:
        captions.write("nowhere.png,a street\n")

    code, said = command("train_lora", "--config", config)

    assert code == 2
    assert "The image img000.png can't be read" in said
    assert "Image extra.png has no caption" in said
    assert "The captions file names nowhere.png" in said
    assert not (tmp_path / "out").exists()


def test_train_lora_refuses_an_impossible_configuration(command, write_run, tmp_path):
    _folder, config = write_run(lora_rank=0, lora_rnak=4)

    code, said = command("train_lora", "--config", config)

    assert code == 2
    assert "“lora_rank” is 0" in said
    assert "Did you mean “lora_rank”?" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\x80\x02}q\x00.", "is a pickle file"),
        (b"\x02\x00\x00\x00\x00\x00\x00\x00{}", "is not a base model"),
        (b"\xff\xff\xff\xff\x00\x00\x00\x00{}", "can't be read"),
    ],
)
def test_train_lora_refuses_a_base_that_is_none(command, write_run, tmp_path, content, said):
    (tmp_path / "base.safetensors").write_bytes(content)
    _folder, config = write_run(base_model=tmp_path / "base.safetensors")

    code, stderr = command("train_lora", "--config", config)

    assert code == 2
    assert said in stderr
    assert not (tmp_path / "out").exists()


def test_generate_names_an_unknown_pack_and_those_there(command, toy_base_folder, tmp_path):
    (tmp_path / "ink.safetensors").write_bytes(b"")
    common = ("--base-model", toy_base_folder, "--output", tmp_path / "out.png")

    code, said = command(
        "generate", "--prompt", "a street <lora:inc:0.7>", "--lora-dir", tmp_path, *common
    )

    assert code == 1
    assert "There is no style pack “inc”" in said
    assert "ink" in said
    assert not (tmp_path / "out.png").exists()


def test_generate_refuses_a_file_that_is_no_pack(command, toy_base_folder, tmp_path):
    (tmp_path / "ink.safetensors").write_bytes(b"\x80\x02}q\x00.")
    common = ("--base-model", toy_base_folder, "--output", tmp_path / "out.png")

    code, said = command(
        "generate", "--prompt", "a street <lora:ink:0.7>", "--lora-dir", tmp_path, *common
    )

    assert code == 1
    assert "ink.safetensors is a pickle file" in said
    assert not (tmp_path / "out.png").exists()
