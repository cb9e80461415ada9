"""The drift guard's rule: what is far from a campaign's own middle, and what is not."""

import json

import numpy as np
import pytest
from PIL import Image

from gallery.engine import drift
from gallery.engine.drift import BODY, PALETTE, STYLE, VEHICLE, Features, Member, features_of
from gallery.engine.drift_reader import DriftReader
from training.engine.base.base_models import BUNDLED
from training.minibase import artist


def noisy(colour, seed, roughness=6.0):
    """A picture of one colour with grain."""
    grain = np.random.default_rng(seed).normal(0, roughness, (96, 96, 1))
    return Image.fromarray((np.array(colour) + grain).clip(0, 255).astype(np.uint8))


def member(key, image, **facts):
    return Member(key, features_of(image), **facts)


def reds(count=12):
    return [member(key, noisy((180, 60 + key % 3, 50), key)) for key in range(count)]


def test_even_campaign_has_no_strays():
    assert drift.strays(reds()) == {}


def test_other_colours_are_told_as_palette():
    marked = drift.strays([*reds(), member("blue", noisy((60, 60, 180), 99))])

    assert list(marked) == ["blue"]
    assert set(marked["blue"]) == {PALETTE}
    assert marked["blue"][PALETTE] > 8


def test_other_strokes_in_the_same_colours_are_told_as_style():
    rows = np.arange(96)[:, None, None] // 6 % 2 * 30 - 15
    striped = (np.array((180, 61, 50)) + rows + np.zeros((96, 96, 3))).clip(0, 255)

    marked = drift.strays([*reds(), member("striped", Image.fromarray(striped.astype(np.uint8)))])

    assert STYLE in marked["striped"]
    assert list(marked) == ["striped"]


def test_too_few_images_have_no_middle():
    few = [*reds(drift.LEAST - 2), member("blue", noisy((60, 60, 180), 99))]

    assert drift.strays(few) == {}


def test_foreign_vehicle_is_told_however_few_images_there_are():
    assert drift.strays([member(1, noisy((9, 9, 9), 1), is_foreign=True)]) == {1: {VEHICLE: 0.0}}


def test_campaign_of_two_palettes_has_its_strays_told():
    """Each picture is compared with its nearest: a middle of two palettes is like neither."""
    greens = [member(f"green{key}", noisy((60, 150 + key % 3, 70), key)) for key in range(12)]

    marked = drift.strays([*reds(), *greens, member("blue", noisy((60, 60, 180), 99))])

    assert set(marked) == {"blue"}
    assert set(marked["blue"]) == {PALETTE}


def with_bodies(key, *suv, shape=()):
    """A picture of an SUV. suv: the chance of one in each reading."""
    bodies = {"suv": np.log(suv), "sedan": np.log1p(-np.array(suv))}
    features = features_of(noisy((180, 60, 50), key % 3), bodies=bodies, shape=shape)
    return Member(key, features, body="suv")


@pytest.mark.parametrize(
    ("usual", "odd", "reasons"),
    [
        ((0.98,), (0.02,), {20: {BODY: 1.0}}),
        ((0.98,), (0.6,), {}),  # its own body still is likeliest
        ((0.3,), (0.02,), {}),  # a style in which the reader sees no car well
        ((0.98, 0.01), (0.02, 0.01), {20: {BODY: 1.0}}),  # a reading that fails has no say
    ],
)
def test_another_body_is_told_where_the_reader_usually_sees_the_right_one(usual, odd, reasons):
    members = [with_bodies(key, *usual) for key in range(12)]

    assert drift.strays([*members, with_bodies(20, *odd)]) == reasons


def boxes(height):
    """A picture with a dark block of this height on a light ground, and its shape, seen whole."""
    values = np.full((64, 128), 220, np.uint8)
    values[64 - height : 60, 20:100] = 30
    return drift.shape_of(Image.fromarray(values).convert("RGB"), (0, 0, 1, 1))


@pytest.mark.parametrize(("height", "marked"), [(24, {20}), (50, set())])
def test_doubt_about_a_body_counts_when_the_shape_is_another_too(height, marked):
    readings = [0.6, 0.7, 0.8, 0.7, 0.75, 0.65, 0.8, 0.7, 0.72, 0.68, 0.77, 0.66]
    members = [with_bodies(key, suv, shape=boxes(50)) for key, suv in enumerate(readings)]

    found = drift.strays([*members, with_bodies(20, 0.45, shape=boxes(height))])

    assert set(found) == marked


def test_car_that_faces_the_other_way_has_the_mirrored_shape():
    image = artist.draw_style("porcelain", artist.SceneSpec("arcade"), 128).convert("RGB")
    turned = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    shapes = np.array([drift.shape_of(one, (0, 0, 1, 1)) for one in (image, turned)])

    assert np.abs(drift._mirrored(shapes)[0] - shapes[1]).mean() < 0.02
    assert np.abs(shapes[0] - shapes[1]).mean() > 0.04


def test_features_travel_as_json():
    features = features_of(
        noisy((180, 60, 50), 1), likeness=[0.6, 0.8], bodies={"suv": [-0.25, -1.5]}, shape=[0.5]
    )

    again = Features(**json.loads(json.dumps(features.as_json())))

    assert again == features
    assert (len(features.palette), len(features.texture)) == (320, 18)
    cells = np.array(features.palette).reshape(5, 8, 8)
    assert cells.sum() == pytest.approx(1, abs=0.01)
    # CIELAB of (180, 60, 50) is about (42, 47, 34): cells of 20 and of 15.
    assert [
        axis.argmax() for axis in (cells.sum((1, 2)), cells.sum((0, 2)), cells.sum((0, 1)))
    ] == [pytest.approx(place, abs=1) for place in (2, 7, 6)]


def test_reader_tells_a_neon_picture_among_porcelain_ones():
    specs = [
        artist.SceneSpec("arcade", vehicle="suv", colour="white", seed=seed) for seed in range(12)
    ]
    images = [artist.draw_style("porcelain", spec, 128).convert("RGB") for spec in specs]
    images.append(artist.draw_style("neon", specs[0], 128).convert("RGB"))

    features = DriftReader().read(images, [BUNDLED] * 12 + ["sdxl"])
    marked = drift.strays([Member(key, one) for key, one in enumerate(features)])

    assert list(marked) == [12]
    chances = np.exp(list(features[0].bodies.values()))
    assert chances.sum(axis=0) == pytest.approx(np.ones(8), abs=0.001)
    assert len(features[0].shape) == 768
    assert (features[12].bodies, features[12].shape) == (
        {},
        [],
    )  # the reader knows drawn scenes alone
