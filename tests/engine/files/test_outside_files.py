"""Files from outside are read within bounds, and what is read is never written over."""

import os
import shutil

import pytest
from PIL import Image

from tests.engine import toys
from training.engine import cli
from training.engine.commands.outcome import REFUSED
from training.engine.config.run_config import RunConfig
from training.engine.data.captions import tables
from training.engine.data.labelers import read_vocabulary
from training.engine.errors import EngineError
from training.engine.files.disk import UnfitFile, check_output, read_bounded
from training.engine.sampling import style_export


@pytest.fixture
def photo(tmp_path):
    path = tmp_path / "photo.png"
    Image.new("RGB", (64, 64), "red").save(path)
    return path


@pytest.fixture
def generate(toy_folder):
    told = ["--prompt=tea", f"--base-model={toy_folder / 'studio-mini'}", "--steps=1"]
    return lambda *more: cli.main(["generate", *told, "--width=64", "--height=64", *map(str, more)])


@pytest.mark.parametrize("option", ["--init-image", "--mask"])
def test_generate_never_writes_over_the_picture_it_reads(generate, photo, tmp_path, option, capsys):
    before = photo.read_bytes()
    other = shutil.copy(photo, tmp_path / "other.png")
    reads = ["--init-image", other, "--mask", other]
    reads[reads.index(option) + 1] = photo

    assert generate(*reads, "--output", photo) != 0

    assert "it is the file that is read" in capsys.readouterr().err
    assert photo.read_bytes() == before


@pytest.mark.parametrize("link", [os.link, os.symlink])
@pytest.mark.parametrize("turned", [False, True])
def test_picture_that_is_read_is_known_under_its_other_names(photo, tmp_path, link, turned):
    link(photo, tmp_path / "link.png")
    read, written = (tmp_path / "link.png", photo) if turned else (photo, tmp_path / "link.png")

    with pytest.raises(EngineError, match="it is the file that is read"):
        check_output(written, "--output", [".png"], [read])


@pytest.mark.parametrize("target", ["photo.png", "nowhere.png"])
def test_link_is_never_replaced_by_a_result(photo, tmp_path, target):
    link = tmp_path / "link.png"
    link.symlink_to(tmp_path / target)

    with pytest.raises(EngineError, match="it is a link to another file"):
        check_output(link, "--output", [".png"])

    assert link.is_symlink()


def test_pipe_is_never_replaced_by_a_result(tmp_path):
    os.mkfifo(tmp_path / "pipe.png")

    with pytest.raises(EngineError, match="it is no regular file"):
        check_output(tmp_path / "pipe.png", "--output", [".png"])


def test_earlier_result_may_be_written_over(generate, photo):
    assert generate("--output", photo) == 0

    with Image.open(photo) as picture:
        assert picture.getpixel((0, 0)) != (255, 0, 0)


def test_auto_label_never_writes_over_its_vocabulary(tmp_path, photo, capsys):
    vocabulary = tmp_path / "terms.csv"
    vocabulary.write_text("groups: [{name: a, terms: [{en: red}]}]")
    told = ["--input", tmp_path, "--vocabulary", vocabulary, "--output", vocabulary]

    assert cli.main(["label", *map(str, told)]) != 0

    assert "it is the file that is read" in capsys.readouterr().err
    assert vocabulary.read_text().startswith("groups")


def test_export_never_writes_over_the_settings_it_reads(tmp_path):
    weights, settings = tmp_path / "style.safetensors", tmp_path / "adapter_config.json"
    weights.write_bytes(b"weights")
    settings.write_text("{}")

    with pytest.raises(EngineError, match="it is the file that is read"):
        style_export.export(weights, tmp_path, "internal", name="adapter_config")

    assert settings.read_text() == "{}"


def test_export_never_replaces_a_link(tmp_path):
    weights = tmp_path / "style.safetensors"
    weights.write_bytes(b"weights")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "style.preview.png").symlink_to(tmp_path / "elsewhere.png")

    with pytest.raises(EngineError, match="it is a link to another file"):
        style_export.export(weights, tmp_path / "out", "internal")


@pytest.fixture(params=["/dev/zero", "pipe", "huge"])
def unfit(request, tmp_path):
    """A device that never ends, a pipe nobody writes into, a file of 8 GB without any bytes."""
    if request.param == "/dev/zero":
        return lambda name: (tmp_path / name).symlink_to("/dev/zero") or tmp_path / name
    if request.param == "pipe":
        return lambda name: os.mkfifo(tmp_path / name) or tmp_path / name

    def huge(name):
        with (tmp_path / name).open("wb") as file:
            file.truncate(8_000_000_000)
        return tmp_path / name

    return huge


@pytest.mark.parametrize(
    ("read", "name"),
    [
        (RunConfig.from_file, "run.yaml"),
        (read_vocabulary, "terms.yaml"),
        (tables.read_metadata, "metadata.csv"),
        (tables.read_metadata, "metadata.jsonl"),
        (lambda path: tables.caption_bytes(path, tables.LARGEST_SIDECAR), "a.txt"),
    ],
)
def test_endless_file_is_refused_by_name(unfit, read, name):
    with pytest.raises(EngineError) as caught:
        read(unfit(name))

    assert name in str(caught.value)


def test_train_refuses_an_endless_configuration_in_one_line(capsys):
    assert cli.main(["train", "--config", "/dev/zero"]) == REFUSED

    assert "zero is not readable YAML (line 1): it is no regular file" in capsys.readouterr().err


def test_huge_text_beside_a_picture_is_named(make_config, tmp_path, capsys):
    folder = toys.write_dataset(tmp_path / "pictures", 2)
    with next(folder.glob("*.png")).with_suffix(".txt").open("wb") as file:
        file.truncate(8_000_000_000)
    path = tmp_path / "run.yaml"
    config = make_config(train_data_dir=str(folder), metadata_path=str(folder))
    path.write_text(config.to_yaml(), encoding="utf-8")

    assert cli.main(["train", "--config", str(path)]) == REFUSED

    assert ".txt has 8000 MB; the limit is 1 MB" in capsys.readouterr().err


def test_growing_file_is_read_up_to_its_bound(tmp_path):
    (tmp_path / "a").write_bytes(b"x" * 11)

    assert read_bounded(tmp_path / "a", 11) == b"x" * 11
    with pytest.raises(UnfitFile, match="more than 10 bytes"):
        read_bounded(tmp_path / "a", 10)
