"""Drafting into a captions file that people have written in: nothing of theirs is lost."""

import json

import pytest
from PIL import Image

from training.engine.data import labelers
from training.engine.data.captions import tables
from training.engine.errors import EngineError


class Namer:
    """A labeler that says how bright a picture is."""

    def draft(self, image):
        return labelers.Draft(f"grey {image.getpixel((0, 0))[0]}, drawn")


@pytest.fixture
def folder(tmp_path):
    """Three pictures, 0.png to 2.png."""
    for n in range(3):
        Image.new("RGB", (8, 8), (n, n, n)).save(tmp_path / f"{n}.png")
    return tmp_path


def label(folder, output, **options):
    return labelers.caption_folder(folder, folder / output, Namer(), **options)


def test_columns_heading_and_words_of_people_stay(folder):
    table = folder / "m.csv"
    table.write_text("id,file_name,text\n7,0.png,a tea house, at dawn\n8,1.png,\n")

    rows, problems = label(folder, "m.csv", prefix="lnarc")

    assert table.read_text() == (
        "id,file_name,text\n"
        "7,0.png,a tea house, at dawn\n"
        '8,1.png,"lnarc, grey 1, drawn"\n'
        ',2.png,"lnarc, grey 2, drawn"\n'
    )
    assert rows["0.png"] == "a tea house, at dawn"
    assert problems == []


def test_line_that_was_not_read_is_never_written_over(folder):
    table = folder / "m.csv"
    table.write_text("id,file_name,text,note\n7,0.png,tea, at dawn,good\n")
    before = table.read_bytes()

    for overwrite in (False, True):
        with pytest.raises(EngineError) as refused:
            label(folder, "m.csv", overwrite=overwrite)
        assert refused.value.code == "captions-not-rewritten"
        assert "7,0.png" in str(refused.value)

    assert table.read_bytes() == before


def test_json_lines_stay_json_lines_with_their_further_fields(folder):
    table = folder / "metadata.jsonl"
    lines = [
        '{"file_name": "0.png", "prompt": "tea", "rights": {"holder": "lin"}}',
        '{"file_name": "1.png", "seed": 5}',
        '{"file_name": "away.png", "prompt": "elsewhere"}',
    ]
    table.write_text("\n".join(lines))

    label(folder, "metadata.jsonl")

    said = table.read_text().splitlines()
    assert [said[0], said[2]] == [lines[0], lines[2]]
    assert json.loads(said[1]) == {"file_name": "1.png", "seed": 5, "prompt": "grey 1, drawn"}
    assert json.loads(said[3]) == {"file_name": "2.png", "prompt": "grey 2, drawn"}


def test_new_file_is_written_in_the_form_of_its_name(folder):
    for name in ("new.jsonl", "new.csv", "new.tsv"):
        rows, _ = label(folder, name)

        assert tables.read_metadata(folder / name).rows == rows
        assert len(rows) == 3
    assert (folder / "new.jsonl").read_text().startswith('{"file_name": "0.png"')
    with pytest.raises(EngineError) as refused:
        label(folder, "meta_cap.json")
    assert refused.value.code == "output-kind-unknown"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_encoding_delimiter_and_line_ends_stay(folder, encoding, line_end):
    table = folder / "m.csv"
    before = line_end.join(["图片;描述", "0.png;岭南骑楼；红灯笼", "9.png;别处"])
    table.write_bytes(before.encode(encoding))

    label(folder, "m.csv")

    added = ["1.png;grey 1, drawn", "2.png;grey 2, drawn", ""]
    assert table.read_bytes() == line_end.join([before, *added]).encode(encoding)


def test_what_is_drafted_again_stays_in_a_copy(folder):
    table = folder / "m.csv"
    texts = ['0.png,"tea, red"\n1.png,a, b,,\n', "0.png,by hand\n"]

    for text in texts:
        table.write_text(text)
        label(folder, "m.csv", overwrite=True)

    assert (folder / "m.csv.bak").read_text() == texts[0]
    assert (folder / "m.csv.bak2").read_text() == texts[1]
    assert tables.read_metadata(table).rows["0.png"] == "grey 0, drawn"


def test_words_written_during_the_drafting_stay(folder):
    table = folder / "m.csv"

    def write_by_hand(done, total, name):
        table.write_text("2.png,by hand\n")

    rows, _ = label(folder, "m.csv", on_image=write_by_hand)

    assert rows["2.png"] == "by hand"
    assert sorted(rows) == ["0.png", "1.png", "2.png"]


@pytest.mark.parametrize("row", ["0,by hand", "./0.png,by hand", "0.PNG,by hand", "0.png ,by hand"])
def test_row_that_means_the_picture_keeps_it_from_being_drafted(folder, row):
    (folder / "m.csv").write_text(f"{row}\n")

    rows, _ = label(folder, "m.csv")

    assert sorted(rows.values()) == ["by hand", "grey 1, drawn", "grey 2, drawn"]


def test_name_that_no_table_can_hold_is_told_and_the_rest_is_drafted(folder):
    (folder / "C:").mkdir()
    Image.new("RGB", (8, 8)).save(folder / "C:" / "drive.png")
    Image.new("RGB", (8, 8)).save(folder / "-1.png")

    rows, problems = label(folder, "m.csv")

    assert sorted(rows) == ["-1.png", "0.png", "1.png", "2.png"]
    assert [problem.code for problem in problems] == ["image-name-unwritable"]
