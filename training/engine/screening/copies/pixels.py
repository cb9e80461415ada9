"""Pictures as small arrays, without a plain frame around them."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image

SIDE = 320  # px, long side of what is looked at
_PLAIN_FRAME = 3.0  # grey levels; a strip at the rim that varies less is a frame
_FRAME_SIDE = 256  # px of the copy in which frames are looked for
_LEAST_LEFT = 64  # px of these that remain


def grey(image: Image.Image, box=None) -> np.ndarray:
    """As `small`, grey, (h, w) uint8."""
    return np.asarray(_resized(image, box).convert("L"))


def small(image: Image.Image, box=None) -> np.ndarray:
    """What lies in this box of a picture (RGB), in px, its long side SIDE px; (h, w, 3) uint8.
    None: the picture without a plain frame."""
    return np.asarray(_resized(image, box))


def _resized(image, box):
    box = box or without_frame(image)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)


def grey_of(colours):
    """(h, w) uint8 of (h, w, 3) uint8."""
    return np.asarray(Image.fromarray(colours).convert("L"))


def without_frame(image):
    """(left, top, right, bottom) in px of what lies inside plain strips at the rim."""
    small = image.resize((_FRAME_SIDE, _FRAME_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    grey = np.asarray(small.convert("L"), dtype=np.float32)
    top, bottom = _inner(grey)
    left, right = _inner(grey[top:bottom].T)
    across, down = image.width / _FRAME_SIDE, image.height / _FRAME_SIDE
    return left * across, top * down, right * across, bottom * down


def _inner(lines):
    """(first, end) of the lines between those at both ends that are plain."""
    varied = np.flatnonzero(lines.std(axis=1) >= _PLAIN_FRAME)
    if not len(varied):
        return 0, len(lines)
    first, end = int(varied[0]), int(varied[-1]) + 1
    # A line in which frame and picture mix goes too.
    first, end = first + (first > 0), end - (end < len(lines))
    return (first, end) if end - first >= _LEAST_LEFT else (0, len(lines))


def grown(mask, side):
    """A mask, (h, w) bool, with all that is so many px around it; side: odd."""
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
