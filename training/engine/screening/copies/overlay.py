"""What somebody may have laid over a picture, such as the studio's watermark, and where it lies.

The studio knows what it lays over pictures: where differences show that, what lies beneath isn't
compared, and nothing else is let off.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter

import cv2
import numpy as np
from PIL import Image

from training.engine.screening.copies import pixels

# Correlations of differences with what an overlay makes of a picture: of two pictures, and of one
# with itself without its details, which shows none at more than 0.04 without a watermark.
_LEAST_BETWEEN, _LEAST_ACROSS = 0.3, 0.15
_MOST_TRIED = 3  # across every picture that comes in
_STROKE = 3  # px around what an overlay covers
_LEAST_OPAQUE = 0.02  # of 1
_COARSE = 31  # px, beyond which a difference is light, not ink
_AS_IT_IS = np.array([[1.0, 0, 0], [0, 1, 0]])


@dataclass(frozen=True)
class Overlay:
    """added: (h, w) float32, grey levels that it brings. opacity: (h, w) float32, of 1. hides: the
    same of all that it covers, with what may lie upon it."""

    added: np.ndarray
    opacity: np.ndarray
    hides: np.ndarray

    @classmethod
    def of(cls, ink: Image.Image, upon: Image.Image | None = None) -> Overlay:
        """ink: RGBA, of the size of what it is laid over. upon: RGBA, what may lie upon it and
        tells nothing, as a label does that lies on more pictures."""
        scale = min(1, pixels.SIDE / max(ink.size))
        size = tuple(max(1, round(side * scale)) for side in ink.size)
        opacity = np.asarray(ink.getchannel("A"), np.float32) / 255
        added = np.asarray(ink.convert("RGB").convert("L"), np.float32) * opacity
        also = 0 if upon is None else np.asarray(upon.getchannel("A"), np.float32) / 255
        parts = added, opacity, np.maximum(opacity, also)
        return cls(*(cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in parts))

    def laid(self, frame, lies, shape) -> Overlay:
        """As it lies under a picture of this shape that lies so on another one, on which it fills
        a frame (left, top, right, bottom)."""
        height, width = self.opacity.shape
        left, top, right, bottom = frame
        across, down = width / (right - left), height / (bottom - top)
        to_own = np.array([[across, 0, -left * across], [0, down, -top * down]])
        to_own = to_own @ np.vstack([lies, [0, 0, 1]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return Overlay(
            *(
                cv2.warpAffine(one, to_own, shape[::-1], flags=flags)
                for one in (self.added, self.opacity, self.hides)
            )
        )

    def on(self, levels):
        """(h, w) float32, grey levels beneath it."""
        return (1 - self.opacity) * levels + self.added

    @cached_property
    def is_across(self):
        """Whether it lies all over, as a watermark does, not in one place, as a label."""
        return cv2.resize(self.opacity, (4, 4), interpolation=cv2.INTER_AREA).min() > 0

    @property
    def covered(self):
        """(h, w) bool"""
        return pixels.grown(self.hides > _LEAST_OPAQUE, _STROKE)


# Those that may lie on a picture of a size in px, (width, height); the likeliest first.
Overlays = Callable[[tuple[int, int]], Iterable[Overlay]]


def across(grey, size, overlays: Overlays):
    """Where something lies across all of a picture, however that was mirrored or inverted, told by
    the picture alone; (h, w) bool, None for nowhere. grey: (h, w) uint8. size: its own, px."""
    height, width = grey.shape

    def laid(overlay):
        return overlay.laid((0, 0, width, height), _AS_IT_IS, grey.shape)

    tried = list(map(laid, itertools.islice(overlays(size), _MOST_TRIED)))
    for is_inverted, is_mirrored in itertools.product((False, True), repeat=2):
        seen = (255 - grey if is_inverted else grey).astype(np.float32)
        seen = seen[:, ::-1] if is_mirrored else seen
        coarse = cv2.blur(seen, (_COARSE, _COARSE))
        shows = _Difference(seen - coarse, coarse, np.ones(grey.shape, np.float32), lambda it: it)
        if max(map(shows.clearness, tried), default=0.0) >= _LEAST_ACROSS:
            all_across = (laid(one) for one in overlays(size) if one.is_across)
            covered = max(all_across, key=shows.clearness).covered
            return covered[:, ::-1] if is_mirrored else covered
    return None


def between(grey, under, compared, lit, candidates, lay) -> Overlay | None:
    """The one of these Overlays that the differences of two pictures show, laid; None for none.
    What lies all over comes first: what lies upon that shows too.

    grey: (h, w) uint8. under: (h, w) float32, grey levels of the picture beneath. compared: bool.
    lit(levels): float32, as a light shows them. lay(overlay): as it lies on the picture.
    """
    shows = _Difference(grey - lit(under), under, compared.astype(np.float32), lit)
    seen = [(one.is_across, shows.clearness(lay(one)), one) for one in candidates]
    seen = [one for one in seen if one[1] >= _LEAST_BETWEEN]
    return lay(max(seen, key=itemgetter(0, 1))[2]) if seen else None


class _Difference:
    """Of a picture from what is beneath, `levels`, (h, w) float32; finer than light.

    under, weights: float32 of the same shape; lit: as of `between`.
    """

    def __init__(self, levels, under, weights, lit):
        self._under, self._weights, self._lit = under, weights, lit
        self._amount = cv2.blur(weights, (_COARSE, _COARSE)) + 1e-3
        self._lit_under = lit(under)
        self._fine = self._finer(levels)
        self._length = np.sqrt((self._fine**2).sum()) + 1e-6

    def _finer(self, levels):
        levels = levels * self._weights
        return (levels - cv2.blur(levels, (_COARSE, _COARSE)) / self._amount) * self._weights

    def clearness(self, overlay):
        """The correlation with what an Overlay makes of what is beneath."""
        made = self._finer(self._lit(overlay.on(self._under)) - self._lit_under)
        length = self._length * (np.sqrt((made**2).sum()) + 1e-6)
        return float((self._fine * made).sum() / length)
