"""What is odd in a picture: cars that are missing, too many or cut off, on drawings of all styles.

How often it errs is the benchmark's matter (benchmarks/soundness.py).
"""

import pytest
from PIL import Image

from benchmarks.soundness import KINDS, drawings
from gallery.engine import soundness
from tests.unfit_drawing import unfit_drawing
from training.engine.base.base_models import BUNDLED


def doubts(image, family=BUNDLED, **asked):
    return soundness.doubts_of(image, family=family, **{"asks_for_vehicle": True, **asked})


@pytest.mark.parametrize("kind", KINDS)
def test_odd_cars_are_told_and_sound_ones_are_not(kind):
    told = [doubts(image) for image in drawings(kind, seed=4, count=12)]

    assert sum(found == KINDS[kind] for found in told) >= 10


def test_empty_street_is_no_doubt_where_no_car_was_asked_for():
    [street] = drawings("no car", seed=4, count=1)

    assert doubts(street, asks_for_vehicle=False) == []


def test_pictures_of_other_bases_are_not_judged_by_their_cars():
    [street] = drawings("no car", seed=4, count=1)

    assert doubts(street, family="sdxl") == []


def test_car_beside_the_real_one_is_told_and_the_real_one_is_not():
    [two] = drawings("two cars", seed=5, count=1)
    first, second = (car.box for car in soundness.car_outline.find_all(two))

    assert doubts(two, product=first) == doubts(two, product=second) == [soundness.TWO_VEHICLES]


def test_car_half_hidden_behind_the_real_one_is_told():
    [one] = drawings("one car", seed=6, count=1)
    [car] = soundness.car_outline.find_all(one)
    left, top, right, bottom = car.box
    higher = 0.6 * (bottom - top)

    assert doubts(one, product=car.box) == []
    assert doubts(one, product=(left, top - higher, right, bottom - higher)) == ["two-vehicles"]


def test_what_is_perhaps_unfit_is_told_of_any_base():
    assert doubts(unfit_drawing(), family="sdxl") == [soundness.UNFIT]
    assert doubts(Image.new("RGB", (64, 64), "white"), family="sdxl") == []
