"""Which pictures of a campaign stray from the others: in palette, in style, in the car.

Each picture is compared with those of the campaign that are most like it, so that a campaign may
have several places, hours and colours; how far is far is told by the median of all distances (MAD),
so that a tenth of strays does not move the measure that finds them. numpy alone: what a model has
to say of a picture comes from `drift_reader`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import asdict, dataclass, field

import numpy as np
from PIL import Image

PALETTE, STYLE, VEHICLE, BODY = "palette", "style", "vehicle", "body"
LEAST = 8  # pictures: of fewer nobody can say what is usual

_SIDE = 64  # px at which colours are looked at
_TEXTURE_SIDE = 128  # px at which strokes are
# CIELAB's cells: how many, and from where to where, of L*, a* and b*; what lies beyond is clipped.
_CELLS = np.array((5, 8, 8))
_RANGE = np.array(((0, 100), (-60, 60), (-60, 60)))
# How many times the usual spread is far, and the least that counts as a spread.
_FAR = {"palette": 10.0, "texture": 7.0, "likeness": 20.0}
_SPREAD = {"palette": 0.01, "texture": 0.2, "likeness": 0.01, "body": 0.5, "shape": 1.0}
# A picture is as far as its n-th nearest: more than strays of one kind, which are like each other.
_NEAREST, _NEAREST_SHARE = 3, 1 / 16
_ROWS = 256  # compared at once with all others, which bounds the memory

# The car: how far its body's readings are when they tell alone, and when its shape tells too.
_FAR_BODY, _FAR_BODY_OF_SHAPE, _FAR_SHAPE = 3.2, 1.2, 3.5
_LEAST_RIGHT = 0.5  # of the pictures, that the best reading reads right; else no car is judged
_SHAPE_SIZE, _SHAPE_CELL, _SHAPE_ANGLES = (64, 32), 4, 6  # px, px, directions of an edge


@dataclass(frozen=True)
class Features:
    """What is remembered of a picture to compare it with others; all may travel as JSON.

    palette: (320,) share of the pixels in each cell of CIELAB, 5 × 8 × 8. texture: (18,) edges and
    curvature at three sizes. likeness: (D,) CLIP's unit vector, () without one. bodies: {body:
    [log of its chance, for each of the reader's readings]}, {} where no reader knows such pictures.
    shape: (768,) of `shape_of` the car, () where nobody looked for it.
    """

    palette: list[float]
    texture: list[float]
    likeness: list[float] = field(default_factory=list)
    bodies: dict[str, list[float]] = field(default_factory=dict)
    shape: list[float] = field(default_factory=list)

    def as_json(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class Member:
    """A picture of a campaign. body: of the vehicle that it should show, "" where nobody can say;
    is_foreign: its words or its cut-out name a vehicle that is not the campaign's."""

    key: Hashable
    features: Features
    body: str = ""
    is_foreign: bool = False


def features_of(image: Image.Image, likeness=(), bodies=None, shape=()) -> Features:
    """The Features of an RGB picture. likeness, bodies, shape: of a reader."""
    return Features(
        palette=_rounded(_palette(image)),
        texture=_rounded(_texture(image)),
        likeness=_rounded(likeness),
        bodies={name: _rounded(chances) for name, chances in (bodies or {}).items()},
        shape=_rounded(shape),
    )


def shape_of(image: Image.Image, box: tuple[float, float, float, float]) -> np.ndarray:
    """(768,) the directions of the edges in a box of shares, left, top, right, bottom.

    Histograms of 8 × 16 cells by 6 directions (Dalal and Triggs 2005,
    https://doi.org/10.1109/CVPR.2005.177), each cell scaled so that contrast tells little.
    """
    sides = np.array((*image.size, *image.size))
    car = image.convert("L").resize(
        _SHAPE_SIZE, Image.Resampling.BILINEAR, box=tuple(np.clip(box, 0, 1) * sides)
    )
    down, right = np.gradient(np.asarray(car, np.float64) / 255)
    turned = np.arctan2(down, right) % np.pi / np.pi * _SHAPE_ANGLES
    whole = np.floor(turned).astype(int)
    rows, columns = np.indices(turned.shape) // _SHAPE_CELL
    cells = np.zeros((rows.max() + 1, columns.max() + 1, _SHAPE_ANGLES))
    for angle, share in ((whole, 1 - turned + whole), (whole + 1, turned - whole)):
        np.add.at(cells, (rows, columns, angle % _SHAPE_ANGLES), np.hypot(down, right) * share)
    return (cells / (np.linalg.norm(cells, axis=-1, keepdims=True) + 0.3)).ravel()


def strays(members: Sequence[Member]) -> dict[Hashable, dict[str, float]]:
    """{key: {reason: how far}} of those that stray. Reasons: PALETTE, STYLE, VEHICLE, BODY.

    How far: in usual spreads; of VEHICLE 0, of BODY the chance that it is another body.
    """
    reasons: dict[Hashable, dict[str, float]] = {
        member.key: {VEHICLE: 0.0} for member in members if member.is_foreign
    }

    def note(member, reason, size):
        known = reasons.setdefault(member.key, {})
        known[reason] = max(known.get(reason, 0.0), round(float(size), 1))

    if len(members) >= LEAST:
        for name, reason in (("palette", PALETTE), ("texture", STYLE), ("likeness", STYLE)):
            for member, size in _far(members, name):
                note(member, reason, size)
    for member, chance in _of_another_body(members):
        note(member, BODY, chance)
    return reasons


def _far(members, name):
    """(Member, times the usual spread) of those too far in a feature from what is nearest."""
    known = [member for member in members if len(getattr(member.features, name))]
    if len(known) < LEAST:
        return []
    values = _PREPARED[name](np.array([getattr(member.features, name) for member in known]))
    sizes = _in_usual_spreads(_to_nearest(values), name)
    return [(m, size) for m, size in zip(known, sizes, strict=True) if size > _FAR[name]]


def _in_usual_spreads(distances, name):
    """How many usual spreads each one lies above the middle."""
    middle = np.median(distances)
    return (distances - middle) / max(1.4826 * np.median(np.abs(distances - middle)), _SPREAD[name])


def _to_nearest(values, other=None):
    """(N,) half the squared distance of each row of values to its n-th nearest other row.

    other: the same rows seen otherwise; the nearer of the two counts.
    """
    nearest = min(max(_NEAREST, int(len(values) * _NEAREST_SHARE)), len(values) - 1)
    found = []
    for start in range(0, len(values), _ROWS):
        some = values[start : start + _ROWS]
        distances = _half_squares(some, values)
        if other is not None:
            distances = np.minimum(distances, _half_squares(some, other))
        rows = np.arange(len(some))
        distances[rows, start + rows] = -1.0  # itself, before all others
        found.append(np.partition(distances, nearest, axis=1)[:, nearest])
    return np.concatenate(found)


def _half_squares(some, values):
    sizes = (some**2).sum(axis=1)[:, None] + (values**2).sum(axis=1)
    return (sizes / 2 - some @ values.T).clip(0)


def _in_spreads(values):
    off = np.abs(values - np.median(values, axis=0))
    # Grain alone is no style: a spread is at least a twentieth of the figure.
    least = 0.05 * np.abs(np.median(values, axis=0)) + 0.02
    return values / np.maximum(1.4826 * np.median(off, axis=0), least) / np.sqrt(values.shape[1])


# Of roots of histograms, half the squared distance is what they don't share (Hellinger); of unit
# vectors, what their cosine lacks.
_PREPARED: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "palette": np.sqrt,
    "texture": _in_spreads,
    "likeness": np.asarray,
}


