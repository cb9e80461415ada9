"""Scores of a style: zero for the same, monotone where the style grows, told per strength."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from tests.engine.lora.test_adapters import write_pack
from training.engine.evaluate import strength_sheet
from training.engine.sampling.renderer import Renderer
from training.minibase import artist


def plain(colour, size=(16, 16)):
    return Image.new("RGB", size, colour)


def noise(seed):
    values = np.random.default_rng(seed).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    return Image.fromarray(values)


@given(st.integers(0, 50), st.integers(0, 50))
def test_histogram_distance_is_a_distance(a, b):
    first, second = (strength_sheet.colour_histogram([noise(seed)]) for seed in (a, b))

    there = strength_sheet.histogram_distance(first, second)

    assert 0 <= there <= 1
    assert there == strength_sheet.histogram_distance(second, first)
    assert strength_sheet.histogram_distance(first, first) == 0


def test_histograms_of_unlike_pictures_have_nothing_in_common():
    red, blue = (strength_sheet.colour_histogram([plain(colour)]) for colour in ("red", "blue"))

    assert strength_sheet.histogram_distance(red, blue) == 1


def test_edges_agree_with_themselves_and_not_with_others():
    assert strength_sheet.edge_correlation(noise(1), noise(1)) == pytest.approx(1)
    assert abs(strength_sheet.edge_correlation(noise(1), noise(2))) < 0.5
    assert strength_sheet.edge_correlation(plain("red"), plain("blue")) == 1


def test_outlines_are_of_shapes_and_not_of_strokes_or_hues():
    spec = artist.SceneSpec(place="arcade", time="day", vehicle="suv")
    scene = artist.draw(spec, 256)
    other = artist.draw(replace(spec, place="mountain"), 256)
    grain = np.random.default_rng(1).integers(-40, 41, (256, 256, 3))
    strokes = Image.fromarray((np.asarray(scene) + grain).clip(0, 255).astype(np.uint8))
    swapped = Image.merge("RGB", scene.split()[::-1])
    outlines, edges = strength_sheet.outline_correlation, strength_sheet.edge_correlation

    assert outlines(scene, scene) == pytest.approx(1)
    assert outlines(scene, other) < 0.5
    assert outlines(scene, swapped) == pytest.approx(1)
    assert outlines(scene, strokes) > 0.9 > edges(scene, strokes)


def test_outlines_show_a_car_that_only_its_colour_parts_from_the_ground():
    # Red and green of equal brightness: grey edges see an even field.
    ground = Image.new("RGB", (64, 64), (150, 0, 0))
    with_car = ground.copy()
    with_car.paste((0, 76, 0), (16, 24, 48, 44))

    assert strength_sheet.edge_correlation(ground, with_car) == 1
    assert strength_sheet.outline_correlation(ground, with_car) == 0


def test_strength_sheet_scores_each_strength(toy_base, make_config, dataset, tmp_path):
    info = toy_base("studio-mini")
    pack = tmp_path / "style.safetensors"
    write_pack(pack, info, make_config("studio-mini", targets="all"))
    told = []

    sheet = strength_sheet.strength_sheet(
        Renderer(info, "cpu"),
        pack,
        ["an arcade", "morning tea"],
        sorted(dataset.glob("*.png")),
        strengths=(1.0, 0.5),
        steps=2,
        on_image=lambda done, total: told.append((done, total)),
    )

    assert sheet.strengths == (0.0, 0.5, 1.0)
    assert told == [(i, 6) for i in range(1, 7)]
    assert [score.strength for score in sheet.scores] == [0.0, 0.5, 1.0]
    assert (sheet.scores[0].drift, sheet.scores[0].content) == pytest.approx((0, 1))
    assert sheet.scores[2].drift > sheet.scores[1].drift > 0
    assert all(score.similarity is None for score in sheet.scores)
    assert sheet.contact_sheet(60).size == (44 + 120, 180)


@pytest.mark.parametrize(
    ("distances", "monotone"), [((0.9, 0.5, 0.2), True), ((0.9, 0.2, 0.5), False)]
)
def test_monotone_is_told_from_the_distances(distances, monotone):
    scores = [strength_sheet.StyleScore(i / 2, d, None, 0, 1) for i, d in enumerate(distances)]

    assert strength_sheet.StrengthSheet((0, 0.5, 1), (), {}, scores).monotone is monotone
