"""Whose caption is whose in a training folder: tables speak for their own folder."""

import json
import os
import time

import pytest
from PIL import Image

from training.engine.base import base_models
from training.engine.data import dataset, image_facts
from training.engine.data.captions.folders import folder_captions
from training.engine.data.dataset import check_dataset, load_dataset
from training.engine.data.image_folder import find_images
from training.engine.data.images import open_rgb
from training.engine.errors import EngineError


@pytest.fixture
def put(tmp_path):
    """put({"red/1.png": None, "a.txt": "tea"}): files of a training folder; None is a picture."""

    def put(files):
        for number, (name, text) in enumerate(files.items()):
            path = tmp_path / "set" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is None:
                Image.new("RGB", (40, 40), (number, 40, 90)).save(path)
            else:
                path.write_text(text, encoding="utf-8")
        return tmp_path / "set"

    return put


@pytest.fixture
def check(make_config, toy_folder):
    """check(folder, metadata="metadata.csv", **changes): what train_lora finds there."""

    def check(folder, metadata="metadata.csv", look=check_dataset, **changes):
        config = make_config(
            train_data_dir=str(folder), metadata_path=str(folder / metadata), **changes
        )
        return look(config, base_models.describe(config.base_model, [toy_folder]))

    return check


def captions_of(told):
    return {example.name: example.caption for example in told.examples}


def codes(told):
    return [fault.code for fault in told.faults]


def test_tables_of_two_folders_speak_each_for_its_own(put, check):
    folder = put(
        {
            "red/001.png": None,
            "red/metadata.csv": "001.png,a red car\n",
            "blue/001.png": None,
            "blue/metadata.csv": "001.png,a blue car\n",
        }
    )

    told = check(folder, "")

    assert captions_of(told) == {"blue/001.png": "a blue car", "red/001.png": "a red car"}
    assert codes(told) == []


def test_row_with_a_folder_never_captions_another_folder(put, check):
    folder = put({"people/001.png": None, "001.png": None, "metadata.csv": "cars/001.png,a car\n"})

    told = check(folder)

    assert captions_of(told) == {}
    assert codes(told) == ["caption-without-image"] + 2 * ["image-without-caption"]


def test_row_without_a_folder_never_captions_a_picture_in_one(put, check):
    folder = put({"people/001.png": None, "metadata.csv": "001.png,a car\n"})

    assert codes(check(folder)) == ["caption-without-image", "image-without-caption"]


def test_table_in_a_folder_of_the_set_means_that_folder(put, check):
    folder = put({"red/001.png": None, "001.png": None, "red/metadata.csv": "001.png,a red car\n"})

    told = check(folder, "red/metadata.csv")

    assert captions_of(told) == {"red/001.png": "a red car"}
    assert [f.facts["name"] for f in told.faults] == ["001.png"]


def test_names_without_ending_and_in_another_unicode_form_are_found(put, check):
    folder = put({"0.png": None, "cafe\u0301.png": None})
    (folder / "metadata.csv").write_text("0,tea house\ncaf\u00e9.png,coffee\n", encoding="utf-8")

    told = check(folder)

    assert captions_of(told) == {"0.png": "tea house", "caf\u00e9.png": "coffee"}
    assert codes(told) == []


def test_heading_of_unknown_words_is_no_row(put, check):
    folder = put({"0.png": None, "1.png": None, "metadata.csv": "Bild,Wort\n0.png,a\n1.png,b\n"})

    assert codes(check(folder)) == []


def test_metadata_of_a_folder_comes_before_a_backup_beside_it(put):
    folder = put({"a.png": None, "backup.csv": "a.png,old\n", "metadata.csv": "a.png,red car\n"})

    told = folder_captions(folder, folder)

    assert told.captions == {"a.png": "red car"}
    assert [f.facts["second"] for f in told.faults] == ["backup.csv, 1"]


def test_one_picture_with_two_captions_is_told(put, check):
    folder = put({"a.png": None, "metadata.csv": "a.png,tea\na,coffee\n"})

    told = check(folder)

    assert captions_of(told) == {"a.png": "tea"}
    assert codes(told) == ["caption-second"]


