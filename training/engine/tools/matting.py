"""Soft edges for a hard outline: how opaque each point is, and what colour it has by itself.

How opaque: a guided filter (He et al. 2013, https://doi.org/10.1109/TPAMI.2012.213) in its fast
form (https://arxiv.org/abs/1505.00996): its coefficients are found in a small copy, and act on the
points of the large picture. What colour: the blurred colours at either side of the edge (Forte
2021, https://arxiv.org/abs/2006.14970), so that nothing of the former background shines on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

_RADIUS = 3  # px of the small copy, in which colours are compared
_BAND = 2.5  # px to either side of the outline, beyond which nothing is half opaque
_EPSILON = 1e-4  # how much colours may differ within one thing, squared
_STEEPER = 1.25  # an edge as filtered is a little wider than it was
_COLOURS = 7  # px to either side, from which colours are taken
ROWS = 64  # of the large picture, made at once
_BARELY = 1 / 512  # opaque: less rounds to nothing


@dataclass(frozen=True)
class Edges:
    """What the small copy tells of the edges; each array is (H, W, channels) float32.

    factors: by which a point's colour is weighed (3), and what is added (1). bounds: least and
    most opaque (2). car, ground: colours at either side (3 each), 0 to 1.
    """

    factors: np.ndarray
    bounds: np.ndarray
    car: np.ndarray
    ground: np.ndarray

    @property
    def stacked(self) -> np.ndarray:
        """(H, W, 12): all of it, to be enlarged together."""
        return np.concatenate([self.factors, self.bounds, self.car, self.ground], axis=2)


def edges_of(copy: np.ndarray, mask: np.ndarray) -> Edges:
    """copy: (H, W, 3) uint8. mask: (H, W) bool, what is to be opaque."""
    guide = copy.astype(np.float32) / 255
    opaque = mask.astype(np.float32)
    inside, outside = (cv2.distanceTransform(side, cv2.DIST_L2, 5) for side in _sides(mask))
    factors = _factors(guide, opaque, np.maximum(inside, outside) < _BAND + 2 * _RADIUS)
    least, most = np.clip(inside - _BAND, 0, 1), 1 - np.clip(outside - _BAND, 0, 1)
    weight = np.clip((guide * factors[..., :3]).sum(2) + factors[..., 3], least, most)
    return Edges(
        factors,
        np.stack([least, most], axis=2),
        _mean_colour(guide, weight),
        _mean_colour(guide, 1 - weight),
    )


def rows_of(edges: Edges, image: Image.Image) -> Iterator[tuple[int, np.ndarray]]:
    """(top, (rows, W, 4) float32 in [0, 1]) of the picture in strips: own colours, how opaque.

    image: RGB, of the copy's shape in whatever size. Memory: some 100 bytes for each point of
    a strip, whatever the height of the picture.
    """
    small = edges.stacked
    for top in range(0, image.height, ROWS):
        bottom = min(top + ROWS, image.height)
        strip = image.crop((0, top, image.width, bottom))
        told = _enlarged(small, top, bottom, image.size)
        yield top, _painted(np.asarray(strip, np.float32) / 255, told)


def opacity(edges: Edges, copy: np.ndarray) -> np.ndarray:
    """(H, W) float32 in [0, 1]: how opaque each point of the copy itself is."""
    return _opaque(copy.astype(np.float32) / 255, edges.stacked)


def _painted(colours: np.ndarray, told: np.ndarray) -> np.ndarray:
    opaque = _opaque(colours, told)[..., None]
    car, ground = told[..., 6:9], told[..., 9:12]
    own = np.clip(car + opaque * (colours - opaque * car - (1 - opaque) * ground), 0, 1)
    own = np.where(opaque == 1, colours, own)  # untouched, and not rounded either
    return np.concatenate([own, opaque], axis=2)


def _opaque(colours: np.ndarray, told: np.ndarray) -> np.ndarray:
    filtered = (colours * told[..., :3]).sum(2) + told[..., 3]
    filtered = np.clip((filtered - 0.5) * _STEEPER + 0.5, told[..., 4], told[..., 5])
    return np.where(filtered < _BARELY, 0, np.where(filtered > 1 - _BARELY, 1, filtered))


def _factors(guide: np.ndarray, opaque: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """(H, W, 4): a and b of the guided filter for a guide of three colours.

    counts: (H, W) bool, where they are wanted; elsewhere a is 0.
    """
    mean, mean_opaque = _box(guide)[counts], _box(opaque)[counts]
    together = _box(guide * opaque[..., None])[counts] - mean * mean_opaque[..., None]
    spread = np.empty((len(mean), 3, 3), np.float32)
    for i, j in ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)):
        product = _box(guide[..., i] * guide[..., j])[counts]
        spread[:, i, j] = spread[:, j, i] = product - mean[:, i] * mean[:, j]
    spread += _EPSILON * np.eye(3, dtype=np.float32)
    slope = np.linalg.solve(spread, together[..., None])[..., 0]
    factors = np.zeros((*opaque.shape, 4), np.float32)
    factors[..., 3] = opaque
    factors[counts, :3] = slope
    factors[counts, 3] = mean_opaque - (slope * mean).sum(1)
    return _box(factors)


def _box(values: np.ndarray) -> np.ndarray:
    side = 2 * _RADIUS + 1
    return cv2.blur(values, (side, side), borderType=cv2.BORDER_REFLECT)


def _sides(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return mask.astype(np.uint8), (~mask).astype(np.uint8)


def _mean_colour(guide: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """(H, W, 3): the mean colour around each point, by weight; where there is none, its own."""
    side = 2 * _COLOURS + 1
    around = cv2.blur(guide * weight[..., None], (side, side))
    total = cv2.blur(weight, (side, side))[..., None]
    return np.where(total > 1e-3, around / np.maximum(total, 1e-3), guide)


def _enlarged(small: np.ndarray, top: int, bottom: int, size: tuple[int, int]) -> np.ndarray:
    """Rows top to bottom of the small arrays made (width, height) px large, linear in between."""
    exact = (np.arange(top, bottom, dtype=np.float32) + 0.5) * len(small) / size[1] - 0.5
    exact = exact.clip(0, len(small) - 1)
    upper = np.minimum(exact.astype(int), max(0, len(small) - 2))
    share = (exact - upper)[:, None, None]
    lower = np.minimum(upper + 1, len(small) - 1)
    rows = small[upper] * (1 - share) + small[lower] * share
    if small.shape[1] == size[0]:
        return rows
    wide = [
        cv2.resize(rows[..., part], (size[0], bottom - top), interpolation=cv2.INTER_LINEAR)
        for part in (slice(0, 4), slice(4, 8), slice(8, 12))
    ]
    return np.concatenate(wide, axis=2)
