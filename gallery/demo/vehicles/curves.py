"""Fair curves: few points in, a smooth table out, read by linear interpolation.

A design curve goes through its points without overshoot (PCHIP: Fritsch & Carlson 1980,
https://doi.org/10.1137/0717021) and is then blurred a little along its length, so that its
curvature changes gradually and a reflection runs along it without a kink.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter, gaussian_filter1d

STEP = 0.002  # m between two entries of a curve's table
SPAN = 4.0  # m: tables reach from -SPAN to SPAN


@dataclass(frozen=True)
class Curve:
    """y over x, both in metres, as a table from -SPAN to SPAN in steps of STEP."""

    table: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        place = (x + SPAN) * np.float32(1 / STEP)
        np.clip(place, 0, len(self.table) - 1.001, out=place)
        index = place.astype(np.int32)
        share = place - index
        low = self.table[index]
        return low + (self.table[index + 1] - low) * share

    def slope(self) -> Curve:
        """The curve's derivative, unitless."""
        return Curve(np.gradient(self.table, STEP).astype(np.float32))


def fair(points, blur: float = 0.05) -> Curve:
    """A curve through (x, y) points in metres, level beyond its ends.

    blur: metres, standard deviation of the smoothing along x; 0 leaves the corners.
    """
    xs, ys = (np.array(side, float) for side in zip(*sorted(points), strict=True))
    grid = np.arange(-SPAN, SPAN + STEP / 2, STEP)
    table = PchipInterpolator(xs, ys)(np.clip(grid, xs[0], xs[-1]))
    if blur:
        table = gaussian_filter1d(table, blur / STEP, mode="nearest")
    return Curve(table.astype(np.float32))


@dataclass(frozen=True)
class Sheet:
    """A value over (x, z), in metres, on a grid; outside of it the nearest value holds."""

    table: np.ndarray
    left: float
    bottom: float
    across: float  # metres between two columns
    along: float  # metres between two rows

    def blurred(self, cells: float) -> Sheet:
        """The same, smoothed over so many cells (standard deviation) both ways."""
        return replace(self, table=gaussian_filter(self.table, cells, mode="nearest"))

    def __call__(self, x: np.ndarray, z: np.ndarray) -> np.ndarray:
        columns, rows = self.table.shape
        u = np.clip((x - self.left) * np.float32(1 / self.across), 0, columns - 1.001)
        v = np.clip((z - self.bottom) * np.float32(1 / self.along), 0, rows - 1.001)
        i, j = u.astype(np.int32), v.astype(np.int32)
        u -= i
        v -= j
        flat, at = self.table.ravel(), i * rows + j
        low = flat[at]
        low = low + (flat[at + 1] - low) * v
        at += rows
        high = flat[at]
        high = high + (flat[at + 1] - high) * v
        return low + (high - low) * u


def sheet(function, left=-3.0, right=3.0, bottom=-0.1, top=2.1) -> Sheet:
    """function(x, z) of two (columns, rows) arrays in metres, tabled on a grid."""
    across, along = 0.006, 0.0025  # creases run lengthwise, so the rows are closer
    xs = np.arange(left, right + across, across, dtype=np.float32)
    zs = np.arange(bottom, top + along, along, dtype=np.float32)
    grid = np.meshgrid(xs, zs, indexing="ij")
    return Sheet(np.ascontiguousarray(function(*grid), np.float32), left, bottom, across, along)
