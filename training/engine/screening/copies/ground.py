"""Flat ground beside a picture, as on a page or around one that was turned."""

from __future__ import annotations

import cv2
import numpy as np

from training.engine.screening.copies import pixels

_FLAT = 3  # grey levels that a ground around a picture may vary by
_LEAST_FLAT = 0.002  # of a picture, for such a ground
_SOFT = 3  # px around what is blank


def ground_of(grey):
    """Where one grey reaches the rim of a picture, as beside one that was turned, or on a page, and
    what is softened by it; (h, w) bool. grey: (h, w) uint8."""
    height, width = grey.shape
    grey = grey.copy()  # OpenCV asks for one that it might write to
    reached = np.zeros((height + 2, width + 2), np.uint8)
    ground = np.zeros(grey.shape, dtype=bool)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (255 << 8)
    rim = [(x, y) for x in range(0, width, _SOFT) for y in (0, height - 1)]
    rim += [(x, y) for y in range(0, height, _SOFT) for x in (0, width - 1)]
    rim.append((width - 1, height - 1))
    for x, y in rim:
        if reached[y + 1, x + 1]:
            continue
        before = reached.copy()
        area, *_rest = cv2.floodFill(grey, reached, (x, y), 0, _FLAT, _FLAT, flags)
        if area >= _LEAST_FLAT * grey.size:
            ground |= (reached > before)[1:-1, 1:-1]
    return pixels.grown(ground, _SOFT)
