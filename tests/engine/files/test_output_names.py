"""Where a command writes is looked at before the work is done, not after hours of it."""

from pathlib import Path

import pytest
from PIL import Image

from tests.engine import toys
from training.engine import cli
from training.engine.errors import EngineError
from training.engine.files.disk import NAME_BYTES, check_output, check_writable, whole_file
from training.engine.train.run_folder import RunFolder


@pytest.fixture(scope="module")
def toy_base(tmp_path_factory):
    return toys.write_base(tmp_path_factory.mktemp("toy") / "toy", "studio-mini")


@pytest.fixture
def generate(toy_base):
    """generate("out.png"): the exit code."""

    def generate(output):
        told = ["--prompt", "a street", "--steps", "1", "--base-model", str(toy_base)]
        return cli.main(["generate", *told, "--output", str(output)])

    return generate


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("x" * 252 + ".png", "256 bytes"),
        ("骑" * 85 + ".png", "259 bytes"),
        ("folder", "which is a folder"),
        (".", "which is a folder"),
        ("..", "which is a folder"),
        ("out.gif", ".png, .jpg"),
        ("out", ".png, .jpg"),
        ("out.png.", ".png, .jpg"),
        ("a\nb.png", "can't be printed"),
        ("nul\0.png", "can't be printed"),
    ],
)
def test_generate_refuses_a_name_before_it_paints(generate, tmp_path, capsys, name, said):
    (tmp_path / "folder").mkdir()

    assert generate(f"{tmp_path}/{name}") != 0

    err = capsys.readouterr().err
    assert said in err
    assert "rendering" not in err
    assert [path.name for path in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize(
    ("name", "kind"), [("a.png", "PNG"), ("a.JPG", "JPEG"), ("a.webp", "WEBP")]
)
def test_picture_is_what_its_ending_says(generate, tmp_path, name, kind):
    assert generate(tmp_path / name) == 0

    with Image.open(tmp_path / name) as picture:
        assert picture.format == kind


@pytest.mark.parametrize("name", ["x" * 255, "骑" * 85])
def test_longest_name_a_disk_takes_is_written(tmp_path, name):
    with whole_file(tmp_path / name) as temporary:
        temporary.write_bytes(b"whole")

    assert (tmp_path / name).read_bytes() == b"whole"
    assert len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize(
    "output_dir",
    [".", "..", "out/..", "/", "x" * 240, "骑" * 80, "a\nb", "nul\0", "x" * 300 + "/out"],
)
def test_train_refuses_an_output_dir_that_makes_no_file_name(tmp_path, output_dir, monkeypatch):
    monkeypatch.chdir(tmp_path)

    with pytest.raises(EngineError) as caught:
        RunFolder(output_dir, Path(output_dir).name).open(resume=False)

    assert caught.value.code == "output-name-bad"
    assert list(tmp_path.iterdir()) == []


def test_train_refuses_a_file_as_its_output_dir(tmp_path):
    (tmp_path / "out").write_text("mine")

    with pytest.raises(EngineError) as caught:
        RunFolder(tmp_path / "out", "out").open(resume=False)

    assert caught.value.code == "output-is-file"
    assert (tmp_path / "out").read_text() == "mine"


@pytest.mark.parametrize("name", ["set", "img.png", "x" * 300 + ".csv", "out.gif"])
def test_label_refuses_an_output_before_it_drafts_and_harms_no_picture(tmp_path, capsys, name):
    folder = tmp_path / "set"
    folder.mkdir()
    Image.new("RGB", (64, 64), "teal").save(folder / "img.png")
    before = (folder / "img.png").read_bytes()
    output = folder if name == "set" else folder / name

    assert cli.main(["label", "--input", str(folder), "--output", str(output)]) != 0

    assert "--output" in capsys.readouterr().err
    assert [path.name for path in folder.iterdir()] == ["img.png"]
    assert (folder / "img.png").read_bytes() == before


def test_check_gives_the_path_back(tmp_path):
    assert check_output(tmp_path / "a.png", "--output", [".png"]) == tmp_path / "a.png"
    assert NAME_BYTES == 255


def test_folder_where_nothing_can_be_made_is_refused_by_name():
    with pytest.raises(EngineError) as caught:
        check_writable("/proc/style")

    assert caught.value.code == "folder-read-only"
