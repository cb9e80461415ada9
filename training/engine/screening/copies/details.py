"""How well the details of two pictures agree that lie upon each other, tile by tile."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

_DETAIL_SIDE = 96  # px of the overlap when its details are compared
_BLUR = 1 / 16  # of that side; what is coarser is light and composition, not detail
_TILES = 6  # each way
_TILE = _DETAIL_SIDE // _TILES
_LABEL = 2  # tiles along an edge at a corner, which a label may cover
_LEAST_SEEN = 0.5  # of a px of _DETAIL_SIDE
_DARKEST, _BRIGHTEST = 5, 249  # grey levels; beyond, light may have wiped details out
_MOST_WIPED = 0.2  # share of a tile that tells of details all the same
LEAST_OF_TILE, LEAST_BESIDE_OVERLAY = 0.7, 0.3  # that both show
_TOLD = 0.25  # a tile with less than this share of the usual detail tells nothing


def agreement(grey, other, overlap, is_turned, least_of_tile=LEAST_OF_TILE):
    """The correlation of details: of the whole overlap and of its tiles that have detail, save one,
    and save two beside a corner, where a label may lie. is_turned: by a quarter, label and all.
    least_of_tile: the share that both show of one that counts."""
    rows, columns = np.flatnonzero(overlap.any(axis=1)), np.flatnonzero(overlap.any(axis=0))
    box = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    weights = overlap[box].astype(np.float32)
    shares = _squared(weights)
    shared = shares > _LEAST_SEEN
    one, two = (
        _squared(picture[box] * weights) / np.maximum(shares, _LEAST_SEEN)
        for picture in (grey, other)
    )
    details, others = _details(one, shared), _details(two, shared)
    products, ours, theirs = (
        _tiles(first * second)
        for first, second in ((details, others), (details, details), (others, others))
    )
    whole = products.sum() / np.sqrt(ours.sum() * theirs.sum() + 1e-6)
    wiped = [(values < _DARKEST) | (values > _BRIGHTEST) for values in (one, two)]
    told = np.maximum(ours / (ours.sum() + 1e-6), theirs / (theirs.sum() + 1e-6))
    is_told = (
        (told >= _TOLD / _TILES**2)
        & (_tiles(shared) >= least_of_tile * _TILE**2)
        & (_tiles(wiped[0] & wiped[1] & shared) <= _MOST_WIPED * _tiles(shared))
    )
    each = products / np.sqrt(ours * theirs + 1e-6)
    best = max(_least_but_one(each[is_told & ~label]) for label in _label_places(is_turned))
    return float(min(whole, best))


def _least_but_one(correlations):
    """1 where nothing is told, as of a drawing in black and white."""
    return float(np.sort(correlations)[:2][-1]) if len(correlations) else 1.0


def _label_places(is_turned) -> Iterator[np.ndarray]:
    """(6, 6) bool: the tiles that a label at a corner may cover, for each corner."""
    for row in (slice(0, 1), slice(-1, None)):
        for column in (slice(0, _LABEL), slice(-_LABEL, None)):
            place = np.zeros((_TILES, _TILES), dtype=bool)
            place[row, column] = True
            yield place.T if is_turned else place


def _squared(values):
    """(96, 96) float32"""
    return cv2.resize(values, (_DETAIL_SIDE, _DETAIL_SIDE), interpolation=cv2.INTER_AREA)


def _details(levels, shared):
    """(96, 96): what is finer than _BLUR, where both pictures are; 0 elsewhere."""
    weights = shared.astype(np.float32)
    sigma = _BLUR * _DETAIL_SIDE
    coarse = cv2.GaussianBlur(levels * weights, (0, 0), sigma)
    return (levels - coarse / (cv2.GaussianBlur(weights, (0, 0), sigma) + 1e-3)) * weights


def _tiles(values):
    """(6, 6) float: the sums of a (96, 96) array in tiles."""
    return values.reshape(_TILES, _TILE, _TILES, _TILE).sum(axis=(1, 3), dtype=np.float64)
