"""Where the studio's label lies on a picture (`gallery.engine.labelling`).

Its inks are known, so what lies beneath tells where it is, at whatever place.
"""

from __future__ import annotations

import cv2
import numpy as np

from training.engine.screening.copies import pixels

# What `gallery.engine.labelling` lays over pictures: grey level, and opacity of 1.
_PLATE, _LETTER, _NOTHING = (13, 166 / 255), (255, 1), (0, 0)
INK_OFF = 12  # grey levels that ink may be off, as JPEG leaves it
_LETTERS_OFF = 40  # grey levels that letters of a label may be darker than their ink
_STROKE, _GAPS = 5, (5, 9, 15)  # px of a letter's soft edge, and of what lies between letters
_MOST_PATCHES = 3  # that may be a label
_LEAST_FULL = 0.6  # of the rectangle around a label
_LEAST_PLATE, _LEAST_LETTERS = 0.25, 0.06  # of the same
_TOLD = 0.6  # least share of the pixels that changed
_LARGEST_LABEL = 0.3  # of what is compared


def covered(grey, under, compared, light):
    """Where the studio's label lies on a picture, told by what is beneath; bool.

    under: (h, w, 3) uint8, the other picture as it lies beneath. compared: bool, of the pixels that
    both have. light: what fell on picture and ink.
    """
    one = grey.astype(np.float32)

    def seen(ink):
        return pixels.grey_of(light.on(_under(under.astype(np.float32), ink))).astype(np.float32)

    two, letter = seen(_NOTHING), seen(_LETTER)
    change = np.where(compared, one - two, 0)
    plate = (np.abs(one - seen(_PLATE)) < INK_OFF) & compared
    letters = (one > letter - _LETTERS_OFF) & (change > INK_OFF)
    covered = _label((plate & (change < -INK_OFF)) | letters, plate, letters, compared)
    changed = np.abs(change) > 2 * INK_OFF
    is_told = (changed & covered).sum() >= _TOLD * changed.sum()
    return covered if is_told else np.zeros_like(compared)


def _label(seen, plate, letters, compared):
    """The place of a label, filled; nowhere where no patch is as full, small and mixed as one.

    seen: what can only be a label's. plate, letters: what may be.
    """
    for gap in _GAPS:
        joined = cv2.morphologyEx(seen.astype(np.uint8), cv2.MORPH_CLOSE, np.ones((gap, gap)))
        count, patches, stats, _centres = cv2.connectedComponentsWithStats(joined)
        for patch in 1 + np.argsort(-stats[1:, cv2.CC_STAT_AREA])[:_MOST_PATCHES]:
            filled = _filled(patches == patch)
            area = filled.sum()
            if (
                area <= _LARGEST_LABEL * compared.sum()
                and ((plate | letters) & filled).sum() >= _LEAST_FULL * area
                and (plate & filled).sum() >= _LEAST_PLATE * area
                and (letters & filled).sum() >= _LEAST_LETTERS * area
            ):
                return pixels.grown(filled, _STROKE)
    return np.zeros_like(compared)


def _filled(patch):
    """The smallest rectangle, however turned, around a patch; bool."""
    box = cv2.boxPoints(cv2.minAreaRect(cv2.findNonZero(patch.astype(np.uint8))))
    filled = np.zeros(patch.shape, np.uint8)
    return cv2.fillConvexPoly(filled, box.round().astype(np.int32), 1) > 0


def _under(levels, ink):
    """These grey levels beneath an ink: (its own level, its opacity of 1)."""
    level, opacity = ink
    return (1 - opacity) * levels + opacity * level
