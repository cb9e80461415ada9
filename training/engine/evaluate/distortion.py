"""Signs that a picture is broken: clipped, glaring or rough far beyond what the style itself is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image

GLARING = 0.95  # saturation (HSV) from which a pixel glares
SIDE = 256  # px: roughness is measured at one size


@dataclass(frozen=True)
class Usual:
    """The most that the style's own pictures have of each sign.

    clipped, glaring: shares of pixels, 0 … 1. rough: mean difference of neighbouring pixels'
    brightness, 0 … 1.
    """

    clipped: float
    glaring: float
    rough: float

    def exceeded_by(self, image: Image.Image, plain: Image.Image) -> float:
        """0 within the usual … 1 broken: a picture all clipped or glaring, or twice as rough.

        plain: the base's own picture of the same prompt and seed; what it has is not the style's.
        """
        clipped, glaring, rough = signs(image)
        own = (self.clipped, self.glaring, self.rough)
        most = [max(pair) for pair in zip(own, signs(plain), strict=True)]
        beyond = (
            (clipped - most[0]) / max(1 - most[0], 0.1),
            (glaring - most[1]) / max(1 - most[1], 0.1),
            rough / max(most[2], 0.01) - 1,
        )
        return float(min(1.0, max(0.0, *beyond)))


def usual(images: Sequence[Image.Image]) -> Usual:
    """Of a set's pictures: what one in twenty of them exceeds. Raises ValueError without any."""
    if not images:
        raise ValueError("no pictures to measure")
    return Usual(*map(float, np.quantile([signs(one) for one in images], 0.95, axis=0)))


def signs(image: Image.Image) -> tuple[float, float, float]:
    """(clipped, glaring, rough) of one picture, as in Usual."""
    small = image.resize((SIDE, SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(small, dtype=np.float64) / 255
    clipped = ((pixels < 0.01) | (pixels > 0.99)).all(axis=-1).mean()
    brightest = pixels.max(axis=-1)
    saturation = (brightest - pixels.min(axis=-1)) / np.maximum(brightest, 1e-6)
    glaring = ((saturation > GLARING) & (brightest > 0.3)).mean()
    grey = pixels.mean(axis=-1)
    rough = np.abs(np.diff(grey, axis=0)).mean() + np.abs(np.diff(grey, axis=1)).mean()
    return float(clipped), float(glaring), float(rough)
