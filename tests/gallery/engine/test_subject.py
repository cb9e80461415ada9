import random

import numpy as np
import pytest
from PIL import Image

from gallery.engine import sizes
from gallery.engine.subject import likely_box
from training.minibase.artist import draw, random_spec, vehicle_box


def test_cars_of_drawn_scenes_are_found():
    """Of 60 scenes in three shapes: the box has its middle on the car, and most of it within."""
    generator = random.Random(11)
    on_car, covered = [], []
    for index in range(60):
        spec, size = random_spec(generator), (256, (256, 192), (192, 256))[index % 3]
        car = vehicle_box(spec, size)
        box = likely_box(draw(spec, size))
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        on_car.append(car[0] <= x <= car[2] and car[1] <= y <= car[3])
        covered.append(1 - sizes.lost_share(box, car))

    assert np.mean(on_car) >= 0.8
    assert np.median(covered) >= 0.65


@pytest.mark.parametrize("colour", ["black", "teal", "white"])
def test_picture_with_nothing_in_it_has_no_subject(colour):
    assert likely_box(Image.new("RGB", (300, 200), colour)) == (0, 0, 1, 1)


@pytest.mark.parametrize("size", [(8, 8), (1, 400), (640, 9)])
def test_box_of_any_picture_lies_inside_it(size):
    noise = np.random.default_rng(4).integers(0, 256, (*size[::-1], 3), np.uint8)

    left, top, right, bottom = likely_box(Image.fromarray(noise))

    assert 0 <= left < right <= 1
    assert 0 <= top < bottom <= 1
