"""Captions that come along with pictures: tables and text files, each for its own folder."""

import json

import pytest

from brandstudio.core import blobs
from tests.training.test_uploads import codes, make_zip
from training import services

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("metadata.csv", "a.jpg,arcade, red lanterns".encode("gb18030")),
        ("metadata.csv", b'\xef\xbb\xbffile_name,text\r\na.jpg,"arcade, red lanterns"'),
        ("metadata.csv", b"folder/a.jpg,arcade, red lanterns"),
        (
            "metadata.jsonl",
            json.dumps({"file_name": "a.jpg", "text": "arcade, red lanterns"}).encode(),
        ),
        ("a.txt", b"arcade, red lanterns\n"),
        ("a.caption", b"arcade, red lanterns"),
    ],
)
def test_captions_come_along_in_every_dialect(make_dataset, make_picture, tmp_path, name, text):
    (tmp_path / name).write_bytes(text)
    dataset = make_dataset()

    services.add_images(dataset, [tmp_path / name, make_picture("a.jpg")])

    image = dataset.images.get()
    assert (image.caption, image.caption_state) == ("arcade, red lanterns", "drafted")


def test_captions_sent_after_the_pictures_find_them(make_dataset, make_picture, tmp_path):
    dataset = make_dataset()
    services.add_images(dataset, [make_picture("a.jpg")])
    (tmp_path / "a.txt").write_text("arcade")

    services.add_images(dataset, [tmp_path / "a.txt"])

    assert dataset.images.get().caption == "arcade"


def test_long_caption_is_refused_and_checked_one_is_kept(make_dataset, designer, tmp_path):
    dataset = make_dataset(2, captioned=1, checked=1)
    table = tmp_path / "metadata.csv"
    table.write_text(f"000.jpg,other words\n001.jpg,{'x' * 10_000}\n")

    report = services.import_captions(dataset, table)

    assert sorted(codes(report)) == [
        "caption-kept",
        "caption-too-many-letters",
        "pictures-without-caption",
    ]
    assert dataset.images.get(name="000.jpg").caption.startswith("lnink, arcade")
    assert dataset.images.get(name="001.jpg").caption == ""


def pixels(make_picture, seed):
    return make_picture("x.png", seed=seed).read_bytes()


def captions_by_hash(dataset):
    return dict(dataset.images.values_list("original_sha256", "caption"))


def by_bytes(dataset):
    """{caption} by the pictures' bytes, so that names given on the way don't matter."""
    return {blobs.local(sha).read_bytes(): text for sha, text in captions_by_hash(dataset).items()}


@pytest.fixture
def red_and_blue(make_picture):
    """A zip's files: two folders, each with a picture of the same name and a table of its own."""
    red, blue = pixels(make_picture, 1), pixels(make_picture, 2)
    return {
        "red/001.png": red,
        "red/metadata.csv": "001.png,a red car\n",
        "blue/001.png": blue,
        "blue/metadata.csv": "001.png,a blue car\n",
    }


def test_two_tables_in_one_zip_speak_each_for_its_own_folder(make_dataset, red_and_blue, tmp_path):
    dataset = make_dataset()

    report = services.add_images(dataset, [make_zip(tmp_path / "a.zip", red_and_blue)])

    assert by_bytes(dataset) == {
        red_and_blue["red/001.png"]: "a red car",
        red_and_blue["blue/001.png"]: "a blue car",
    }
    assert report.noted == []


def test_captions_in_a_zip_of_their_own_find_the_folders_pictures_lay_in(
    make_dataset, red_and_blue, tmp_path
):
    dataset = make_dataset()
    parts = [
        make_zip(
            tmp_path / f"{ending[1:]}.zip",
            {name: content for name, content in red_and_blue.items() if name.endswith(ending)},
        )
        for ending in (".png", ".csv")
    ]

    services.add_images(dataset, parts[:1])
    services.add_images(dataset, parts[1:])

    assert by_bytes(dataset) == {
        red_and_blue["red/001.png"]: "a red car",
        red_and_blue["blue/001.png"]: "a blue car",
    }


def test_two_zips_with_pictures_of_one_name_keep_their_captions_apart(
    make_dataset, make_picture, tmp_path
):
    dataset, wanted = make_dataset(), {}
    zips = []
    for seed, colour in enumerate(("red", "blue")):
        picture = pixels(make_picture, seed)
        wanted[picture] = f"a {colour} car"
        files = {"001.png": picture, "metadata.csv": f"001.png,a {colour} car\n"}
        zips.append(make_zip(tmp_path / f"{colour}.zip", files))

    services.add_images(dataset, zips)

    assert by_bytes(dataset) == wanted


@pytest.mark.parametrize("row", ["cars/001.png,a car", "cars/001,a car", "people/002.png,a car"])
def test_row_with_a_folder_captions_no_other_folder(make_dataset, make_picture, tmp_path, row):
    dataset = make_dataset()
    files = {"people/001.png": pixels(make_picture, 1), "metadata.csv": f"{row}\n"}

    report = services.add_images(dataset, [make_zip(tmp_path / "a.zip", files)])

    assert dataset.images.get().caption == ""
    assert [line.code for line in report.noted][0] == "caption-without-picture"


