"""Texts that say nothing, tables of something else and files of other kinds are told apart."""

import json

import pytest
from PIL import Image

from tests.engine import toys
from training.engine import cli
from training.engine.commands.outcome import DONE
from training.engine.data import labelers
from training.engine.data.captions import tables
from training.engine.data.captions.folders import folder_captions
from training.engine.data.dataset import check_dataset
from training.engine.data.image_folder import find_images
from training.engine.data.labelers import Draft
from training.engine.errors import EngineError
from training.engine.prompts import letters


class Namer:
    def draft(self, image):
        return Draft("a red square")


@pytest.fixture
def folder(tmp_path):
    for name in ("a.png", "b.png"):
        Image.new("RGB", (64, 64), "red").save(tmp_path / name)
    return tmp_path


UNSEEN = ["\u200b", "\ufeff", "\u2060\u200d", "\u3164", "\u2800 \u00ad", "\u200e\ufe0f", "\x01"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_caption_that_nobody_sees_is_empty_to_every_reader(folder, unseen):
    row = {"file_name": "a.png", "text": unseen}
    texts = {
        "metadata.csv": f"a.png,{unseen}\n",
        "quoted.csv": f'"a.png","{unseen}"\n',
        "metadata.jsonl": json.dumps(row),
        "meta_cap.json": json.dumps([row]),
        "meta_kohya.json": json.dumps({"a.png": {"caption": unseen, "tags": unseen}}),
    }
    for name, text in texts.items():
        table = tables.read_metadata_text(text, name)
        assert table.rows == {}, name
        assert [problem.code for problem in table.problems] == ["captions-empty"], name
    (folder / "a.txt").write_text(f"{unseen}\n{unseen} tea\n", encoding="utf-8")
    assert tables.sidecar_caption(f"{unseen}\n") == ""
    assert tables.read_sidecars(folder)["a.png"].endswith("tea")


@pytest.mark.parametrize("unseen", UNSEEN)
def test_caption_that_nobody_sees_is_drafted_anew(folder, unseen):
    (folder / "m.csv").write_text(f"a.png,{unseen}\r\nb.png,tea\r\n", encoding="utf-8")

    rows, problems = labelers.caption_folder(folder, folder / "m.csv", Namer())

    assert (rows, problems) == ({"a.png": "a red square", "b.png": "tea"}, [])


@pytest.mark.parametrize("text", ["❤️", "骑楼", "한", "e\u0301", "👨‍👩‍👧", "-", "नि"])
def test_letters_that_are_seen_stay(text):
    assert letters.visible(f"\ufeff {text}\u200b\n") == text


@pytest.mark.parametrize("fault", ["#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#N/A", "Err:502"])
def test_failed_formula_is_no_caption(folder, fault):
    (folder / "m.csv").write_text(f"a.png,{fault}\nb.png,number {fault}\n", encoding="utf-8")

    table = tables.read_metadata(folder / "m.csv")
    rows, problems = labelers.caption_folder(folder, folder / "m.csv", Namer())

    assert table.rows == rows == {"b.png": f"number {fault}"}
    for told in (*table.problems, *problems):
        assert "Line 1 gives a.png the caption " + fault in str(told)
    assert len(problems) == 1
    # Asked for, it is drafted anew.
    rows, problems = labelers.caption_folder(folder, folder / "m.csv", Namer(), overwrite=True)
    assert (rows["a.png"], problems) == ("a red square", [])


@pytest.mark.parametrize(
    "text", ["id,kommentar,x\n1,foo,bar\n", "alpha,beta\n1,2\n", "width;height\n10;20\n"]
)
def test_table_of_something_else_is_refused_and_stays(folder, text):
    (folder / "m.csv").write_text(text)

    with pytest.raises(EngineError, match="does not say which column names the pictures") as caught:
        labelers.caption_folder(folder, folder / "m.csv", Namer())

    assert text.splitlines()[0].replace(";", ", ").split(",")[0] in str(caught.value)
    assert (folder / "m.csv").read_text() == text


@pytest.mark.parametrize("text", ["", "file_name,text\n", "c.png,of a picture that is gone\n"])
def test_table_that_is_one_takes_drafts(folder, text):
    (folder / "m.csv").write_text(text)

    rows, _ = labelers.caption_folder(folder, folder / "m.csv", Namer())

    assert (rows["a.png"], rows["b.png"]) == ("a red square", "a red square")


def test_files_of_other_kinds_are_told_in_one_line(folder, capsys):
    quiet = ("a.txt", "metadata.csv", "metadata.csv.bak2", "run.yaml", ".hidden", "Thumbs.db")
    for name in ("notes.pdf", "x.psd", *quiet):
        (folder / name).write_text("")
    line = f"not read here were passed over in {folder} (2): notes.pdf, x.psd."

    assert cli.main(["screen", "--input", str(folder)]) == DONE
    screened = capsys.readouterr().err
    cli.main(["label", "--input", str(folder), "--output", str(folder / "metadata.csv")])

    assert screened.count(line) == 1
    assert capsys.readouterr().err.count(line) == 1
    assert line in str(folder_captions(folder, folder).remarks[0])


def test_many_files_of_other_kinds_are_counted(folder):
    for number in range(9):
        (folder / f"{number}.psd").write_text("")

    (remark,) = find_images(folder).remarks

    assert "(9): 0.psd, 1.psd, 2.psd, 3.psd, 4.psd …" in str(remark)


# -- what a run writes -----------------------------------------------------------------------


@pytest.fixture
def look(make_config, toy_base):
    """look(folder, output): what a run would learn from."""

    def look(folder, output, metadata=None):
        told = {"train_data_dir": str(folder), "metadata_path": str(metadata or folder)}
        return check_dataset(make_config(output_dir=str(output), **told), toy_base())

    return look


@pytest.mark.parametrize("inside", [".", "pictures"])
@pytest.mark.parametrize("own_captions", [True, False])
def test_run_never_writes_into_what_it_reads(look, tmp_path, inside, own_captions):
    folder = toys.write_dataset(tmp_path / "out" / inside, 3)
    metadata = None if own_captions else folder / "metadata.csv"

    with pytest.raises(EngineError) as caught:
        look(folder, tmp_path / "out", metadata)

    assert caught.value.code == "output-holds-input"
    assert str(folder) in str(caught.value)


@pytest.mark.parametrize("place", [".", "out"])
@pytest.mark.parametrize("again", ["out", "another"])
def test_what_a_run_wrote_is_never_read_as_pictures_or_captions(look, tmp_path, place, again):
    folder = toys.write_dataset(tmp_path / "set", 3)
    before = look(folder, tmp_path / "elsewhere")
    out = folder / place
    (out / "samples").mkdir(parents=True)
    Image.new("RGB", (64, 64)).save(out / "samples" / "step.png")
    (out / "run.json").write_text("{}")
    (out / "events.jsonl").write_text('{"event": "step", "loss": 1}\n')

    found = look(folder, folder / again)

    assert (found.faults, found.remarks) == ([], [])
    assert found.examples == before.examples
