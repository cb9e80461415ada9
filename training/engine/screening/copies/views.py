"""A picture as it is, mirrored, inverted, and both."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from training.engine.screening.copies import pixels
from training.engine.screening.copies.features import Features

_OPPOSITE = (-np.arange(8)) % 8  # the place of each direction's bin in a mirrored picture


@dataclass(frozen=True)
class View:
    """A picture, (h, w, 3) uint8, what of it counts, what of that is no ground, and where something
    lies across it; bool, None for nowhere."""

    colours: np.ndarray
    shown: np.ndarray
    told: np.ndarray
    covered: np.ndarray | None
    features: Features

    @cached_property
    def grey(self):
        return pixels.grey_of(self.colours)


def views_of(colours, shown, told, covered, features) -> Iterator[View]:
    """A picture as it is, mirrored, inverted, and both: descriptors change by their order alone."""
    bins = features.descriptors.reshape(-1, 4, 4, 8)
    mirrored_places = features.places.copy()
    mirrored_places[:, 0] = colours.shape[1] - 1 - mirrored_places[:, 0]
    for is_inverted in (False, True):
        seen = 255 - colours if is_inverted else colours
        turned = bins[:, ::-1, ::-1] if is_inverted else bins
        yield View(seen, shown, told, covered, Features(features.places, turned.reshape(-1, 128)))
        mirrored = turned[:, ::-1][..., _OPPOSITE].reshape(-1, 128)
        flipped = np.ascontiguousarray(seen[:, ::-1])
        hidden = None if covered is None else covered[:, ::-1]
        read = Features(mirrored_places, mirrored)
        yield View(flipped, shown[:, ::-1], told[:, ::-1], hidden, read)
