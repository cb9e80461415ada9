"""An image is decoded once: a later run on the same bytes only hashes its file."""

import json
import os
import shutil

import pytest

from tests.engine import toys
from training.engine.data import image_facts
from training.engine.data.image_facts import KnownImages
from training.engine.errors import EngineError


@pytest.fixture
def image(tmp_path):
    return sorted(toys.write_dataset(tmp_path / "set", 2).glob("*.png"))[0]


@pytest.fixture
def decoded(monkeypatch):
    """The names of what is decoded, in turn; no process remembers anything."""
    names, decode = [], image_facts._decoded
    monkeypatch.setattr(image_facts, "_BY_STATUS", {})

    def noted(path, name):
        names.append(name)
        return decode(path, name)

    monkeypatch.setattr(image_facts, "_decoded", noted)
    return names


def test_image_is_decoded_once_for_all_runs_with_one_cache(image, decoded, tmp_path):
    table = tmp_path / "cache" / "images.json"
    first = KnownImages(table)
    facts = first.facts_of(image, "a.png")
    assert not table.exists()  # a run that is refused writes nothing
    first.save()
    moved = shutil.copy(image, tmp_path / "b.png")

    assert KnownImages(table).facts_of(moved, "b.png") == facts
    assert decoded == ["a.png"]


def test_changed_bytes_are_decoded_anew_and_both_are_kept(image, decoded, tmp_path):
    table = tmp_path / "images.json"
    other = sorted(image.parent.glob("*.png"))[1]
    for path in (image, other):
        known = KnownImages(table)
        known.facts_of(path, path.name)
        known.save()
    shutil.copy(other, image)

    assert KnownImages(table).facts_of(image, "again") == KnownImages(table).facts_of(other, "x")
    assert decoded == [image.name, other.name]


@pytest.mark.parametrize("table", ["no table", "[]", '{"pillow": "0"}', None])
def test_table_that_tells_nothing_is_made_again(image, decoded, tmp_path, table):
    path = tmp_path / "images.json"
    if table is None:
        known = KnownImages(path)
        known.facts_of(image, "a.png")
        known.save()
        kept = json.loads(path.read_text()) | {"pillow": "another version"}
        table = json.dumps(kept)
        image_facts._BY_STATUS.clear()
        decoded.clear()
    path.write_text(table)

    assert KnownImages(path).facts_of(image, "a.png").width > 0
    assert decoded == ["a.png"]


def test_what_is_no_image_is_never_known_and_always_named(tmp_path, decoded):
    (tmp_path / "a.png").write_bytes(b"no image")
    os.mkfifo(tmp_path / "b.png")
    known = KnownImages(tmp_path / "images.json")

    for name in ("a.png", "b.png", "missing.png"):
        with pytest.raises(EngineError) as caught:
            known.facts_of(tmp_path / name, name)
        assert caught.value.facts["name"] == name
    known.save()

    assert not (tmp_path / "images.json").exists()
