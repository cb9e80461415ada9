"""Does a cut-out show what stands in a picture, such as a car that was painted here?

A tight or half cut-out of a small picture has too few local features for `copies`. Its own pixels
are laid upon pictures in every size and place, by their squared difference in colour: on all
pictures much reduced, on the likeliest again, more finely, and on these as well as it can be
fitted (ECC). How the thresholds were found is told in docs/performance.md.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from PIL import Image

cv2.setNumThreads(1)  # a web process has threads of its own

LEAST_ALIKE = (
    0.85  # correlation of colours and details; from there on, it was cut out of the picture
)
SMALL = 32  # px, side of the square in which a picture is stored to be searched

_MIDDLE = 96  # px, the same of the likeliest
_CLOSE = 192  # px, long side of a picture upon which a cut-out is fitted
_MOST_CANDIDATES = 24
_MOST_DIFFERENT = 1.0  # squared, of a cut-out's variance: one plain colour is as like
_MOST_POSES = 2  # fitted of a candidate
_WIDEST, _NARROWEST, _STEP = 1.0, 0.15, 1.1  # long side of a cut-out, of that of the picture
_LEAST_SEEN = 24  # px of SMALL that are the cut-out's own
_GREY = 128  # beside a picture
_OWN = 0.95  # opacity, from there on a pixel is the cut-out's own
_AT_ONCE = 500  # pictures searched together: 30 MB
_LEAST_LAID = 0.7  # of its own pixels, once it is fitted
_BLUR = 3  # px, of what is fitted
_COARSE = 6  # px, beyond which it is light, not detail
_MARGIN = 0.06  # of the picture's long side, beside a cut-out that is being fitted
_SCALES = np.linspace(0.92, 1.08, 9)  # tried about a pose's own
_MOST_OFF = 30.0  # levels of 255 that colours may be off: root of the mean squared difference


@dataclass(frozen=True)
class _Pose:
    """Where a cut-out lies on a picture. difference: squared, as a share of the cut-out's variance.
    left, top, side: of its box and its long side, in parts of the picture's long side."""

    difference: float
    left: float
    top: float
    side: float
    is_mirrored: bool


def small_of(image: Image.Image) -> bytes:
    """What a picture (RGB, upright) is searched in: 3 kB."""
    return _square(image, SMALL).tobytes()


class Cutout:
    """What somebody cut out. image: RGB; mask: L, of the same size, white where it is opaque."""

    def __init__(self, image: Image.Image, mask: Image.Image):
        box = mask.getbbox()
        self._image, self._mask = image.crop(box), mask.crop(box)
        self._views: dict[tuple[int, bool], tuple[np.ndarray, np.ndarray]] = {}

    def candidates(self, smalls: Sequence[bytes]) -> list[int]:
        """The places of those of these `small_of` that it may lie on, the likeliest first; at most
        24."""
        differences = np.full(len(smalls), np.inf)
        for start in range(0, len(smalls), _AT_ONCE):
            some = np.frombuffer(b"".join(smalls[start : start + _AT_ONCE]), np.uint8)
            stack = some.reshape(-1, SMALL, SMALL, 3)
            for pose, place in self._poses(stack, 1):
                differences[start + place] = pose.difference
        order = np.argsort(differences, kind="stable")[:_MOST_CANDIDATES]
        return [int(place) for place in order if np.isfinite(differences[place])]

    def likeness(self, image: Image.Image) -> float:
        """How well its colours and their details agree with a picture's (RGB, upright), -1 to 1;
        -1 where it lies nowhere, or not as bright."""
        stack = _square(image, _MIDDLE)[None]
        picture = _array(image, _fit(image.size, _CLOSE))
        poses = (pose for pose, _place in self._poses(stack, _MOST_POSES))
        return max((self._agreement(picture, pose) for pose in poses), default=-1.0)

    def _poses(self, stack, most) -> Iterator[tuple[_Pose, int]]:
        """(pose, place of the picture) of the best ones of each picture. stack: (n, s, s, 3)."""
        count, side = stack.shape[:2]
        pixels = stack.astype(np.float32) - _GREY
        spectra = np.fft.rfft2(np.moveaxis(pixels, 3, 1))
        squares = np.fft.rfft2((pixels**2).sum(axis=3))
        found: list[list[_Pose]] = [[] for _picture in range(count)]
        for long, is_mirrored in itertools.product(_sides(side), (False, True)):
            colours, own = self._reduced(long, is_mirrored)
            if own.sum() < _LEAST_SEEN * (side / SMALL) ** 2:
                continue
            differences = _differences(spectra, squares, colours - _GREY, own)
            least = differences.reshape(count, -1).argmin(axis=1)
            tops, lefts = np.unravel_index(least, differences.shape[1:])
            values = differences[np.arange(count), tops, lefts]
            for place in np.flatnonzero(values < _MOST_DIFFERENT).tolist():
                left, top = int(lefts[place]) / side, int(tops[place]) / side
                pose = _Pose(float(values[place]), left, top, long / side, is_mirrored)
                found[place].append(pose)
        for place, poses in enumerate(found):
            for pose in sorted(poses, key=lambda pose: pose.difference)[:most]:
                yield pose, place

    def _reduced(self, long, is_mirrored):
        """Its colours, (h, w, 3), and what is its own, (h, w) of 0 and 1; both float32."""
        if (long, is_mirrored) in self._views:
            return self._views[long, is_mirrored]
        size = _fit(self._image.size, long)
        colours, own = _array(self._image, size), _array(self._mask, size) >= 255 * _OWN
        if is_mirrored:
            colours, own = colours[:, ::-1], own[:, ::-1]
        view = np.ascontiguousarray(colours), np.ascontiguousarray(own, dtype=np.float32)
        return self._views.setdefault((long, is_mirrored), view)

    def _agreement(self, picture, pose):
        """The correlation once it is fitted there. picture: (h, w, 3) float32."""
        long = pose.side * max(picture.shape[:2])
        margin = _MARGIN * max(picture.shape[:2])
        rows, columns = (
            slice(max(0, round(start - margin)), round(start + long + margin))
            for start in (part * max(picture.shape[:2]) for part in (pose.top, pose.left))
        )
        beneath = picture[rows, columns]
        laid = [self._laid(round(long * scale), pose, beneath) for scale in _SCALES]
        best = min((one for one in laid if one), key=lambda one: one[0], default=None)
        if best is None:
            return -1.0
        _difference, (left, top), (colours, own) = best
        lies = np.array([[1, 0, -left], [0, 1, -top]], dtype=np.float32)
        fitted = _fitted(colours, own, beneath, lies)
        return max(_score(colours, own, beneath, one) for one in (lies, fitted))

    def _laid(self, long, pose, beneath):
        """(mean squared difference, place, `_reduced`) where it lies best on a part of a picture at
        this size; None where it doesn't go into it."""
        colours, own = self._reduced(long, pose.is_mirrored)
        if any(np.greater(own.shape, beneath.shape[:2])) or not own.any():
            return None
        laid = cv2.matchTemplate(
            beneath, colours, cv2.TM_SQDIFF, mask=np.repeat(own[..., None], 3, axis=2)
        )
        least, _most, place, _worst = cv2.minMaxLoc(laid)
        return least / own.sum(), place, (colours, own)


