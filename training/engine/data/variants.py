"""Is one picture a variant of another: the same saved anew, resized, cropped, mirrored, lit?

Two looks. Fingerprints find candidates among many: perceptual hashes of 64 bits (signs of the
coarsest cosine waves), one for each picture that remains when 0, 5 or 10 % of each edge is cut off,
and one of the mirror image. Then the two small pictures are laid upon each other, edge by edge, and
their details compared. How the thresholds were found is told in docs/screening.md.
"""

import itertools

import numpy as np
from PIL import Image, ImageFilter, ImageOps

CUTS = (0.0, 0.05, 0.1)  # share of a side that is cut off at each edge
VIEWS = list(itertools.product(CUTS, repeat=4))  # (left, top, right, bottom) of each view
WHOLE = 0  # the place of the uncut picture; that of its mirror image is the last
HASHES = len(VIEWS) + 1
MOST_BITS = 10  # of 64 that differ in a candidate, one of the two cut
MOST_BITS_WHOLE = 14  # the same of two whole pictures: hard light changes many
LEAST_ALIKE = 0.75  # correlation of details; from there on, they are one picture
PLAINEST = 3.0  # grey levels; below this standard deviation there is nothing to tell by

_SIDE = 32  # px of a view that is hashed
_WAVES = 8  # cosine waves each way
_DETAIL_SIDE = 96  # px of the pictures that are laid upon each other
_BLUR = 1 / 16  # of the side; what is coarser is light and composition, not detail
# Coarse details first: fine ones agree near the best fit alone. (px, the steps of an edge)
_FITTING = (
    (64, (0.04, 0.02, 0.01, 0.005)),
    (_DETAIL_SIDE, (0.005, 0.0025)),
)  # by which an edge is moved
_WIDEST_CUT = 0.13
_TILES = 6  # each way
_DARKEST, _BRIGHTEST = 5, 249  # grey levels; beyond, light may have wiped details out
_MOST_WIPED = 0.2  # share of a tile that tells of details all the same
_TOLD = 0.25  # a tile with less than this share of the usual detail tells nothing


def fingerprint(image: Image.Image) -> bytes:
    """8 × HASHES bytes for `candidates`; b"" for a picture too plain to tell from others."""
    grey = _grey(image)
    if np.asarray(grey, dtype=np.float32).std() < PLAINEST:
        return b""
    waves = _waves(grey)
    return np.append(_hashes(waves), _hashes(_mirrored(waves))[WHOLE]).tobytes()


def stacked(fingerprints: list[bytes]) -> np.ndarray:
    """Fingerprints, none of them b"", as `candidates` takes them: (count, HASHES) uint64."""
    return np.frombuffer(b"".join(fingerprints), dtype=np.uint64).reshape(-1, HASHES)


def candidates(probe: bytes, theirs: np.ndarray) -> list[int]:
    """The places of those fingerprints (`stacked`) that may be of a variant of the probe."""
    ours = np.frombuffer(probe, dtype=np.uint64)
    near = np.zeros(len(theirs), dtype=bool)
    # Either of the two may be the one that was cut, or mirrored.
    for place in (WHOLE, HASHES - 1):
        near |= (np.bitwise_count(theirs ^ ours[place]) <= MOST_BITS).any(axis=1)
        theirs_whole = theirs[:, place].copy()
        for view in ours:
            near |= np.bitwise_count(theirs_whole ^ view) <= MOST_BITS
        near |= np.bitwise_count(theirs_whole ^ ours[WHOLE]) <= MOST_BITS_WHOLE
    return np.flatnonzero(near).tolist()


def are_variants(image: Image.Image, other: Image.Image) -> bool:
    """Whether two pictures of any size and mode show the same photograph."""
    return likeness(image, other) >= LEAST_ALIKE


def likeness(image: Image.Image, other: Image.Image) -> float:
    """How well details agree at the best fit, -1 to 1: either cut, or mirrored, onto the other.

    In the whole and in all parts but one that have detail, where light has not wiped it out:
    another car before the same house is another picture.
    """
    one, two = _grey(image), _grey(other)
    waves = _waves(one), _waves(two)
    starts = [
        _start(*sides, is_mirrored=is_mirrored)
        for sides in ((one, waves[0], two, waves[1]), (two, waves[1], one, waves[0]))
        for is_mirrored in (False, True)
    ]
    fewest = min(bits for bits, *_fit in starts)
    return max(_best_fit(*fit) for bits, *fit in starts if bits <= fewest + 4)


def _start(whole, waves, part, waves_of_part, *, is_mirrored):
    """(bits that differ, whole, part, cuts): the cuts of `whole` that look most like `part`."""
    if is_mirrored:
        part, waves_of_part = ImageOps.mirror(part), _mirrored(waves_of_part)
    bits = np.bitwise_count(_hashes(waves) ^ _hashes(waves_of_part)[WHOLE])
    nearest = int(bits.argmin())
    return int(bits[nearest]), whole, part, VIEWS[nearest]


