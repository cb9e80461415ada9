"""Which size the base paints for a channel, and how a picture is cut to the channel."""

from __future__ import annotations

import math
from functools import lru_cache

from PIL import Image

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


def cut_to(
    image: Image.Image, width: int, height: int, focus: tuple[float, float] = (0.5, 0.5)
) -> Image.Image:
    """The picture cut to the shape of width × height around `focus`, then scaled to that size.

    focus: what should stay in view, as shares of width and height in [0, 1].
    """
    scale = min(image.width / width, image.height / height)
    left, right = _span(image.width, width * scale, focus[0])
    top, bottom = _span(image.height, height * scale, focus[1])
    box = (left, top, right, bottom)
    return image.resize((width, height), Image.Resampling.LANCZOS, box=box)


def _span(whole: float, part: float, focus: float) -> tuple[float, float]:
    start = max(0.0, min(focus * whole - part / 2, whole - part))
    return start, min(whole, start + part)  # rounding must not lead outside the picture
