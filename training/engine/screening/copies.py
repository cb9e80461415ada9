"""Is one picture made from another: cut, turned, mirrored, stretched, framed, inverted, labelled?

`data.variants` compares whole pictures, cheaply, among all that there are. This looks closer, at
the few that may not come in again. Local features (SIFT: Lowe 2004, “Distinctive image features
from scale-invariant keypoints”, https://doi.org/10.1023/B:VISI.0000029664.99615.94) say which share
places with a picture (by words, cheaply) and how it would lie on each (by RootSIFT); then the two
are laid upon each other and their details compared, tile by tile, but for what the studio's label
and watermark cover (`gallery.engine.labelling`), whose inks are known. Neither a few places alone
nor a like composition make a copy. How the thresholds were found is told in docs/performance.md.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from PIL import Image

cv2.setNumThreads(1)  # a web process has threads of its own

LEAST_ALIKE = 0.8  # correlation of details; from there on, one picture is made from the other
SIDE = 320  # px, long side of what is looked at

MOST_FEATURES = 256
_MOST_PROBED = 768  # of a picture that comes in: a watermark has features too
_CONTRAST = 0.01  # of SIFT; a quarter of its usual one, so that soft pictures have features too
_BYTES = 2 * 2 + 128  # of a stored feature: its place as two float16, its descriptor
_PLAIN_FRAME = 3.0  # grey levels; a strip at the rim that varies less is a frame
_FRAME_SIDE = 256  # px of the copy in which frames are looked for
_LEAST_LEFT = 64  # px of these that remain

_TABLES, _BITS = 2, 16  # words of a feature, and bits of each
_MOST_CANDIDATES = 24
_RATIO = 0.85  # Lowe's: the nearest place is clearly nearer than the second
_LEAST_PLACES = 8  # that agree on how one picture lies on the other
_PLACE_OFF = 4.0  # px that such a place may be off
_MOST_STRETCHED = 2.6
_LARGEST_SCALE = 10.0

_LEAST_COVERED = 0.8  # of one of the two pictures
_LEAST_SHARE = 0.12  # of the other one
_LEAST_OVERLAP = 600  # px
_SHOWN = 128  # of 255, from there on a pixel of a cut-out is its own
_RIM = 5  # px of a picture's rim that are not compared
_DETAIL_SIDE = 96  # px of the overlap when its details are compared
_BLUR = 1 / 16  # of that side; what is coarser is light and composition, not detail
_TILES = 6  # each way
_TILE = _DETAIL_SIDE // _TILES
_LABEL = 2  # tiles along an edge at a corner, which a label may cover
# What `gallery.engine.labelling` lays over pictures: grey level, and opacity of 1.
_WATERMARK = (255, 110 / 255)
_PLATE, _LETTER, _NOTHING = (13, 166 / 255), (255, 1), (0, 0)
_INK_OFF = 12  # grey levels that ink may be off, as JPEG leaves it
_LETTERS_OFF = 40  # grey levels that letters of a label may be darker than their ink
_STROKE, _GAPS = 5, (5, 9, 15)  # px of a letter's soft edge, and of what lies between letters
_MOST_PATCHES = 3  # that may be a label
_LEAST_SEEN = 0.5  # of a px of _DETAIL_SIDE
_LEAST_FULL = 0.6  # of the rectangle around a label
_LEAST_PLATE, _LEAST_LETTERS = 0.25, 0.06  # of the same
_LEAST_WORDS = 0.03  # of three quarters of the sixteenths of a picture with a watermark
_TOLD_BY_LABEL, _TOLD_BY_WATERMARK = 0.6, 0.8  # least shares of the pixels that changed
_LARGEST_LABEL = 0.3  # of what is compared
_LEAST_FREE = 0.3  # of what is compared
_DOUBT = 0.04  # more that details must agree where ground isn't compared
_DARKEST, _BRIGHTEST = 5, 249  # grey levels; beyond, light may have wiped details out
_FLAT = 3  # grey levels that a ground around a picture may vary by
_LEAST_FLAT = 0.002  # of a picture, for such a ground
_SOFT = 3  # px around what is blank
_DARKENED, _BRIGHTENED = 0.4, 2.5  # times as bright as before, at most
_STEP, _LEAST_PIXELS = 16, 20  # grey levels for which a light is told, and pixels that tell it
_MOST_WIPED = 0.2  # share of a tile that tells of details all the same
_TOLD = 0.25  # a tile with less than this share of the usual detail tells nothing
# The two values whose order is a bit of a word. Words are stored: they must never change.
_ORDER = random.Random(0)
_PAIRS = np.array(
    [[_ORDER.sample(range(128), 2) for _bit in range(_BITS)] for _table in range(_TABLES)]
)
_OPPOSITE = (-np.arange(8)) % 8  # the place of each direction's bin in a mirrored picture


@dataclass(frozen=True)
class Features:
    """places: (n, 2) float32, px in the picture of `_grey`. descriptors: (n, 128) uint8. The
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
    return _features(_grey(image)).to_bytes()


