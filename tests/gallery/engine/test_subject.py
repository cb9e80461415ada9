import random
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from gallery import demo
from gallery.engine import car_outline, sizes
from gallery.engine.subject import likely_box, salient_box
from tests.photographs import photograph
from training.minibase.artist import (
    STYLES,
    SceneSpec,
    draw,
    draw_style,
    random_spec,
    vehicle_box,
)

DEMO = Path(demo.__file__).parent / "blobs"
# Where the cars of the demo's pictures stand, measured by eye: left, top, right, bottom in px.
DEMO_CARS = {
    "1dcb1a0613b5af74": (42, 185, 184, 252),
    "e84f7732e718135a": (42, 186, 184, 250),
    "f4b2e2e435502d2d": (42, 186, 184, 250),
    "a587d278c0f90d9d": (45, 187, 180, 250),
    "0441be1969ed374d": (52, 162, 204, 234),
    "aa61e154348c6f0e": (53, 162, 202, 234),
    "bd75fda9768f11d6": (12, 163, 171, 233),
    "7ce699c9e646bb8e": (51, 162, 203, 233),
    "d6af5e3e41102097": (104, 107, 250, 176),
    "b2bc900bf2f189d1": (99, 110, 248, 175),
    "e2f9281aab6b327d": (106, 110, 248, 176),
    "b4ffcd67882357b3": (100, 108, 250, 176),
}


def likeness(box, car):
    """The area that both share of the area that either has."""
    shared = sizes.overlap(box, car)
    areas = [(right - left) * (bottom - top) for left, top, right, bottom in (box, car)]
    return shared / (sum(areas) - shared)


def test_cars_of_drawn_scenes_are_found():
    """Of 60 scenes, plain and in every style: the box holds the car, and little else."""
    generator = random.Random(11)
    like, outside = [], []
    for index in range(60):
        spec, size = random_spec(generator), (256, (352, 192), (192, 352))[index % 3]
        style = list(STYLES)[index // 2 % len(STYLES)]
        drawn = draw(spec, size) if index % 2 else draw_style(style, spec, size)
        car, box = vehicle_box(spec, size), likely_box(drawn)
        like.append(likeness(box, car))
        outside.append(sizes.lost_share(box, car))

    assert np.mean(like) >= 0.7
    assert np.mean(outside) <= 0.03
    assert np.mean(np.array(outside) > 0.05) <= 0.1


@pytest.mark.parametrize("name", DEMO_CARS)
def test_car_of_a_demo_picture_is_found_down_to_its_wheels(name):
    with Image.open(DEMO / f"{name}.png") as image:
        box = likely_box(image.convert("RGB"))
        car = [value / image.size[at % 2] for at, value in enumerate(DEMO_CARS[name])]

    assert likeness(box, car) >= 0.65
    assert sizes.lost_share(box, car) <= 0.1
    assert box[3] >= car[3] - 0.01


def test_car_of_another_size_and_a_large_picture_is_found():
    spec = SceneSpec(place="arcade", vehicle="suv", colour="red")
    drawn, car = draw(spec, (288, 224)), vehicle_box(spec, (288, 224))
    wider = ImageOps.expand(drawn, (0, 56, 72, 0), fill=(150, 160, 170)).resize((1440, 1120))

    box = likely_box(wider)

    moved = (car[0] * 0.8, 0.2 + car[1] * 0.8, car[2] * 0.8, 0.2 + car[3] * 0.8)
    assert likeness(box, moved) >= 0.65


def test_picture_without_a_car_has_the_place_that_draws_the_eye():
    picture = photograph(3)

    assert not car_outline.find(picture).is_car
    assert likely_box(picture) == salient_box(picture)


@pytest.mark.parametrize("colour", ["black", "teal", "white"])
def test_picture_with_nothing_in_it_has_no_subject(colour):
    assert likely_box(Image.new("RGB", (300, 200), colour)) == (0, 0, 1, 1)


@pytest.mark.parametrize("size", [(8, 8), (1, 400), (640, 9)])
def test_box_of_any_picture_lies_inside_it(size):
    noise = np.random.default_rng(4).integers(0, 256, (*size[::-1], 3), np.uint8)

    left, top, right, bottom = likely_box(Image.fromarray(noise))

    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
