"""Drawn or photographed, told from how sharply pictures change."""

import random

import numpy as np
import pytest
from PIL import Image, ImageDraw
from skimage import data

from training.engine.data.medium import DRAWN, are_drawn, edge_share
from training.minibase import artist


def test_flat_colour_between_lines_is_all_edge():
    image = Image.new("RGB", (64, 64), "white")
    ImageDraw.Draw(image).rectangle((16, 16, 47, 47), fill="red")

    assert edge_share(image) == pytest.approx(1)


def test_change_everywhere_has_a_fifth_in_any_fifth_of_it():
    ramp = np.tile(np.arange(64, dtype=np.uint8) * 3, (64, 1))

    # Across it changes at every pixel by 3, downwards not at all: half of the differences are 3.
    assert edge_share(Image.fromarray(ramp)) == pytest.approx(0.4, abs=0.01)


def test_one_colour_alone_counts_as_drawn():
    assert edge_share(Image.new("RGB", (8, 8), "navy")) == 1


@pytest.mark.parametrize("style", artist.STYLE_PHRASES)
def test_sets_of_the_artist_are_drawn(style):
    rng = random.Random(5)
    pictures = [artist.draw_style(style, artist.random_spec(rng), 256) for _ in range(7)]

    assert are_drawn(map(edge_share, pictures))


def test_set_of_photographs_is_not_drawn():
    photographs = [data.astronaut(), data.coffee(), data.chelsea(), data.rocket(), data.grass()]

    assert not are_drawn(edge_share(Image.fromarray(pixels)) for pixels in photographs)


def test_set_is_judged_by_its_middle_picture():
    assert are_drawn([0.5, DRAWN, 0.9])
    assert not are_drawn([0.5, 0.77, 0.9])
    assert not are_drawn([])