def words_of(features: bytes) -> bytes:
    """What `Probe.candidates` finds a picture's `features_of` by: at most 2 kB."""
    return _words(Features.from_bytes(features)).tobytes()


def _words(features) -> np.ndarray:
    """uint32, each once: for every feature two numbers of 16 bits, each bit the order of two of its
    128 values, so that equal places are likely to have equal words."""
    descriptors = features.descriptors
    is_greater = descriptors[:, _PAIRS[..., 0]] > descriptors[:, _PAIRS[..., 1]]
    numbers = (is_greater << np.arange(_BITS, dtype=np.uint32)).sum(axis=2, dtype=np.uint32)
    return np.unique(numbers + (np.arange(_TABLES, dtype=np.uint32) << _BITS))


class Probe:
    """A picture (RGB, upright) that may be a copy of others: as it is, mirrored, inverted, both.

    mask: L, of the same size; only what is white in it is compared, as the pixels of a cut-out.
    """

    def __init__(self, image: Image.Image, mask: Image.Image | None = None):
        box = _without_frame(image) if mask is None else mask.getbbox()
        colours = _small(image, box)
        grey = _grey_of(colours)
        shown = np.full_like(grey, 255) if mask is None else _grey(mask, box)
        features = _features(grey, None if mask is None else shown, _MOST_PROBED)
        is_shown = shown > _SHOWN
        told = is_shown & ~_grown(_ground(grey), _SOFT)
        self._views = list(_views(colours, is_shown, told, features))

    def candidates(self, others: Sequence[bytes]) -> list[int]:
        """The places of those of these `words_of` that it may be a copy of, the likeliest first; at
        most 24. Ten thousand take a tenth of a second."""
        words = np.frombuffer(b"".join(others), dtype=np.uint32)
        ends = np.cumsum([len(other) // words.itemsize for other in others], dtype=int)
        votes = np.zeros(len(others), dtype=int)
        for view in self._views:
            is_ours = np.zeros(_TABLES << _BITS, dtype=bool)
            is_ours[_words(view.features)] = True
            shared = np.concatenate([[0], np.cumsum(is_ours[words])])
            votes = np.maximum(votes, np.diff(shared[ends], prepend=0))
        order = np.argsort(-votes, kind="stable")[:_MOST_CANDIDATES]
        return [int(place) for place in order if votes[place]]

    def likeness(self, features: bytes, image: Image.Image) -> float:
        """How well details agree, -1 to 1, where it lies on another picture or that one on it.

        features: `features_of` that picture. -1 where they share too little.
        """
        other, colours = Features.from_bytes(features), _small(image)
        scores = [_score(view, colours, other) for view in self._views]
        return max(scores, default=-1.0)


@dataclass(frozen=True)
class _View:
    """A picture, (h, w, 3) uint8, and what of it counts, and what of that is no ground; bool."""

    colours: np.ndarray
    shown: np.ndarray
    told: np.ndarray
    features: Features

    @cached_property
    def grey(self):
        return _grey_of(self.colours)


def _views(colours, shown, told, features) -> Iterator[_View]:
    """A picture as it is, mirrored, inverted, and both: descriptors change by their order alone."""
    bins = features.descriptors.reshape(-1, 4, 4, 8)
    mirrored_places = features.places.copy()
    mirrored_places[:, 0] = colours.shape[1] - 1 - mirrored_places[:, 0]
    for is_inverted in (False, True):
        seen = 255 - colours if is_inverted else colours
        turned = bins[:, ::-1, ::-1] if is_inverted else bins
        yield _View(seen, shown, told, Features(features.places, turned.reshape(-1, 128)))
        mirrored = turned[:, ::-1][..., _OPPOSITE].reshape(-1, 128)
        flipped = np.ascontiguousarray(seen[:, ::-1])
        yield _View(flipped, shown[:, ::-1], told[:, ::-1], Features(mirrored_places, mirrored))


def _score(view, colours, other):
    """The likeness of one view of a picture to another picture; -1 for none."""
    lies = _lies_on(view.features.strongest(), other)
    if lies is None:
        lies = _lies_on(view.features, other)
    if lies is None:
        return -1.0
    lies = _fitted(view, _grey_of(colours), lies)
    if not (_is_sound(lies) and _is_enough(view, colours, lies)):
        return -1.0
    best = _alike(view, colours, lies, _SAME_LIGHT)
    if best >= LEAST_ALIKE:
        return best
    light = _Light.between(view, colours, lies)
    lies = _fitted(view, _grey_of(light.on(colours)), lies)
    if not (_is_sound(lies) and _is_enough(view, colours, lies)):
        return best
    return max(best, _alike(view, colours, lies, light))


def _overlap(view, colours, lies):
    """Where a picture lies on the other one; bool."""
    return _laid(np.full(colours.shape[:2], 255, np.uint8), lies, view.grey) > 250


def _is_enough(view, colours, lies):
    """Whether two pictures share enough for one to be a part of the other."""
    overlap = _overlap(view, colours, lies)
    shares = overlap.mean(), overlap.sum() * _area(lies) / colours[..., 0].size
    is_enough = max(shares) >= _LEAST_COVERED and min(shares) >= _LEAST_SHARE
    return is_enough and (overlap & view.shown).sum() >= _LEAST_OVERLAP


def _alike(view, colours, lies, light):
    """How well details agree, of all that lies on the other picture, under this light; or of what
    is neither ground nor covered."""
    rim = np.ones_like(view.shown)
    rim[_RIM:-_RIM, _RIM:-_RIM] = False  # what remains of a frame
    is_turned = abs(lies[0, 1]) > abs(lies[0, 0])
    compared = _overlap(view, colours, lies) & view.shown & ~rim
    under = _laid(colours, lies, view.grey)
    beneath = _grey_of(light.on(under))
    is_same = np.abs(view.grey.astype(np.float32) - beneath) <= _INK_OFF
    told = compared & (view.told | is_same)
    best = _agreement(view.grey, beneath, compared, is_turned)
    hides = [(lambda: ~told, _DOUBT)]
    if light is _SAME_LIGHT:  # under another one, ink can't be told from other changes
        hides.append((lambda: _covered(view.grey, under, compared, light), 0.0))
    for hidden, doubt in hides:
        if best >= LEAST_ALIKE:
            break
        free = compared & ~hidden()
        if free.sum() >= _LEAST_FREE * compared.sum():
            best = max(best, _agreement(view.grey, beneath, free, is_turned) - doubt)
    return best


@dataclass(frozen=True)
class _Light:
    """What made a picture brighter, or of more contrast, than another: a gain and an offset for
    each of its colours, (3,), as far as these go from 0 to 255."""

    gain: np.ndarray
    offset: np.ndarray

    def on(self, colours):
        """uint8"""
        lit = colours.astype(np.float32) * self.gain + self.offset
        return np.clip(lit, 0, 255).round().astype(np.uint8)

    @classmethod
    def between(cls, view, colours, lies):
        compared = _overlap(view, colours, lies) & view.told
        under = _laid(colours, lies, view.grey)
        fits = [
            _line(under[..., colour][compared], view.colours[..., colour][compared])
            for colour in range(3)
        ]
        return cls(*np.array(fits, dtype=np.float32).T)


_SAME_LIGHT = _Light(np.ones(3, np.float32), np.zeros(3, np.float32))


def _line(before, after):
    """(gain, offset) of most pixels, but for those that are as dark or bright as can be."""
    steps = [after[before // _STEP == step] for step in range(256 // _STEP)]
    told = [
        ((step + 0.5) * _STEP, float(np.median(values)), len(values))
        for step, values in enumerate(steps)
        if len(values) >= _LEAST_PIXELS and _DARKEST < np.median(values) < _BRIGHTEST
    ]
    if len(told) < 2:
        return 1.0, 0.0
    levels, medians, counts = np.array(told).T
    gain, offset = np.polyfit(levels, medians, 1, w=np.sqrt(counts))
    return (gain, offset) if _DARKENED <= gain <= _BRIGHTENED else (1.0, 0.0)


def _ground(grey):
    """Where one grey reaches the rim of a picture, as beside one that was turned, or on a page."""
    height, width = grey.shape
    grey = grey.copy()  # OpenCV asks for one that it might write to
    reached = np.zeros((height + 2, width + 2), np.uint8)
    ground = np.zeros(grey.shape, dtype=bool)
    flags = 4 | cv2.FLOODFILL_MASK_ONLY | cv2.FLOODFILL_FIXED_RANGE | (255 << 8)
    rim = [(x, y) for x in range(0, width, _SOFT) for y in (0, height - 1)]
    rim += [(x, y) for y in range(0, height, _SOFT) for x in (0, width - 1)]
    rim.append((width - 1, height - 1))
    for x, y in rim:
        if reached[y + 1, x + 1]:
            continue
        before = reached.copy()
        area, *_rest = cv2.floodFill(grey, reached, (x, y), 0, _FLAT, _FLAT, flags)
        if area >= _LEAST_FLAT * grey.size:
            ground |= (reached > before)[1:-1, 1:-1]
    return ground


def _covered(grey, under, compared, light):
    """Where the studio's label or watermark lies on a picture, told by what is beneath; bool.

    under: (h, w, 3) uint8, the other picture as it lies beneath. compared: bool, of the pixels that
    both have. light: what fell on picture and ink.
    """
    one = grey.astype(np.float32)

    def seen(ink):
        return _grey_of(light.on(_under(under.astype(np.float32), ink))).astype(np.float32)

    two, letter = seen(_NOTHING), seen(_LETTER)
    change = np.where(compared, one - two, 0)
    words = (np.abs(one - seen(_WATERMARK)) < _INK_OFF) & (change > _INK_OFF)
    plate = (np.abs(one - seen(_PLATE)) < _INK_OFF) & compared
    letters = (one > letter - _LETTERS_OFF) & (change > _INK_OFF)
    covered = _label((plate & (change < -_INK_OFF)) | letters, plate, letters, compared)
    least = _TOLD_BY_LABEL
    if _is_everywhere(words, compared & (two < letter - _LETTERS_OFF)):
        covered |= _grown(words)
        least = _TOLD_BY_WATERMARK
    changed = np.abs(change) > 2 * _INK_OFF
    is_told = (changed & covered).sum() >= least * changed.sum()
    return covered if is_told else np.zeros_like(compared)


def _is_everywhere(words, ground):
    """Whether words lie all over this ground, as a watermark does."""
    shares = cv2.resize(words.astype(np.float32), (4, 4), interpolation=cv2.INTER_AREA)
    seen = cv2.resize(ground.astype(np.float32), (4, 4), interpolation=cv2.INTER_AREA)
    fit = seen > 0.5
    return bool(fit.any() and (shares[fit] > _LEAST_WORDS * seen[fit]).mean() >= 0.75)


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
                return _grown(filled)
    return np.zeros_like(compared)


def _filled(patch):
    """The smallest rectangle, however turned, around a patch; bool."""
    box = cv2.boxPoints(cv2.minAreaRect(cv2.findNonZero(patch.astype(np.uint8))))
    filled = np.zeros(patch.shape, np.uint8)
    return cv2.fillConvexPoly(filled, box.round().astype(np.int32), 1) > 0


def _grown(mask, side=_STROKE):
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


def _under(levels, ink):
    """These grey levels beneath an ink: (its own level, its opacity of 1)."""
    level, opacity = ink
    return (1 - opacity) * levels + opacity * level


def _lies_on(features, other):
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
    if lies is None or agreed.sum() < _LEAST_PLACES or not _is_sound(lies):
        return None
    return lies


def _is_sound(lies):
    """Whether a map turns, scales and stretches as people do; mirroring is a view's own."""
    longest, shortest = np.linalg.svd(lies[:, :2], compute_uv=False)
    is_whole = shortest > 1 / _LARGEST_SCALE and longest < _LARGEST_SCALE
    return bool(is_whole and longest < _MOST_STRETCHED * shortest and _determinant(lies) > 0)


def _determinant(lies):
    return float(np.linalg.det(lies[:, :2]))


def _area(lies):
    """px of the other picture for a px of the first."""
    return abs(_determinant(lies))


def _fitted(view, other, lies):
    """The map moved to where the two agree best, of what is told; itself where that fails."""
    criteria = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 30, 1e-4)
    back = cv2.invertAffineTransform(lies).astype(np.float32)
    told = 255 * view.told.astype(np.uint8)
    try:
        _fit, back = cv2.findTransformECC(other, view.grey, back, cv2.MOTION_AFFINE, criteria, told)
    except cv2.error:  # it found no better place
        return lies
    return cv2.invertAffineTransform(back)


def _laid(other, lies, grey):
    """Another picture as it lies under a picture of the size of this one, black beside it."""
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(other, lies, grey.shape[::-1], flags=flags)


def _agreement(grey, other, overlap, is_turned):
    """The correlation of details: of the whole overlap and of its tiles that have detail, save one,
    and save two beside a corner, where a label may lie. is_turned: by a quarter, label and all."""
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
        & (_tiles(shared) >= 0.5 * _TILE**2)
        & (_tiles(wiped[0] | wiped[1]) < _MOST_WIPED * _TILE**2)
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


def _features(grey, mask=None, most=MOST_FEATURES) -> Features:
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


def _grey(image: Image.Image, box=None) -> np.ndarray:
    """As `_small`, grey, (h, w) uint8."""
    return np.asarray(_resized(image, box).convert("L"))


def _small(image: Image.Image, box=None) -> np.ndarray:
    """What lies in this box of a picture (RGB), in px, its long side SIDE px; (h, w, 3) uint8.
    None: the picture without a plain frame."""
    return np.asarray(_resized(image, box))


def _resized(image, box):
    box = box or _without_frame(image)
    width, height = box[2] - box[0], box[3] - box[1]
    scale = SIDE / max(width, height)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    return image.resize(size, Image.Resampling.BICUBIC, box=box, reducing_gap=2.0)


def _grey_of(colours):
    return np.asarray(Image.fromarray(colours).convert("L"))


def _without_frame(image):
    """(left, top, right, bottom) in px of what lies inside plain strips at the rim."""
    small = image.resize((_FRAME_SIDE, _FRAME_SIDE), Image.Resampling.BOX, reducing_gap=2.0)
    grey = np.asarray(small.convert("L"), dtype=np.float32)
    top, bottom = _inner(grey)
    left, right = _inner(grey[top:bottom].T)
    across, down = image.width / _FRAME_SIDE, image.height / _FRAME_SIDE
    return left * across, top * down, right * across, bottom * down


def _inner(lines):
    """(first, end) of the lines between those at both ends that are plain."""
    varied = np.flatnonzero(lines.std(axis=1) >= _PLAIN_FRAME)
    if not len(varied):
        return 0, len(lines)
    first, end = int(varied[0]), int(varied[-1]) + 1
    # A line in which frame and picture mix goes too.
    first, end = first + (first > 0), end - (end < len(lines))
    return (first, end) if end - first >= _LEAST_LEFT else (0, len(lines))
