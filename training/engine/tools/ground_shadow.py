"""The shadow that a thing keeps on the ground just below it, told from its outline alone."""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

_REACH = 0.035  # of the thing's length, below the line on which it stands


def ground_line(alpha: np.ndarray) -> np.ndarray:
    """(W,) float: the row on which a thing stands, per column; nan beside it.

    alpha: (H, W) float in [0, 1]. The line is the lower hull of the outline: what touches the
    ground lies on it, and between two wheels it is the straight line that joins them, also where
    they stand at different heights.
    """
    solid = alpha > 0.5
    columns = np.flatnonzero(solid.any(axis=0))
    lowest = alpha.shape[0] - 1 - solid[::-1].argmax(axis=0)
    hull: list[tuple[float, float]] = []
    for x in columns:
        point = (float(x), float(lowest[x]))
        while len(hull) > 1 and _turns_down(hull[-2], hull[-1], point):
            hull.pop()
        hull.append(point)
    line = np.full(alpha.shape[1], np.nan, dtype=np.float32)
    xs, ys = zip(*hull, strict=True)
    line[columns[0] : columns[-1] + 1] = np.interp(np.arange(columns[0], columns[-1] + 1), xs, ys)
    return line


def depth_of(ground: np.ndarray) -> float:
    """How far the shadow reaches below such a line, px."""
    return max(1.5, _REACH * int(np.count_nonzero(~np.isnan(ground))))


def shadow(shape: tuple[int, int], ground: np.ndarray) -> Image.Image:
    """L: soft darkness under the thing, and a narrow dark line where it touches the ground.

    shape: rows and columns, px. ground: of `ground_line`.
    """
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    depth = depth_of(ground)
    below = rows - np.nan_to_num(ground, nan=-1e6)[None]
    beside = np.isnan(ground)[None]
    wide = ((below > -2.0 * depth) & (below < depth) & ~beside).astype(np.float32)
    narrow = ((below > -0.7 * depth) & (below < 0.35 * depth) & ~beside).astype(np.float32)
    soft = blurred(wide, depth) * 0.65 + blurred(narrow, depth / 3) * 0.5
    return grey(np.clip(soft, 0, 1))


def blurred(values: np.ndarray, radius: float) -> np.ndarray:
    """(H, W) float32 in [0, 1], blurred by a Gaussian of that radius in px."""
    return np.asarray(grey(values).filter(ImageFilter.GaussianBlur(radius)), np.float32) / 255


def grey(values: np.ndarray) -> Image.Image:
    """Values in [0, 1] as a picture of mode L."""
    return Image.fromarray((values * 255).round().astype(np.uint8), "L")


def _turns_down(first, middle, last) -> bool:
    """Whether `middle` lies above (or on) the line from first to last, rows counting downwards."""
    run, rise = last[0] - first[0], last[1] - first[1]
    return middle[1] <= first[1] + rise * (middle[0] - first[0]) / run