def _best_fit(whole, part, cuts):
    """As likeness, of `part` and what remains of `whole` when its edges are cut about so."""
    for side, steps in _FITTING:
        cuts = _fitted(whole, part, cuts, side, steps)
    details, wiped = _details(whole, cuts, _DETAIL_SIDE)
    target, wiped_there = _details(part, VIEWS[WHOLE], _DETAIL_SIDE)
    fit = float((details * target).sum())
    return min(fit, _in_parts(details, target, wiped | wiped_there))


def _fitted(whole, part, cuts, side, steps):
    """The cuts near these at which details of so many px agree best."""
    target, _wiped = _details(part, VIEWS[WHOLE], side)
    best = float((_details(whole, cuts, side)[0] * target).sum())
    for step in steps:
        moved = True
        while moved:
            moved = False
            for trial in _neighbours(cuts, step):
                fit = float((_details(whole, trial, side)[0] * target).sum())
                if fit > best + 1e-4:
                    best, cuts, moved = fit, trial, True
    return cuts


def _neighbours(cuts, step):
    """The cuts with one edge moved by a step, in or out."""
    for edge in range(4):
        for change in (step, -step):
            moved = list(cuts)
            moved[edge] = min(max(moved[edge] + change, 0.0), _WIDEST_CUT)
            yield tuple(moved)


def _in_parts(details, others, wiped):
    """The correlation of the tile that agrees least but one, of those in which there is detail."""
    pairs = ((details, others), (details, details), (others, others))
    products, ours, theirs = (_tiles(one * two) for one, two in pairs)
    told = np.maximum(ours, theirs) >= _TOLD / _TILES**2
    told &= _tiles(wiped) < _MOST_WIPED * wiped.size / _TILES**2
    if not told.any():
        return 1.0
    agreement = np.sort((products / np.sqrt(ours * theirs + 1e-12))[told])
    return float(agreement[min(1, len(agreement) - 1)])


def _tiles(values):
    """(36,) float: the sums of a (96, 96) array in tiles."""
    side = _DETAIL_SIDE // _TILES
    return values.reshape(_TILES, side, _TILES, side).sum(axis=(1, 3)).ravel()


def _details(grey, cuts, side):
    """Two (side, side): what is finer than _BLUR of a picture with its edges cut, of length 1; and
    where light may have wiped it out."""
    small = _cut(grey, cuts, side)
    blurred = small.filter(ImageFilter.GaussianBlur(_BLUR * side))
    levels = np.asarray(small, dtype=np.float32)
    details = levels - np.asarray(blurred, dtype=np.float32)
    wiped = (levels < _DARKEST) | (levels > _BRIGHTEST)
    return details / (float(np.linalg.norm(details)) + 1e-6), wiped


def _cut(grey, cuts, side):
    """What remains of a picture, stretched to a square of so many px."""
    left, top, right, bottom = cuts
    width, height = grey.size
    box = (left * width, top * height, (1 - right) * width, (1 - bottom) * height)
    return grey.resize((side, side), Image.Resampling.BILINEAR, box=box)


def _grey(image):
    """A small grey copy, transparency on white: twice the side of what is compared is enough."""
    if image.mode in {"RGBA", "LA", "PA"}:
        ground = Image.new("RGBA", image.size, "white")
        image = Image.alpha_composite(ground, image.convert("RGBA"))
    elif image.mode not in {"L", "RGB"}:
        image = image.convert("RGB")
    scale = min(1, 2 * _DETAIL_SIDE / min(image.size))
    size = tuple(max(1, round(side * scale)) for side in image.size)
    return image.resize(size, Image.Resampling.BOX).convert("L")  # small first: no large copy


def _waves(grey):
    """(views, 8, 8) float: the coarsest cosine waves of each view, down the rows, then across."""
    views = np.stack([np.asarray(_cut(grey, cuts, _SIDE), dtype=np.float32) for cuts in VIEWS])
    places = (2 * np.arange(_SIDE) + 1) * np.pi / (2 * _SIDE)
    basis = np.cos(np.outer(np.arange(_WAVES), places)).astype(np.float32)
    return basis @ views @ basis.T


def _mirrored(waves):
    """The waves of the mirrored views: those with an odd number across change their sign."""
    return waves * (-1.0) ** np.arange(_WAVES)


def _hashes(waves):
    """(views,) uint64"""
    flat = waves.reshape(len(waves), -1)
    bits = flat > np.median(flat, axis=1, keepdims=True)
    return np.packbits(bits, axis=1).view(np.uint64).ravel()
