import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps

from tests.engine.screening.scenes import scene
from training.engine.screening import (
    Duplicate,
    ScreenSettings,
    fingerprint_of,
    near_duplicates,
    near_ones,
)


def compressed(image):
    target = io.BytesIO()
    image.save(target, "JPEG", quality=30)
    return Image.open(target)


def pairs(**images):
    hashes = {name: fingerprint_of(image) for name, image in images.items()}
    return [(pair.name, pair.other, pair.code) for pair in near_duplicates(hashes)]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda image: image.resize((200, 166)), "near-duplicate"),
        (compressed, "near-duplicate"),
        (lambda image: ImageEnhance.Brightness(image).enhance(1.3), "near-duplicate"),
        (ImageOps.grayscale, "near-duplicate"),
        (ImageOps.mirror, "near-duplicate-mirrored"),
        (lambda image: image.crop((38, 0, 384, 288)), "near-duplicate-crop"),
    ],
)
def test_changed_copy_is_found(change, code):
    assert pairs(first=scene(5), second=change(scene(5))) == [("second", "first", code)]


def test_different_pictures_are_no_doubles():
    assert pairs(**{str(seed): scene(seed) for seed in range(12)}) == []


def test_plain_pictures_are_never_doubles():
    plain = Image.new("RGB", (300, 300), "white")

    assert fingerprint_of(plain) == ""
    assert pairs(first=plain, second=plain) == []


@given(flipped=st.sets(st.integers(0, 63)))
def test_pairs_differ_by_at_most_the_allowed_bits(flipped):
    settings = ScreenSettings()
    whole = sum(1 << bit for bit in flipped)
    # The other 19 hashes are far from both: one picture's 0x5… against the other's 0xA….
    first, second = (
        "-".join([f"{hash_:016x}"] + [fill * 16] * 19) for hash_, fill in ((0, "5"), (whole, "a"))
    )

    found = near_duplicates({"first": first, "second": second}, settings)

    near = len(flipped) <= settings.duplicate_distance
    assert found == ([Duplicate("second", "first", len(flipped), "near-duplicate")] if near else [])


def test_no_pictures_have_no_pairs():
    assert near_duplicates({}) == []


def test_pictures_near_one_are_found_among_others():
    others = {
        "other": fingerprint_of(scene(6)),
        "plain": "",
        "cut": fingerprint_of(scene(5).crop((38, 0, 384, 288))),
        "same": fingerprint_of(scene(5)),
    }

    found = near_ones(fingerprint_of(scene(5)), others)

    assert {near.other: near.code for near in found} == {
        "same": "near-duplicate",
        "cut": "near-duplicate-crop",
    }
    assert [near.distance for near in found] == sorted(near.distance for near in found)
    assert near_ones("", others) == near_ones(fingerprint_of(scene(5)), {}) == []
