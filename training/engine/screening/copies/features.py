"""Local features of a picture.

SIFT: Lowe 2004, “Distinctive image features from scale-invariant keypoints”,
https://doi.org/10.1023/B:VISI.0000029664.99615.94; compared as RootSIFT.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from PIL import Image

from training.engine.screening.copies import pixels

MOST_FEATURES = 256
MOST_PROBED = 768  # of a picture that comes in: a watermark has features too
_CONTRAST = 0.01  # of SIFT; a quarter of its usual one, so that soft pictures have features too
_BYTES = 2 * 2 + 128  # of a stored feature: its place as two float16, its descriptor


@dataclass(frozen=True)
class Features:
    """places: (n, 2) float32, px in the picture of `pixels.grey`. descriptors: (n, 128) uint8. The
    strongest first."""

    places: np.ndarray
    descriptors: np.ndarray

    def to_bytes(self) -> bytes:
        """132 bytes for each; b"" of a picture without any."""
        places = self.places.astype(np.float16).view(np.uint8).reshape(-1, 4)
        return np.hstack([places, self.descriptors]).tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Features:
        rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, _BYTES)
        places = np.ascontiguousarray(rows[:, :4]).view(np.float16).astype(np.float32)
        return cls(places, rows[:, 4:])

    def strongest(self) -> Features:
        """As many as are stored of a picture."""
        return Features(self.places[:MOST_FEATURES], self.descriptors[:MOST_FEATURES])

    @cached_property
    def unit(self) -> np.ndarray:
        """(n, 128) float32 of length 1, whose products are cosines."""
        return _unit(self.descriptors)


def features_of(image: Image.Image) -> bytes:
    """What copies of a picture (RGB, upright) are found by: at most 34 kB, b"" if it is plain."""
    return read_features(pixels.grey(image)).to_bytes()


def read_features(grey, mask=None, most=MOST_FEATURES) -> Features:
    """mask: uint8 of the same shape, 0 where no feature is looked for; None for none."""
    sift = cv2.SIFT.create(nfeatures=most, contrastThreshold=_CONTRAST)
    keypoints, descriptors = sift.detectAndCompute(grey, mask)
    if descriptors is None:
        return Features(np.zeros((0, 2), np.float32), np.zeros((0, 128), np.uint8))
    order = sorted(range(len(keypoints)), key=lambda place: -keypoints[place].response)
    order = order[:most]
    places = np.array([keypoints[place].pt for place in order], dtype=np.float32)
    return Features(places, descriptors[order].astype(np.uint8))


def _unit(descriptors):
    """(n, 128) float32: RootSIFT (Arandjelović and Zisserman 2012), of length 1."""
    values = descriptors.astype(np.float32)
    return np.sqrt(values / (values.sum(axis=1, keepdims=True) + 1e-9))
