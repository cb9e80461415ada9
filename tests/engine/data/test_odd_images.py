"""Whatever a file holds, it is a picture or refused by name; nothing else comes through."""

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.corpus.pictures import READ, broken_gps, encoded, odd_kinds, picture
from training.engine.data import images
from training.engine.data.image_folder import clean_name, find_images
from training.engine.errors import EngineError

ROOT = Path(__file__).parents[3]
KINDS = {kind.name: kind for kind in odd_kinds()}


def outcome(path):
    """The mode of the picture, or the code under which it is refused."""
    try:
        return images.open_rgb(path).mode
    except EngineError as error:
        return error.code


SOUND = [kind for kind in odd_kinds() if kind.fate == READ]


def test_no_other_place_opens_a_picture():
    rooms = [ROOT / room for room in ("brandstudio", "training", "gallery")]
    found = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in room.rglob("*.py")
        if "Image.open(" in path.read_text(encoding="utf-8")
    ]

    assert found == ["training/engine/data/images.py"]


@pytest.mark.parametrize("name", KINDS)
def test_odd_file_is_read_or_refused_by_name(tmp_path, name):
    (tmp_path / name).write_bytes(KINDS[name].content)

    if KINDS[name].fate == READ:
        assert images.open_rgb(tmp_path / name).mode == "RGB"
        return
    with pytest.raises(EngineError) as caught:
        images.open_rgb(tmp_path / name)
    assert caught.value.code in ("image-unreadable", "image-too-large")
    assert name in str(caught.value)
    assert str(tmp_path) not in str(caught.value)


@given(
    which=st.integers(0, len(SOUND) - 1),
    at=st.floats(0, 1),
    value=st.binary(min_size=1, max_size=8),
    cut=st.booleans(),
)
def test_damaged_picture_raises_nothing_but_an_engine_error(
    tmp_path_factory, which, at, value, cut
):
    content = bytearray(SOUND[which].content)
    place = int(at * (len(content) - 1))
    content[place : place + len(value)] = value
    path = tmp_path_factory.mktemp("damaged") / SOUND[which].name
    path.write_bytes(content[:place] if cut else content)

    assert outcome(path) in ("RGB", "image-unreadable", "image-too-large")


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "PNG"])
def test_exif_with_a_broken_part_still_turns_the_picture(tmp_path, kind):
    content = encoded(picture(1, size=(96, 64)), kind, exif=broken_gps(orientation=6))
    (tmp_path / "a").write_bytes(content)

    assert images.open_rgb(tmp_path / "a").size == (64, 96)


def test_what_exif_and_comments_said_is_not_in_the_copy(tmp_path):
    exif = Image.Exif()
    exif[0x010E] = "a private place"
    picture(1).save(tmp_path / "a.jpg", exif=exif, comment=b"private too")

    assert images.open_rgb(tmp_path / "a.jpg").info == {}


def test_postscript_never_reaches_its_interpreter(tmp_path):
    (tmp_path / "a.png").write_bytes(KINDS["eps.png"].content)
    interpreter = tmp_path / "gs"
    interpreter.write_text(f"#!/bin/sh\n: > {tmp_path}/called\n")
    interpreter.chmod(0o755)
    code = (
        "import sys; from training.engine.screening import screen_file\n"
        "print(screen_file(sys.argv[1]).findings[0].code)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.png")],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert ended.stdout.strip() == "image-unreadable"
    assert not (tmp_path / "called").exists()


names = st.text(
    st.characters(exclude_characters="/\0", exclude_categories=["Cs"]), min_size=1, max_size=40
).filter(lambda name: name.strip(". \t\n\r"))


@given(name=names)
def test_clean_name_is_a_fixed_point(name):
    assert clean_name(clean_name(name)) == clean_name(name)


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        (" a.jpg", "a.jpg"),
        ("\u3000茶.jpg ", "茶.jpg"),
        ("a\\b.jpg", "a/b.jpg"),
        ("./x//y.png", "x/y.png"),
        ("cafe\u0301.jpg", "caf\u00e9.jpg"),
        ("a\x00b.jpg", "ab.jpg"),
        ("C:drive.jpg", "C:drive.jpg"),
        ("茶楼.jpg".encode("gb18030").decode("utf-8", "surrogateescape"), "茶楼.jpg"),
    ],
)
def test_name_is_the_same_on_the_disk_and_in_a_table(raw, clean):
    assert clean_name(raw) == clean


def test_linked_folders_are_read_once_and_loops_end(tmp_path):
    folder, outside = tmp_path / "set", tmp_path / "outside"
    folder.mkdir()
    outside.mkdir()
    picture(1).save(folder / "a.png")
    picture(2).save(outside / "b.png")
    (folder / "linked").symlink_to(outside, target_is_directory=True)
    (folder / "again").symlink_to(outside, target_is_directory=True)
    (folder / "up").symlink_to(tmp_path, target_is_directory=True)
    (outside / "back").symlink_to(folder, target_is_directory=True)

    assert list(find_images(folder).files) == ["a.png", "again/b.png"]


def test_two_names_that_read_the_same_are_told(tmp_path):
    picture(1).save(tmp_path / "a.png")
    picture(2).save(tmp_path / " a.png")

    found = find_images(tmp_path)

    assert list(found.files) == ["a.png"]
    assert [fault.code for fault in found.faults] == ["image-name-taken"]


def test_output_of_a_run_inside_the_folder_is_no_picture_to_learn_from(tmp_path):
    (tmp_path / "out" / "samples").mkdir(parents=True)
    (tmp_path / "out" / "run.json").write_text("{}")
    picture(1).save(tmp_path / "out" / "samples" / "0.png")
    picture(2).save(tmp_path / "a.png")

    assert list(find_images(tmp_path).files) == ["a.png"]


@pytest.mark.parametrize("name", ["x" * 300, "nul\0"])
def test_folder_name_that_no_disk_takes_is_missing(name):
    with pytest.raises(EngineError) as caught:
        find_images(name)

    assert caught.value.code == "folder-missing"