def test_caption_of_a_picture_that_could_not_be_read_goes_to_no_other(
    make_dataset, make_picture, tmp_path
):
    dataset = make_dataset()
    first = {"001.png": pixels(make_picture, 1)}
    second = {"001.png": b"broken", "metadata.csv": "001.png,a blue car\n"}

    services.add_images(dataset, [make_zip(tmp_path / "a.zip", first)])
    services.add_images(dataset, [make_zip(tmp_path / "b.zip", second)])

    assert dataset.images.get().caption == ""


def test_text_files_of_two_folders_are_kept_apart(make_dataset, make_picture, tmp_path):
    red, blue = pixels(make_picture, 1), pixels(make_picture, 2)
    files = {
        "red/001.png": red,
        "blue/001.png": blue,
        "red/001.txt": "a red car",
        "blue/001.txt": "a blue car",
    }
    dataset = make_dataset()

    services.add_images(dataset, [make_zip(tmp_path / "a.zip", files)])

    assert by_bytes(dataset) == {red: "a red car", blue: "a blue car"}


def test_captions_table_finds_stored_names_again(make_dataset, red_and_blue, tmp_path):
    dataset = make_dataset()
    services.add_images(dataset, [make_zip(tmp_path / "a.zip", red_and_blue)])
    table = tmp_path / "metadata.csv"
    table.write_text("001.png,one\n001-2.png,two\n")

    services.add_images(dataset, [table])

    assert dict(dataset.images.values_list("name", "caption")) == {
        "001.png": "one",
        "001-2.png": "two",
    }


def test_text_without_a_picture_of_its_name_is_no_caption(make_dataset, make_picture, tmp_path):
    files = {"a.png": pixels(make_picture, 1), "notes.txt": "call the printer", "b.txt": "x"}
    dataset = make_dataset()

    report = services.add_images(dataset, [make_zip(tmp_path / "a.zip", files)])

    assert [(line.code, line.name) for line in report.noted] == [
        ("text-without-picture", "notes.txt"),
        ("text-without-picture", "b.txt"),
    ]
    assert dataset.images.get().caption == ""


def test_text_of_several_lines_gives_its_first_and_says_so(make_dataset, make_picture, tmp_path):
    files = {"a.png": pixels(make_picture, 1), "a.txt": "tea house\r\nanother try\r\n"}
    dataset = make_dataset()

    report = services.add_images(dataset, [make_zip(tmp_path / "a.zip", files)])

    assert dataset.images.get().caption == "tea house"
    assert [line.code for line in report.noted] == ["caption-first-line"]


def test_second_caption_of_a_picture_is_told_with_its_words(make_dataset, make_picture, tmp_path):
    files = {
        "a.png": pixels(make_picture, 1),
        "metadata.csv": "a.png,tea house\n",
        "a.txt": "coffee house",
    }
    dataset = make_dataset()

    report = services.add_images(dataset, [make_zip(tmp_path / "a.zip", files)])

    assert dataset.images.get().caption == "tea house"
    assert [line.code for line in report.noted] == ["caption-second-left"]
    assert "coffee house" in report.noted[0].text


def test_files_of_other_tools_are_read_or_named(make_dataset, make_picture, tmp_path):
    captions = {"10_ink/a": {"caption": "[trigger] tea house", "tags": "red"}}
    files = {
        "10_ink/a.png": pixels(make_picture, 1),
        "meta_cap.json": json.dumps(captions),
        "config.json": '{"rank": 8}',
        "dataset.toml": "[general]",
    }
    dataset = make_dataset()

    report = services.add_images(dataset, [make_zip(tmp_path / "a.zip", files)])

    assert dataset.images.get().caption == "lnink tea house, red"
    assert {line.code for line in report.noted} == {"repeats-left-out", "settings-left-out"}
    assert [line.code for line in report.refused] == ["captions-unknown-form"]


@pytest.mark.parametrize("name", ["metadata.csv", "a.txt"])
def test_captions_in_an_unsure_encoding_are_refused(make_dataset, make_picture, tmp_path, name):
    dataset = make_dataset()
    services.add_images(dataset, [make_picture("a.jpg")])
    (tmp_path / name).write_bytes("a.jpg,紅色的茶樓".encode("big5"))

    report = services.add_images(dataset, [tmp_path / name])

    assert dataset.images.get().caption == ""
    assert [line.code for line in report.refused] == ["captions-encoding"]


def test_line_cut_within_a_letter_is_named_and_the_others_are_taken(make_dataset, tmp_path):
    dataset = make_dataset(2, captioned=0)
    table = tmp_path / "metadata.csv"
    table.write_bytes("000.jpg,骑楼下的红灯笼\n001.jpg,茶楼".encode()[:-1])

    report = services.add_images(dataset, [table])

    assert [line.code for line in report.refused] == ["captions-line-unreadable"]
    assert [i.caption for i in dataset.images.all()] == ["骑楼下的红灯笼", ""]


def test_table_of_very_many_other_pictures_fills_no_page(make_dataset, tmp_path):
    dataset = make_dataset(1, captioned=0)
    table = tmp_path / "metadata.csv"
    table.write_text("".join(f"other{n}.jpg,a\n" for n in range(5000)) + "bad line\n" * 5000)

    report = services.add_images(dataset, [table])

    assert len(report.lines) < 500
    assert {line.facts.get("count") for line in report.lines} >= {4800}
