"""Which pictures of a campaign stray from the others: in palette, in style, in the car.

Each picture is compared with the campaign's own median; how far is far is told by the median of all
distances (MAD), so that a tenth of strays does not move the measure that finds them. numpy alone:
what a model has to say of a picture comes from `drift_reader`.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
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
_FAR = {"palette": 8.0, "texture": 4.5, "likeness": 7.5, "body": 2.6}
_SPREAD = {"palette": 0.01, "texture": 0.2, "likeness": 0.01, "body": 0.5}
_SURE, _DOUBTED = 0.8, 0.35  # the reader's chance of the right body: usual, and of a stray


@dataclass(frozen=True)
class Features:
    """What is remembered of a picture to compare it with others; all may travel as JSON.

    palette: (320,) share of the pixels in each cell of CIELAB, 5 × 8 × 8. texture: (18,) edges and
    curvature at three sizes. likeness: (D,) CLIP's unit vector, () without one. bodies: {body:
    chance} of the car, {} where no reader knows such pictures.
    """

    palette: list[float]
    texture: list[float]
    likeness: list[float] = field(default_factory=list)
    bodies: dict[str, float] = field(default_factory=dict)

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


def features_of(image: Image.Image, likeness=(), bodies=None) -> Features:
    """The Features of an RGB picture. likeness, bodies: of a reader."""
    return Features(
        palette=_rounded(_palette(image)),
        texture=_rounded(_texture(image)),
        likeness=_rounded(likeness),
        bodies={name: round(float(chance), 4) for name, chance in (bodies or {}).items()},
    )


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
    """(Member, times the usual spread) of those too far from the median in one of the features."""
    known = [member for member in members if len(getattr(member.features, name))]
    if len(known) < LEAST:
        return []
    values = np.array([getattr(member.features, name) for member in known])
    sizes = _in_usual_spreads(_DISTANCES[name](values), name)
    return [(m, size) for m, size in zip(known, sizes, strict=True) if size > _FAR[name]]


def _in_usual_spreads(distances, name):
    """How many usual spreads each one lies above the middle."""
    middle = np.median(distances)
    return (distances - middle) / max(1.4826 * np.median(np.abs(distances - middle)), _SPREAD[name])


def _unshared(values):
    """How much of the middle histogram each one lacks, 0 … 1: Bhattacharyya's coefficient."""
    middle = np.median(values, axis=0)
    middle = middle / max(middle.sum(), 1e-9)
    return 1 - np.sqrt(values * middle).sum(axis=1)


def _in_spreads(values):
    middle = np.median(values, axis=0)
    off = np.abs(values - middle)
    # Grain alone is no style: a spread is at least a twentieth of the figure.
    spread = np.maximum(1.4826 * np.median(off, axis=0), 0.05 * np.abs(middle) + 0.02)
    return np.sqrt(((off / spread) ** 2).mean(axis=1))


def _angle(values):
    middle = np.median(values, axis=0)
    return 1 - values @ (middle / max(np.linalg.norm(middle), 1e-9))


_DISTANCES = {"palette": _unshared, "texture": _in_spreads, "likeness": _angle}


def _of_another_body(members):
    """(Member, chance of another body) where the reader doubts the car.

    Only of a campaign in which it usually sees the right one: some styles it can't read.
    """
    told = [(m, m.features.bodies[m.body]) for m in members if m.body in m.features.bodies]
    chances = np.array([chance for _member, chance in told])
    if len(told) < LEAST or np.median(chances) < _SURE:
        return []
    logits = np.log(chances.clip(1e-4, 1 - 1e-4)) - np.log1p(-chances.clip(1e-4, 1 - 1e-4))
    doubts = _in_usual_spreads(-logits, "body")
    return [
        (member, 1 - chance)
        for (member, chance), doubt in zip(told, doubts, strict=True)
        if doubt > _FAR["body"] and chance < _DOUBTED
    ]


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