def _differences(spectra, squares, colours, own):
    """(n, rows, columns): the squared difference, of a cut-out's variance, in every place within
    pictures. spectra: of their colours. squares: the spectra of their squared colours' sums."""
    side = squares.shape[1]
    masked = colours * own[..., None]
    mean = masked.sum(axis=(0, 1)) / own.sum()
    variance = (masked**2).sum() - own.sum() * (mean**2).sum()
    ours = np.fft.rfft2(np.moveaxis(masked, 2, 0), (side, side))
    products = (spectra * ours.conj()).sum(axis=1)
    total = squares * np.fft.rfft2(own, (side, side)).conj() - 2 * products
    laid = np.fft.irfft2(total, (side, side))
    within = laid[:, : side - own.shape[0] + 1, : side - own.shape[1] + 1]
    return (within + (masked**2).sum()) / (variance + 1)


def _fitted(colours, own, beneath, lies):
    """The map of places in `beneath` to those in a cut-out, (2, 3), moved to where the two agree
    best; itself where that fails."""
    ours, theirs = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in (colours, beneath))
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 40, 1e-4)
    mask = (own * 255).astype(np.uint8)
    try:
        _fit, fitted = cv2.findTransformECC(
            theirs, ours, lies.copy(), cv2.MOTION_AFFINE, criteria, mask, _BLUR
        )
    except cv2.error:  # it found no better place
        return lies
    return fitted


def _score(colours, own, beneath, lies):
    """The correlation where it lies by this map; -1 where it lies beside, or not as bright."""
    size = beneath.shape[1], beneath.shape[0]
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    laid = cv2.warpAffine(colours, lies, size, flags=flags)
    seen = cv2.warpAffine(own, lies, size, flags=flags) > _OWN
    if seen.sum() < _LEAST_LAID * own.sum():
        return -1.0
    if np.sqrt(((laid - beneath)[seen] ** 2).mean()) > _MOST_OFF:
        return -1.0
    details = (_details(picture, seen)[seen] for picture in (laid, beneath))
    return min(_correlation(laid[seen], beneath[seen]), _correlation(*details))


def _details(colours, seen):
    """(h, w, 3): what is finer than _COARSE, so that one shade of light isn't taken for another."""
    weights = seen.astype(np.float32)[..., None]
    coarse = cv2.GaussianBlur(colours * weights, (0, 0), _COARSE)
    shares = cv2.GaussianBlur(weights, (0, 0), _COARSE)[..., None]
    return colours - coarse / (shares + 1e-3)


def _correlation(one, two):
    """Of colours, (n, 3), each channel about its own mean."""
    one, two = one - one.mean(axis=0), two - two.mean(axis=0)
    return float((one * two).sum() / np.sqrt((one**2).sum() * (two**2).sum() + 1e-6))


def _sides(side):
    """px of a cut-out's long side, each once, down from the picture's own."""
    steps = int(np.log(_WIDEST / _NARROWEST) / np.log(_STEP)) + 1
    return sorted({round(side * _WIDEST / _STEP**step) for step in range(steps)}, reverse=True)


def _square(image, side):
    """(side, side, 3) uint8: a picture in the upper left corner, grey beside it."""
    width, height = _fit(image.size, side)
    square = np.full((side, side, 3), _GREY, np.uint8)
    square[:height, :width] = _array(image, (width, height))
    return square


def _fit(size, side):
    """(width, height) in px of what is as wide or as high as this side."""
    scale = side / max(size)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _array(image, size):
    """(h, w, 3) or (h, w) float32"""
    how = Image.Resampling.BOX if size[0] < image.width else Image.Resampling.BICUBIC
    return np.asarray(image.resize(size, how, reducing_gap=2.0), dtype=np.float32)
