"""What this studio lays over pictures that may not be published, as it lies on each of their sizes:
so that a copy that bears it is compared by the rest."""

import itertools
from functools import lru_cache

from django.conf import settings

from gallery.engine import labelling
from gallery.services import shown
from training.services import copies

_STEP = 4  # px, to which the shorter side of a proof is rounded, so that few sizes are drawn
_MOST_KEPT = 64  # 1.2 MB each, at most


def inks_on(size):
    """The `copies` Overlays of a picture, or of a part of one that is cut for a channel, of this
    size in px, (width, height): in every size and with all words that a proof of it may have."""
    longest = max(size)
    sides = (shown.THUMB_SIDE, settings.PROOF_SIDE, min(longest, settings.PROOF_SIDE))
    scaled = [
        tuple(_rounded(side / longest * own, side) for own in size) for side in dict.fromkeys(sides)
    ]
    for one, words in (*itertools.product(scaled, shown.WATERMARKS), (scaled[0], "")):
        yield _ink(one, words)


def _rounded(own, side):
    return side if own > side - _STEP / 2 else max(_STEP, _STEP * round(own / _STEP))


@lru_cache(maxsize=_MOST_KEPT)
def _ink(size, words):
    """words: "" for the label alone."""
    label = labelling.label_ink(size)
    if not words:
        return copies.overlay(label, label)
    return copies.overlay(labelling.watermark_ink(size, words), label)