def _of_another_body(members):
    """(Member, chance of another body) where the reader doubts the car, alone or with its shape.

    Each reading counts as it reads this campaign right, beyond chance: some styles only show the
    car when seen inverted or without colour, and some not at all.
    """
    told = [m for m in members if m.body in m.features.bodies]
    if len(told) < LEAST:
        return []
    names = sorted(told[0].features.bodies)
    chances = np.array([[m.features.bodies[name] for name in names] for m in told])  # (N, B, R)
    own = np.array([names.index(m.body) for m in told])
    right = (chances.argmax(axis=1) == own[:, None]).mean(axis=0)
    if right.max() < _LEAST_RIGHT:
        return []
    weights = (right - 1 / len(names)).clip(0) ** 2
    chances = chances @ (weights / weights.sum())  # (N, B)
    each = np.arange(len(told))
    doubts = chances - chances[each, own][:, None]
    raised = _above_the_usual(doubts, own)
    raised[each, own] = -np.inf
    by_eye = _in_usual_spreads(raised.max(axis=1), "body")
    by_shape = _unlike_in_shape(told, own)
    is_far = (by_eye > _FAR_BODY) | (by_eye > _FAR_BODY_OF_SHAPE) & (by_shape > _FAR_SHAPE)
    is_far &= doubts.max(axis=1) > 0  # another body seems likelier than its own
    others = 1 - 1 / np.exp(doubts).sum(axis=1)
    return [(told[row], others[row]) for row in np.flatnonzero(is_far)]


