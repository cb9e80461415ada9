"""A variant of a photograph is known again; another picture isn't taken for one."""

import itertools

import numpy as np
import pytest
from PIL import Image

from tests.photographs import VARIANTS, photograph
from training.engine.data import variants


@pytest.mark.parametrize("change", VARIANTS)
def test_variant_is_found_by_its_fingerprint_and_known_by_its_details(change):
    image = photograph(1)
    variant = VARIANTS[change](image)
    others = [variants.fingerprint(photograph(seed)) for seed in range(1, 5)]

    probe = variants.fingerprint(variant)

    assert variants.candidates(probe, variants.stacked(others)) == [0]
    assert variants.are_variants(image, variant)
    assert variants.are_variants(variant, image)


def test_no_two_photographs_are_taken_for_one():
    images = [photograph(seed) for seed in range(6)]

    alike = [
        (one, other)
        for one, other in itertools.combinations(range(6), 2)
        if variants.are_variants(images[one], images[other])
    ]

    assert alike == []


def test_same_place_with_another_subject_is_another_picture():
    image = photograph(1)
    other = image.copy()
    other.paste(photograph(2).resize((200, 150)), (140, 150))

    assert variants.likeness(image, other) < variants.LEAST_ALIKE - 0.2


def test_plain_picture_has_no_fingerprint():
    noise = np.random.default_rng(0).integers(127, 130, (90, 90, 3), dtype=np.uint8)

    assert variants.fingerprint(Image.new("RGB", (90, 90), "white")) == b""
    assert variants.fingerprint(Image.fromarray(noise, "RGB")) == b""
    assert len(variants.fingerprint(photograph(1))) == 8 * variants.HASHES
