"""Pictures at a larger size: by the network where it is whole, else by Lanczos; tone is kept."""

import logging
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageStat

from gallery.engine import upscale
from training.engine.errors import EngineError
from training.engine.tools import upscaler
from training.minibase import artist

LANCZOS = Image.Resampling.LANCZOS


@pytest.fixture(scope="module")
def first():
    """A drawn street, as small as the bundled base paints."""
    return artist.draw(artist.random_spec(random.Random(8)), 512).resize((128, 128), LANCZOS)


@pytest.fixture(params=[None, b"half of the weights"], ids=["missing", "damaged"])
def without_network(request, tmp_path, monkeypatch):
    path = tmp_path / upscaler.BUNDLED.name
    if request.param:
        path.write_bytes(request.param)
    monkeypatch.setattr(upscaler, "BUNDLED", path)
    return "upscaler-damaged" if request.param else "upscaler-missing"


def saturation_and_contrast(image):
    saturation = ImageStat.Stat(image.convert("HSV").getchannel("S")).mean[0]
    return saturation, ImageStat.Stat(image.convert("L")).stddev[0]


def edges(image):
    grey = np.asarray(image.convert("L"), np.float64)
    return np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()


@given(st.integers(40, 300), st.integers(40, 300), st.integers(20, 200), st.integers(20, 200))
def test_cut_has_the_channel_size(width, height, to_width, to_height):
    cut = upscale.cut_to(Image.new("RGB", (width, height)), to_width, to_height, most=0)

    assert cut.size == (to_width, to_height)


@pytest.mark.parametrize("side", [50, 400])
def test_cut_keeps_what_is_in_focus(side):
    picture = Image.new("RGB", (300, 100), "blue")
    picture.paste((255, 0, 0), (200, 0, 300, 100))

    cut = upscale.cut_to(picture, side, side, focus=(1.0, 0.5))

    assert cut.size == (side, side)
    assert cut.getpixel((side // 2, side // 2)) == (255, 0, 0)


@pytest.mark.parametrize("growth", [2, 4, 9])
def test_enlarged_picture_keeps_its_tone_and_has_stronger_edges(first, growth):
    size = (growth * first.width, growth * first.height)

    larger = upscale.enlarged(first, size)

    plain = first.resize(size, LANCZOS)
    assert larger.size == size
    assert saturation_and_contrast(larger) == pytest.approx(
        saturation_and_contrast(first), rel=0.03
    )
    assert edges(larger) > 1.05 * edges(plain)


def test_without_the_network_it_is_interpolated_and_the_log_says_why(
    first, without_network, caplog
):
    way = upscale.enlargement(first.size, (512, 512))
    with caplog.at_level(logging.WARNING):
        larger = upscale.enlarged(first, (512, 512))

    assert (way.passes, way.fault) == (0, without_network)
    assert way.facts == {"growth": 4.0, "passes": 0, "fault": without_network}
    assert larger == first.resize((512, 512), LANCZOS)
    assert str(EngineError(without_network, name=upscaler.BUNDLED.name)) in caplog.text


def test_facts_name_the_network_and_its_hash(first):
    facts = upscale.enlargement(first.size, (256, 256)).facts

    assert facts == {
        "growth": 2.0,
        "passes": 1,
        "network": "realesr-animevideov3",
        "sha256": upscaler.SHA256,
    }


def test_strips_are_told_of_as_they_come(first):
    seen = []

    upscale.enlarged(first.resize((64, 600)), (128, 1200), on_strip=lambda *told: seen.append(told))

    assert seen == [(1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("size", [(128, 128), (100, 90), (150, 150)])
def test_what_needs_no_network_is_interpolated(first, size):
    assert upscale.enlarged(first, size) == first.resize(size, LANCZOS)
