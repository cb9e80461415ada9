"""The tone of a picture painted anew: its colours and light as before, its detail as painted.

What is larger than a few dozen pixels is taken from the picture before, what is smaller from the
one painted, as StableSR's colour correction does with wavelets (https://arxiv.org/abs/2305.07015,
section 3.3); here both are parted by means of squares.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

_SQUARE = 8  # px of the larger picture: tone is what changes from one such square to the next


def kept(painted: Image.Image, before: Image.Image) -> Image.Image:
    """The painted RGB picture with the tone of the one before, which has the same size."""
    bands = [_kept_band(new, old) for new, old in zip(painted.split(), before.split(), strict=True)]
    return Image.merge("RGB", bands)


def _kept_band(painted: Image.Image, before: Image.Image) -> Image.Image:
    as_numbers = [np.asarray(band.reduce(_SQUARE), np.float32) for band in (painted, before)]
    change = Image.fromarray(as_numbers[1] - as_numbers[0])
    change = change.resize(painted.size, Image.Resampling.BICUBIC)
    corrected = np.asarray(painted, np.float32) + np.asarray(change)
    return Image.fromarray(corrected.round().clip(0, 255).astype(np.uint8))
