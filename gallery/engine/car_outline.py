"""A car seen from its side, found by its outline, with one pattern in several sizes.

Histograms of oriented gradients: Dalal & Triggs 2005, https://doi.org/10.1109/CVPR.2005.177. The
pattern is one linear filter over them, which `docs/tools/make_car_outline.py` fits to drawings
whose cars are known and writes into the file beside this module. NumPy alone: the pages' process
starts without torch.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image
from safetensors.numpy import load_file

from gallery.engine import sizes

Box = tuple[float, float, float, float]  # left, top, right, bottom, shares of width and height
Chooser = Callable[[np.ndarray], Iterable]  # of (row, column) in scores

DIRECTIONS = 8  # of gradients, over half a turn
PATTERN = (10, 20)  # cells of the pattern, high and wide
AROUND = (2, 3)  # cells beyond the edges in which the pattern may stand, above and beside
# Where in the pattern a car stands, in cells; a little air is left around it, since the pattern
# moves by whole cells.
CAR = (0.5, -0.3, 19.5, 9.4)
DRAWN_UNIT = 128  # px of the root of a picture's area in which drawn cars fill the pattern
_UNITS = (96, 112, DRAWN_UNIT, 152, 180)  # from large cars to small ones
_CELL = 4  # px
_LEAST_SCORE = 0.37  # one drawn car in a hundred reaches less; pictures without one at most 0.34
_SAME = 0.25  # of the smaller of two boxes that both hold: then they are one car
_MOST_CELLS = 40_000  # of strips that are longer than any channel's
WEIGHTS = Path(__file__).with_suffix(".safetensors")


@dataclass(frozen=True)
class Found:
    """box: where the pattern fits. score: how well; from _LEAST_SCORE on it is a car.

    outside: share of its width that lies beyond the picture's sides, as far as the pattern goes.
    """

    box: Box
    score: float
    outside: float = 0.0

    @property
    def is_car(self) -> bool:
        return self.score >= _LEAST_SCORE


def find(image: Image.Image) -> Found | None:
    """Where the pattern fits best in an RGB picture; None for one that it doesn't fit into."""
    return max(_places(image, _best), key=lambda found: found.score, default=None)


def find_all(image: Image.Image) -> list[Found]:
    """All cars of an RGB picture, the surest first; none twice."""
    cars: list[Found] = []
    for found in sorted(_places(image, _sure), key=lambda found: -found.score):
        if not any(is_same(found.box, car.box) for car in cars):
            cars.append(found)
    return cars


def is_same(first: Box, second: Box) -> bool:
    """Whether two boxes are of one car."""
    smaller = min((box[2] - box[0]) * (box[3] - box[1]) for box in (first, second))
    return sizes.overlap(first, second) >= _SAME * smaller


def _places(image: Image.Image, chosen: Chooser) -> Iterator[Found]:
    """The places of the pattern in an RGB picture that are chosen in each of its sizes."""
    # Read once whole: five times would take most of the time.
    small = image.reduce(max(1, int(math.sqrt(image.width * image.height) / _UNITS[-1] / 2)))
    for unit in _UNITS:
        found = cells(small, unit)
        if (seen := windows(found)).size:
            scores = np.tensordot(seen, _weights(), 3)
            for row, column in chosen(scores):
                yield _at(int(row), int(column), found.shape, float(scores[row, column]))


def _best(scores: np.ndarray) -> list[tuple[int, int]]:
    return [divmod(int(scores.argmax()), scores.shape[1])]


def _sure(scores: np.ndarray) -> np.ndarray:
    return np.argwhere(scores >= _LEAST_SCORE)


def cells(image: Image.Image, unit: int) -> np.ndarray:
    """(H, W, DIRECTIONS) float32 in [0, 0.5]: how strongly each cell's edges run in each direction.

    unit: px of the root of the area to which the picture is scaled first.
    """
    scale = unit / math.sqrt(image.width * image.height) / _CELL
    wide, high = (max(1, round(side * scale)) for side in image.size)
    if wide * high > _MOST_CELLS:
        return np.zeros((1, 1, DIRECTIONS), np.float32)
    size = (wide * _CELL, high * _CELL)
    rgb = np.asarray(image.convert("RGB").resize(size, Image.Resampling.BOX), np.float32) / 255
    strength, turn = _gradients(rgb)
    first = np.floor(turn).astype(int) % DIRECTIONS
    share = turn - np.floor(turn)
    found = np.zeros((*strength.shape, DIRECTIONS), np.float32)
    rows, columns = np.indices(strength.shape)
    found[rows, columns, first] = strength * (1 - share)
    found[rows, columns, (first + 1) % DIRECTIONS] = strength * share
    found = found.reshape(high, _CELL, wide, _CELL, DIRECTIONS).sum((1, 3))
    return np.minimum(found / np.sqrt(_around(found) / 2 + 0.05)[..., None], 0.5)


def _gradients(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(H, W) each: the strength of the steepest colour, and its direction in [0, DIRECTIONS]."""
    padded = np.pad(rgb, ((1, 1), (1, 1), (0, 0)), mode="edge")
    across = padded[1:-1, 2:] - padded[1:-1, :-2]
    down = padded[2:, 1:-1] - padded[:-2, 1:-1]
    steepest = (across**2 + down**2).argmax(-1)[..., None]
    across, down = (np.take_along_axis(one, steepest, -1)[..., 0] for one in (across, down))
    turn = np.arctan2(down, across) % np.pi / np.pi * DIRECTIONS
    return np.hypot(across, down), turn


def _around(found: np.ndarray) -> np.ndarray:
    """(H, W): the energy of each cell and its eight neighbours."""
    high, wide = found.shape[:2]
    energy = np.pad((found**2).sum(-1), 1, mode="edge")
    near = [energy[y : y + high, x : x + wide] for y in range(3) for x in range(3)]
    return np.sum(near, axis=0)


def windows(found: np.ndarray) -> np.ndarray:
    """(Y, X, DIRECTIONS, *PATTERN): what the pattern sees at each of its places; its first place
    stands AROUND beyond the upper left corner."""
    (above, beside) = AROUND
    padded = np.pad(found, ((above, above), (beside, beside), (0, 0)))
    if any(side < least for side, least in zip(padded.shape, PATTERN, strict=False)):
        return np.zeros((0, 0, DIRECTIONS, *PATTERN), np.float32)
    return np.lib.stride_tricks.sliding_window_view(padded, PATTERN, axis=(0, 1))


def _at(row: int, column: int, shape: tuple[int, ...], score: float) -> Found:
    high, wide = shape[:2]
    x, y = column - AROUND[1], row - AROUND[0]
    box = [(x + CAR[0]) / wide, (y + CAR[1]) / high, (x + CAR[2]) / wide, (y + CAR[3]) / high]
    left, top, right, bottom = (min(1.0, max(0.0, share)) for share in box)
    outside = max(0.0, -box[0], box[2] - 1) / (box[2] - box[0])
    return Found((left, top, right, bottom), score, outside)


@lru_cache(maxsize=1)
def _weights() -> np.ndarray:
    return load_file(WEIGHTS)["pattern"].astype(np.float32)
