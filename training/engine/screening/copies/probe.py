"""A picture that may be a copy of others, as it is, mirrored, inverted, or both."""

from __future__ import annotations

import numpy as np
from PIL import Image

from training.engine.screening.copies import features, ground, overlay, pixels
from training.engine.screening.copies.likeness import Stored, likeness_of
from training.engine.screening.copies.overlay import Overlays
from training.engine.screening.copies.views import views_of
from training.engine.screening.copies.words import WordIndex

_SHOWN = 128  # of 255, from there on a pixel of a cut-out is its own


class Probe:
    """A picture (RGB, upright) that may be a copy of others: as it is, mirrored, inverted, both.

    mask: L, of the same size; only what is white in it is compared, as the pixels of a cut-out.
    overlays: what may have been laid over a copy of a picture, or of a part of one, of a size in
    px, (width, height); None where nothing is known of that.
    """

    def __init__(
        self,
        image: Image.Image,
        mask: Image.Image | None = None,
        overlays: Overlays | None = None,
    ):
        self._overlays = overlays
        frame = None if mask is None else mask.getbbox()
        box = frame or pixels.without_frame(image)
        colours = pixels.small(image, box)
        grey = pixels.grey_of(colours)
        shown = np.full_like(grey, 255) if mask is None else pixels.grey(mask, box)
        is_shown = shown > _SHOWN
        covered = None
        if overlays and mask is None:
            left, top, right, bottom = box
            covered = overlay.across(grey, (round(right - left), round(bottom - top)), overlays)
        looked = is_shown if covered is None else is_shown & ~covered
        read = features.read_features(grey, 255 * looked.astype(np.uint8), features.MOST_PROBED)
        told = is_shown & ~ground.ground_of(grey)
        self._views = list(views_of(colours, is_shown, told, covered, read))

    def candidates(self, index: WordIndex, places: np.ndarray | None = None) -> list[int]:
        """The places of those pictures that it may be a copy of, the likeliest first; at most 24.
        places: int, of those to choose from; None for all."""
        return index.likeliest([view.features for view in self._views], places)

    def likeness(self, features: bytes, image: Image.Image) -> float:
        """How well details agree, -1 to 1, where it lies on another picture or that one on it.

        features: `features_of` that picture. -1 where they share too little.
        """
        stored = Stored.of(features, image)
        scores = [likeness_of(view, stored, self._overlays) for view in self._views]
        return max(scores, default=-1.0)
