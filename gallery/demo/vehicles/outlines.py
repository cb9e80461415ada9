"""Outlines drawn on a surface: closed shapes and lines as tables of distance."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw
from scipy.spatial import cKDTree

from gallery.demo.vehicles.curves import Sheet

REACH = 0.08  # m: farther than this is all the same
_STEP = 0.003


def shape(points, rounding: float = 0.02) -> Sheet:
    """Signed distance to a closed shape with its corners rounded; metres, negative inside.

    points: its corners as (across, up) in metres, either way round.
    """
    path = _rounded(np.array(points, float), rounding)
    table = line_table(path)
    width, height = table.table.shape
    mask = Image.new("L", (height, width))
    spots = (path - (table.left, table.bottom)) / _STEP
    ImageDraw.Draw(mask).polygon([(v, u) for u, v in spots], fill=255)
    inside = np.asarray(mask) > 127
    return Sheet(
        np.where(inside, -table.table, table.table), table.left, table.bottom, _STEP, _STEP
    )


def line(points, rounding: float = 0.0) -> Sheet:
    """Distance to an open line through (across, up) points, metres, at most REACH."""
    path = np.array(points, float)
    return line_table(_dense(_cut(path, rounding, closed=False)))


def line_table(path: np.ndarray) -> Sheet:
    low, high = path.min(axis=0) - REACH, path.max(axis=0) + REACH
    us = np.arange(low[0], high[0] + _STEP, _STEP)
    vs = np.arange(low[1], high[1] + _STEP, _STEP)
    grid = np.stack(np.meshgrid(us, vs, indexing="ij"), axis=-1)
    away, _ = cKDTree(path).query(grid, distance_upper_bound=REACH)
    return Sheet(np.minimum(away, REACH).astype(np.float32), low[0], low[1], _STEP, _STEP)


def _rounded(points: np.ndarray, radius: float) -> np.ndarray:
    return _dense(_cut(points, radius, closed=True), closed=True)


def _cut(points: np.ndarray, radius: float, closed: bool) -> np.ndarray:
    """The path with every corner replaced by a quadratic Bézier arc."""
    if not radius:
        return points
    out, count = [], len(points)
    for i, corner in enumerate(points):
        if not closed and i in (0, count - 1):
            out.append(corner)
            continue
        before, after = points[i - 1] - corner, points[(i + 1) % count] - corner
        a = corner + before * min(0.5, radius / max(np.hypot(*before), 1e-9))
        b = corner + after * min(0.5, radius / max(np.hypot(*after), 1e-9))
        for t in np.linspace(0, 1, 9):
            out.append((1 - t) ** 2 * a + 2 * t * (1 - t) * corner + t * t * b)
    return np.array(out)


def _dense(points: np.ndarray, closed: bool = False) -> np.ndarray:
    """The path with a point every millimetre."""
    ends = np.roll(points, -1, axis=0) if closed else points[1:]
    starts = points if closed else points[:-1]
    pieces = []
    for start, end in zip(starts, ends, strict=True):
        count = max(1, int(np.hypot(*(end - start)) / 0.001))
        pieces.append(start + (end - start) * np.linspace(0, 1, count, endpoint=False)[:, None])
    pieces.append(points[:1] if closed else points[-1:])
    return np.concatenate(pieces)