def test_stem_that_fits_two_pictures_is_told(put, check):
    folder = put({"a.png": None, "a.jpg": None, "metadata.csv": "a,tea\n"})

    assert codes(check(folder))[0] == "caption-fits-several"


def test_folder_as_metadata_path_reads_text_files_and_their_first_line(put, check):
    folder = put(
        {
            "a.png": None,
            "a.txt": "tea house\nsecond thoughts\n",
            "sub/b.png": None,
            "sub/b.caption": "red lanterns",
            "notes.txt": "call the printer",
            "LICENSE.txt": "all rights reserved",
        }
    )

    told = check(folder, "")

    assert captions_of(told) == {"a.png": "tea house", "sub/b.png": "red lanterns"}
    assert codes(told) == []
    assert [(r.code, r.facts["name"]) for r in told.remarks] == [("caption-first-line", "a.txt")]


def test_folder_without_captions_is_named(put, check):
    with pytest.raises(EngineError) as refused:
        check(put({"a.png": None}), "")

    assert refused.value.code == "captions-folder-empty"


def test_meta_cap_of_kohya_is_a_captions_file(put, check):
    folder = put({"a.png": None, "b.png": None})
    told = {"a": {"caption": "tea", "tags": "red"}, "b.png": {"tags": "wet"}}
    (folder / "meta_cap.json").write_text(json.dumps(told))

    assert captions_of(check(folder, "meta_cap.json")) == {"a.png": "tea, red", "b.png": "wet"}
    assert captions_of(check(folder, "")) == {"a.png": "tea, red", "b.png": "wet"}


def test_repeats_of_a_folder_count_and_are_told(put, check):
    folder = put({"10_ink/a.png": None, "2_tea/b.png": None, "c.png": None})
    (folder / "metadata.csv").write_text("10_ink/a.png,a\n2_tea/b.png,b\nc.png,c\n")

    told = check(folder, repeats=2, batch_size=26, look=load_dataset)

    assert {e.name: e.repeats for e in told.examples} == {
        "10_ink/a.png": 20,
        "2_tea/b.png": 4,
        "c.png": 2,
    }
    assert [r.facts for r in told.remarks] == [
        {"name": "10_ink", "repeats": 10},
        {"name": "2_tea", "repeats": 2},
    ]


@pytest.mark.parametrize("caption", ["[trigger] tea house", "tea, [Trigger]"])
def test_placeholder_of_another_tool_becomes_the_trigger_or_is_refused(put, check, caption):
    folder = put({"a.png": None, "metadata.csv": f"a.png,{caption}\n"})

    assert codes(check(folder)) == ["caption-placeholder"]
    assert "[" not in captions_of(check(folder, trigger_words="lnarc"))["a.png"]


def test_trigger_inside_a_word_is_put_in_front_while_training(put, check):
    folder = put({"a.png": None, "metadata.csv": "a.png,a pink car\n"})

    assert captions_of(check(folder, trigger_words="ink")) == {"a.png": "ink, a pink car"}


def test_what_a_run_wrote_into_its_set_is_no_part_of_it(put):
    folder = put({"a.png": None, "out/samples/s.png": None, ".cache/x.png": None})

    assert list(find_images(folder).files) == ["a.png", "out/samples/s.png"]
    assert folder_captions(put({"a.txt": "tea"}), folder, folder / "out").images.keys() == {"a.png"}


def test_image_is_decoded_once_while_it_stays_the_same(put, check, monkeypatch):
    folder = put({"1.png": None, "2.png": None, "metadata.csv": "1.png,tea\n2.png,house\n"})
    long_ago = time.time() - 60
    for name in ("1.png", "2.png"):
        os.utime(folder / name, (long_ago, long_ago))
    decoded = []
    monkeypatch.setattr(
        image_facts, "open_rgb", lambda path, name: decoded.append(name) or open_rgb(path, name)
    )

    first = check(folder)
    again = check(folder)
    Image.new("RGB", (48, 48), "teal").save(folder / "2.png")
    other = check(folder)

    assert decoded == ["1.png", "2.png", "2.png"]
    assert dataset.fingerprint(first.examples) == dataset.fingerprint(again.examples)
    assert first.examples[1].pixels != other.examples[1].pixels
