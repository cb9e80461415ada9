"""A car cut out of a painted picture is known by its own pixels; the real car is never taken."""

import io
import itertools

import numpy as np
import pytest
from PIL import Image, ImageDraw

from gallery.demo.load import FOLDER
from tests.engine.screening.painted import SCENES
from tests.photographs import CUT_CARS, car_cut_out, saved
from training.engine.screening import painted_cars
from training.minibase.artist import picture
from training.minibase.artist.spec import SceneSpec


def in_rgb(car):
    """The Cutout of an RGBA picture."""
    return painted_cars.Cutout(car.convert("RGB"), car.getchannel("A"))


@pytest.mark.parametrize("change", CUT_CARS)
@pytest.mark.parametrize("place", range(len(SCENES)))
def test_car_is_known_in_the_picture_that_it_was_cut_out_of(painted, place, change):
    car = in_rgb(CUT_CARS[change](car_cut_out(painted[place], SCENES[place])))

    assert place in car.candidates(list(map(painted_cars.small_of, painted)))[:2]
    assert car.likeness(painted[place]) >= painted_cars.LEAST_ALIKE


def test_car_is_known_after_its_picture_was_saved_as_jpeg(painted):
    with Image.open(io.BytesIO(saved(painted[0], quality=60))) as again:
        car = in_rgb(car_cut_out(again, SCENES[0]))

    assert car.likeness(painted[0]) >= painted_cars.LEAST_ALIKE


def test_another_kind_of_car_in_the_same_place_is_not_taken_for_it(painted):
    car = in_rgb(car_cut_out(painted[0], SCENES[0]))
    other = picture.draw(
        SceneSpec(place="harbour", time="day", vehicle="sedan", colour="blue"), 256
    )

    assert car.likeness(other) < painted_cars.LEAST_ALIKE


def test_no_real_car_is_taken_for_a_painted_one(painted):
    """The demo's cars, whole and halves, which the painted ones were named after."""
    alike = []
    for stem in ("gs8-white-left-day", "empow-red-right-day", "m8-black-left-day"):
        with Image.open(FOLDER / "vehicles" / "pictures" / f"{stem}.webp") as image:
            image.thumbnail((720, 720))
            car = image.convert("RGBA")
        for how, other in itertools.product(("as it is", "left half"), painted):
            alike.append(in_rgb(CUT_CARS[how](car)).likeness(other))

    assert max(alike) < painted_cars.LEAST_ALIKE - 0.1


def test_light_alone_makes_no_likeness():
    """One shade of light is like every other one: a bonnet, the sky."""
    shade = np.linspace(90, 200, 128)[:, None, None].repeat(128, 1).repeat(3, 2)
    grain = np.random.default_rng(0).normal(0, 2, (2, 128, 128, 3))
    one, other = (Image.fromarray((shade + noise).astype(np.uint8)) for noise in grain)
    cutout = painted_cars.Cutout(one.crop((32, 32, 96, 96)), Image.new("L", (64, 64), 255))

    assert cutout.likeness(other) < painted_cars.LEAST_ALIKE
    assert cutout.likeness(one) >= painted_cars.LEAST_ALIKE


def test_line_has_too_few_pixels_of_its_own_to_lie_anywhere(painted):
    mask = Image.new("L", (200, 200))
    ImageDraw.Draw(mask).line((0, 0, 200, 200), 255, width=2)
    line = painted_cars.Cutout(painted[0].resize((200, 200)), mask)

    assert line.candidates(list(map(painted_cars.small_of, painted))) == []
    assert line.likeness(painted[0]) == -1
    assert line.candidates([]) == []


def test_small_pictures_are_stored_as_they_are_searched(painted):
    assert {len(painted_cars.small_of(image)) for image in painted} == {painted_cars.SMALL**2 * 3}