def _above_the_usual(doubts, own):
    """How much more each other body is seen than in most pictures of the same one."""
    usual = {body: np.median(doubts[own == body], axis=0) for body in set(own.tolist())}
    return doubts - np.array([usual[body] for body in own.tolist()])


def _unlike_in_shape(told, own):
    """(N,) how unlike the car's outline is to the nearest of the same body, in usual spreads."""
    sizes = np.full(len(told), -np.inf)
    shapes = [m.features.shape for m in told]
    for body in set(own.tolist()):
        rows = [row for row in np.flatnonzero(own == body) if shapes[row]]
        if len(rows) >= LEAST:
            values = np.array([shapes[row] for row in rows])
            sizes[rows] = _to_nearest(values, _mirrored(values))
    known = np.isfinite(sizes)
    if known.any():
        sizes[known] = _in_usual_spreads(sizes[known], "shape")
    return sizes


def _mirrored(shapes):
    """(N, 768) of `shape_of`, of cars that face the other way."""
    width, height = (side // _SHAPE_CELL for side in _SHAPE_SIZE)
    cells = shapes.reshape(-1, height, width, _SHAPE_ANGLES)
    return cells[:, :, ::-1, -np.arange(_SHAPE_ANGLES) % _SHAPE_ANGLES].reshape(shapes.shape)


def _palette(image):
    """Each pixel is shared among the eight cells around it, so that no edge between cells tells."""
    low, high = _RANGE.T
    places = (_lab(image).reshape(-1, 3) - low) / (high - low) * _CELLS - 0.5
    places = places.clip(0, _CELLS - 1.001)
    whole = places.astype(int)
    rest = places - whole
    cells = np.zeros(_CELLS.prod())
    for corner in np.ndindex(2, 2, 2):
        weight = np.where(corner, rest, 1 - rest).prod(axis=1)
        index = np.ravel_multi_index((whole + corner).T, _CELLS)
        cells += np.bincount(index, weight, len(cells))
    return cells / len(places)


def _lab(image):
    """(H, W, 3) CIELAB (D65) of a small copy. IEC 61966-2-1 and CIE 15 for the constants."""
    small = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX)
    rgb = np.asarray(small, np.float64) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / [0.9505, 1.0, 1.089]
    x, y, z = np.moveaxis(np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _texture(image):
    grey = image.convert("L").resize((_TEXTURE_SIDE, _TEXTURE_SIDE), Image.Resampling.BOX)
    values = np.asarray(grey, np.float64)
    return np.concatenate([_strokes(_halved(values, size)) for size in (1, 2, 4)])


def _halved(values, size):
    count = len(values) // size
    return values.reshape(count, size, count, size).mean(axis=(1, 3))


def _strokes(values):
    edges = np.hypot(np.diff(values, axis=1)[:-1], np.diff(values, axis=0)[:, :-1])
    inner = values[1:-1, 1:-1]
    around = values[2:, 1:-1] + values[:-2, 1:-1] + values[1:-1, 2:] + values[1:-1, :-2]
    bends = np.abs(4 * inner - around)
    soft = np.log1p(edges)
    return np.array(
        [
            soft.mean(),
            soft.std(),
            *np.quantile(edges, (0.5, 0.9)),
            np.log1p(bends).mean(),
            (bends < 1).mean(),
        ]
    )


def _rounded(values):
    return [round(float(value), 4) for value in values]
