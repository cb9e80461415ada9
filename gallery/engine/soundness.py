"""What makes a finished picture doubtful, before a person is asked to answer for it.

A guess by two readers that err: it warns and never stands in the way. Cars are found by their
outline, which was fitted to the scenes of the bundled base seen from the side; of other bases'
pictures only what is unfit to be seen is told.
"""

from __future__ import annotations

from PIL import Image

from gallery.engine import car_outline
from gallery.engine.car_outline import Box
from training.engine.base.base_models import BUNDLED
from training.engine.tools import open_nsfw

NO_VEHICLE, TWO_VEHICLES, CUT_OFF, UNFIT = "no-vehicle", "two-vehicles", "cut-off", "unfit"

_MOST_OUTSIDE = 0.08  # of a car's length; of one that stands whole it is at most 0.04
_MOST_LOWER = 0.4  # of a product's height, between its wheels and the pattern's; usual are 0.06


def doubts_of(
    image: Image.Image,
    *,
    family: str,
    asks_for_vehicle: bool,
    product: Box | None = None,
    unfit_from: float = 0.3,
) -> list[str]:
    """What is doubtful of an RGB picture: NO_VEHICLE, TWO_VEHICLES, CUT_OFF, UNFIT, or nothing.

    family: of the base that painted it. asks_for_vehicle: whether its words do. product: where a
    real car was put, as shares of the frame: it is there, whatever is found. unfit_from: chance,
    0 to 1.
    """
    doubts = _of_cars(image, asks_for_vehicle, product) if family == BUNDLED else []
    chance = open_nsfw.probability_of(image)
    return [*doubts, UNFIT] if chance is not None and chance >= unfit_from else doubts


def _of_cars(image: Image.Image, asks_for_vehicle: bool, product: Box | None) -> list[str]:
    cars = car_outline.find_all(image)
    if product is not None:
        return [TWO_VEHICLES] if any(_is_another(car.box, product) for car in cars) else []
    if not cars:
        return [NO_VEHICLE] if asks_for_vehicle else []
    more = [TWO_VEHICLES] if len(cars) > 1 else []
    return [*more, CUT_OFF] if max(car.outside for car in cars) > _MOST_OUTSIDE else more


def _is_another(box: Box, product: Box) -> bool:
    """Whether a car was found elsewhere than where the product stands: beside it, or half hidden
    by it, so that the pattern fits where its wheels are."""
    lower = abs(box[3] - product[3]) / (product[3] - product[1])
    return lower > _MOST_LOWER or not car_outline.is_same(box, product)
