"""Which size the base paints for a channel, and how a picture is cut to the channel."""

from __future__ import annotations

import math
from functools import lru_cache

_WIDEST = 2.0  # side ratio beyond which small bases repeat themselves


@lru_cache(maxsize=256)
def native_size(
    width: int, height: int, *, default_width: int, default_height: int, multiple: int
) -> tuple[int, int]:
    """The size, in pixels, that the base paints for a channel of width × height.

    Near the base's own area and near the channel's shape, both sides a multiple of `multiple`;
    the shape is held within 1:2 and 2:1, and what is left over is cut off at download.
    """
    shape = min(max(width / height, 1 / _WIDEST), _WIDEST)
    area = default_width * default_height
    units = range(1, int(_WIDEST * math.sqrt(area) / multiple) + 2)
    sides = [unit * multiple for unit in units]

    def cost(size: tuple[int, int]) -> float:
        w, h = size
        # Shape counts more: a wrong area costs time, a wrong shape costs picture.
        return abs(math.log(w / h / shape)) + 0.35 * abs(math.log(w * h / area))

    return min(((w, h) for w in sides for h in sides), key=cost)


Box = tuple[float, float, float, float]  # left, top, right, bottom


def cut_box(
    size: tuple[int, int], width: int, height: int, focus: tuple[float, float] = (0.5, 0.5)
) -> Box:
    """What is kept, in px of a picture of `size`, when it is cut to the shape of width × height.

    focus: what should stand in the middle, as shares of width and height in [0, 1]; near an edge
    the cut stops at the edge.
    """
    scale = min(size[0] / width, size[1] / height)
    left, right = _span(size[0], width * scale, focus[0])
    top, bottom = _span(size[1], height * scale, focus[1])
    return left, top, right, bottom


def focus_for(
    size: tuple[int, int], width: int, height: int, subject: Box, clear: Box
) -> tuple[float, float]:
    """What should stand in the middle of a cut, so that its subject is seen best.

    The subject stands in the middle of what is clear, as far as all of it stays in the cut.
    size, width, height: as `cut_box`. subject: shares of the picture. clear: what no platform
    covers, shares of the cut. Returns shares of the picture, for `cut_box`.
    """
    scale = min(size[0] / width, size[1] / height)
    parts = (width * scale / size[0], height * scale / size[1])
    x, y = (
        _middle(parts[axis], (subject[axis], subject[axis + 2]), (clear[axis], clear[axis + 2]))
        for axis in (0, 1)
    )
    return x, y


def _middle(part: float, subject: tuple[float, float], clear: tuple[float, float]) -> float:
    """Along one side of a picture whose length is 1, of which `part` is kept."""
    middle = sum(subject) / 2 + part / 2 - part * sum(clear) / 2
    if subject[1] - subject[0] >= part:
        middle = sum(subject) / 2
    else:
        middle = min(max(middle, subject[1] - part / 2), subject[0] + part / 2)
    return min(max(middle, part / 2), 1 - part / 2)


def overlap(first: Box, second: Box) -> float:
    """The area that two boxes share, in the square of their unit."""
    wide = min(first[2], second[2]) - max(first[0], second[0])
    high = min(first[3], second[3]) - max(first[1], second[1])
    return max(0.0, wide) * max(0.0, high)


def gap(first: Box, second: Box) -> float:
    """How far two boxes stand apart, in their unit; 0 where they touch."""
    wide = max(first[0] - second[2], second[0] - first[2], 0.0)
    high = max(first[1] - second[3], second[1] - first[3], 0.0)
    return math.hypot(wide, high)


def lost_share(box: Box, subject: Box) -> float:
    """Which share of the subject's area a cut leaves out, 0 to 1; both in one unit."""
    area = (subject[2] - subject[0]) * (subject[3] - subject[1])
    return 1 - overlap(box, subject) / area if area > 0 else 0.0


def _span(whole: float, part: float, focus: float) -> tuple[float, float]:
    start = max(0.0, min(focus * whole - part / 2, whole - part))
    return start, min(whole, start + part)  # rounding must not lead outside the picture
