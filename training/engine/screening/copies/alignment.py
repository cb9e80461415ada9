"""How one picture lies on another: an affine map, told by local features and fitted by pixels."""

from __future__ import annotations

import cv2
import numpy as np

_RATIO = 0.85  # Lowe's: the nearest place is clearly nearer than the second
_LEAST_PLACES = 8  # that agree on how one picture lies on the other
_PLACE_OFF = 4.0  # px that such a place may be off
_MOST_STRETCHED = 2.6
_LARGEST_SCALE = 10.0
_LEAST_COVERED = 0.8  # of one of the two pictures
_LEAST_SHARE = 0.12  # of the other one
_LEAST_OVERLAP = 600  # px


def lies_on(features, other):
    """The affine map, (2, 3), of a picture's places to those of another that show the same; None
    where too few agree on one."""
    if min(len(features.places), len(other.places)) < _LEAST_PLACES:
        return None
    cosines = features.unit @ other.unit.T
    nearest = cosines.argmax(axis=1)
    second, best = np.sort(cosines, axis=1)[:, -2:].T
    # Of vectors of length 1 the squared distance is 2 - 2 cosine.
    is_clear = (1 - best) < _RATIO**2 * (1 - second)
    is_mutual = cosines.argmax(axis=0)[nearest] == np.arange(len(nearest))
    chosen = is_clear & is_mutual
    if chosen.sum() < _LEAST_PLACES:
        return None
    lies, agreed = cv2.estimateAffine2D(
        features.places[chosen],
        other.places[nearest[chosen]],
        method=cv2.RANSAC,
        ransacReprojThreshold=_PLACE_OFF,
    )
    if lies is None or agreed.sum() < _LEAST_PLACES or not is_sound(lies):
        return None
    return lies


def is_sound(lies):
    """Whether a map turns, scales and stretches as people do; mirroring is a view's own."""
    longest, shortest = np.linalg.svd(lies[:, :2], compute_uv=False)
    is_whole = shortest > 1 / _LARGEST_SCALE and longest < _LARGEST_SCALE
    return bool(is_whole and longest < _MOST_STRETCHED * shortest and _determinant(lies) > 0)


def _determinant(lies):
    return float(np.linalg.det(lies[:, :2]))


def _area(lies):
    """px of the other picture for a px of the first."""
    return abs(_determinant(lies))


def fitted(view, other, lies, hidden=None):
    """The map moved to where the two agree best, of what is told and not hidden (bool; None for
    nothing); itself where that fails."""
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 30, 1e-4)
    back = cv2.invertAffineTransform(lies).astype(np.float32)
    told = view.told if hidden is None else view.told & ~hidden
    told = 255 * told.astype(np.uint8)
    try:
        _fit, back = cv2.findTransformECC(other, view.grey, back, cv2.MOTION_AFFINE, criteria, told)
    except cv2.error:  # it found no better place
        return lies
    return cv2.invertAffineTransform(back)


def laid(other, lies, grey):
    """Another picture as it lies under a picture of the size of this one, black beside it."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(other, lies, grey.shape[::-1], flags=flags)


def overlap(view, colours, lies):
    """Where a picture lies on the other one; bool."""
    return laid(np.full(colours.shape[:2], 255, np.uint8), lies, view.grey) > 250


def is_enough(view, colours, lies):
    """Whether two pictures share enough for one to be a part of the other."""
    shared = overlap(view, colours, lies)
    shares = shared.mean(), shared.sum() * _area(lies) / colours[..., 0].size
    is_enough = max(shares) >= _LEAST_COVERED and min(shares) >= _LEAST_SHARE
    return is_enough and (shared & view.shown).sum() >= _LEAST_OVERLAP
