"""A car cut out of a photograph: a first outline, strokes that mend it, and the finished picture.

The outline is found in a copy of at most WORKING_SIDE px: what stands out (`salience`), then
GrabCut (Rother et al. 2004, https://doi.org/10.1145/1015706.1015720). A stroke says what belongs to
the car, and the outline moves to the nearest edge around it; nothing changes elsewhere. The
finished picture has the size of the photograph, soft edges and colours of its own (`matting`).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from PIL import Image

from training.engine.errors import EngineError
from training.engine.tools import ground_shadow, matting, salience

WORKING_SIDE = 1024  # px of the longer side of the copy in which outlines are found
GLASS = 0.55  # how opaque glass stays
SHADOW = 0.48  # of the deepest shadow: less than half, so that it never counts as the car

_SURE = 0.7  # of what stands out: the car
_LIKELY = 0.4
_HARDLY = 0.04  # the ground
_ROUNDS = 3  # of GrabCut
_SEED = 1  # of its first guess at colours, so that the same strokes give the same outline
_REACH = 5  # radii of a stroke, within which the outline may move to an edge
_LEAST_REACH = 0.03  # of the longer side
_NEAR = 1.2  # radii, within which a stroke is believed first
_SPECK = 1 / 300  # of the largest piece: smaller ones, and smaller holes, are chance
_EVEN = 7  # px, over which an outline is made even
_MASK = cv2.GC_INIT_WITH_MASK


class Kind(enum.StrEnum):
    """What a stroke says of the points below it."""

    CAR = "car"
    GROUND = "ground"
    GLASS = "glass"  # of the car, but what is behind it shines through


@dataclass(frozen=True)
class Stroke:
    """points: (x, y), shares of the width and the height. radius: share of the longer side."""

    kind: Kind
    radius: float
    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class Outline:
    """Which points of the copy are the car, and which of these are glass: (H, W) bool each."""

    car: np.ndarray
    glass: np.ndarray


def working_copy(image: Image.Image) -> np.ndarray:
    """(H, W, 3) uint8: an RGB picture, its longer side WORKING_SIDE px or less."""
    scale = min(1.0, WORKING_SIDE / max(image.size))
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if size == image.size:
        return np.array(image)
    return np.array(image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0))


def draft(copy: np.ndarray, name: str) -> Outline:
    """The outline of what stands out in a working copy. name: how messages call the picture.

    Raises EngineError as `salience.find`.
    """
    height, width = copy.shape[:2]
    first, closer = salience.find(Image.fromarray(copy), (width, height), name)
    likely = np.maximum(closer, (first + closer) / 2)
    marks = np.full((height, width), cv2.GC_PR_BGD, np.uint8)
    marks[likely > _LIKELY] = cv2.GC_PR_FGD
    marks[closer > _SURE] = cv2.GC_FGD
    marks[likely < _HARDLY] = cv2.GC_BGD
    car = _main_pieces(_without_specks(_grab_cut(copy, marks)), closer)
    if not car.any():
        raise EngineError("cutout-nothing-found", name=name)
    return Outline(car, np.zeros_like(car))


def mended(copy: np.ndarray, outline: Outline, strokes: Iterable[Stroke]) -> Outline:
    """The outline after these strokes, one after the other."""
    for stroke in strokes:
        outline = _with_stroke(copy, outline, stroke)
    return outline


def opacity(copy: np.ndarray, outline: Outline) -> np.ndarray:
    """(H, W) uint8: how opaque each point of the copy is, as in the finished picture."""
    opaque = matting.opacity(matting.edges_of(copy, outline.car), copy)
    return np.round(opaque * _through(outline.glass) * 255).astype(np.uint8)


def finished(
    image: Image.Image,
    outline: Outline,
    *,
    with_shadow: bool = False,
    on_strip: Callable[[], object] | None = None,
) -> Image.Image:
    """The car alone, RGBA, in the size of the photograph (RGB), cut to what is left of it.

    outline: of its `working_copy`. with_shadow: with the shadow that it keeps on the ground.
    on_strip: called after each strip of 64 rows. Memory: the photograph (3 bytes a point), the car
    (5 bytes) and some 100 MB. Raises EngineError: cutout-nothing-left.
    """
    copy = working_copy(image)
    if not outline.car.any():
        raise EngineError("cutout-nothing-left")
    edges = matting.edges_of(copy, outline.car)
    box = _box(matting.opacity(edges, copy) > 0, image.size)
    car = Image.new("RGBA", (box[2] - box[0], box[3] - box[1]))
    glass = Image.fromarray(np.round(_through(outline.glass) * 255).astype(np.uint8), "L")
    for top, strip in matting.rows_of(edges, image):
        if top < box[3] and top + len(strip) > box[1]:
            part = strip[:, box[0] : box[2]]
            part[..., 3] *= _enlarged(glass, image.size, (box[0], top, box[2], top + len(part)))
            rows = Image.fromarray(np.round(part * 255).astype(np.uint8), "RGBA")
            car.paste(rows, (0, top - box[1]))
        if on_strip:
            on_strip()
    return _on_its_shadow(car) if with_shadow else car


def strips(image: Image.Image) -> int:
    """How often `finished` calls on_strip."""
    return -(-image.height // matting.ROWS)


def _with_stroke(copy: np.ndarray, outline: Outline, stroke: Stroke) -> Outline:
    under = _under(stroke, outline.car.shape)
    if not under.any():
        return outline
    if stroke.kind is Kind.GLASS:
        glass = _grown(copy, outline.glass, under & outline.car, stroke, belongs=True)
        return replace(outline, glass=glass & outline.car)
    if stroke.kind is Kind.GROUND:
        car = _grown(copy, outline.car, under, stroke, belongs=False)
        return Outline(car, outline.glass & car)
    car = _grown(copy, outline.car, under, stroke, belongs=True)
    glass = _grown(copy, outline.glass, under, stroke, belongs=False)
    return Outline(car, glass)


def _under(stroke: Stroke, shape: tuple[int, int]) -> np.ndarray:
    """(H, W) bool: the points below a stroke."""
    height, width = shape
    radius = max(0.5, stroke.radius * max(shape))
    places = [(round(x * width - 0.5), round(y * height - 0.5)) for x, y in stroke.points]
    drawn = np.zeros(shape, np.uint8)
    line = np.array(places, np.int32).reshape(-1, 1, 2)
    cv2.polylines(drawn, [line], False, 1, max(1, round(2 * radius)))
    for place in places:
        cv2.circle(drawn, place, round(radius), 1, cv2.FILLED)
    return drawn > 0


def _grown(
    copy: np.ndarray, mask: np.ndarray, under: np.ndarray, stroke: Stroke, *, belongs: bool
) -> np.ndarray:
    """The mask with what a stroke says, out to the nearest edge: in one piece with the stroke."""
    if not under.any() or (not belongs and not (mask & under).any()):
        return mask
    radius = stroke.radius * max(mask.shape)
    reach = max(_REACH * radius, _LEAST_REACH * max(mask.shape))
    part = _around(under, 1.5 * reach)
    far = cv2.distanceTransform((~under[part]).astype(np.uint8), cv2.DIST_L2, 5)
    before, told = mask[part], under[part]
    is_free = (far < reach) & (before != belongs)
    inside, outside = cv2.GC_FGD, cv2.GC_BGD
    marks = np.where(before, inside, outside).astype(np.uint8)
    marks[is_free] = cv2.GC_PR_BGD if belongs else cv2.GC_PR_FGD
    marks[is_free & (far < _NEAR * radius)] = cv2.GC_PR_FGD if belongs else cv2.GC_PR_BGD
    marks[told] = inside if belongs else outside
    after = _smooth(_grab_cut(np.ascontiguousarray(copy[part]), marks))
    changed = ((after != before) & is_free) | told
    _, pieces = cv2.connectedComponents(changed.astype(np.uint8))
    touched = np.isin(pieces, np.unique(pieces[told]))
    grown = mask.copy()
    grown[part][touched] = belongs
    return grown


def _grab_cut(copy: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """(H, W) bool of GrabCut's marks, which are changed; without either side, as they are."""
    is_inside = (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)
    if is_inside.all() or not is_inside.any():
        return is_inside
    cv2.setRNGSeed(_SEED)
    cv2.grabCut(copy, marks, (0, 0, 0, 0), np.zeros((1, 65)), np.zeros((1, 65)), _ROUNDS, _MASK)
    return (marks == cv2.GC_FGD) | (marks == cv2.GC_PR_FGD)


def _without_specks(mask: np.ndarray) -> np.ndarray:
    """A rough outline made even: no small pieces, no small holes, no single points."""
    even = _smooth(mask).astype(np.uint8)
    for value in (1, 0):
        _, pieces, stats, _ = cv2.connectedComponentsWithStats((even == value).astype(np.uint8))
        areas = stats[:, cv2.CC_STAT_AREA]
        if len(areas) > 1:
            small = np.flatnonzero(areas < _SPECK * areas[1:].max())
            even[np.isin(pieces, small[small > 0])] = 1 - value
    return even > 0


def _main_pieces(mask: np.ndarray, closer: np.ndarray) -> np.ndarray:
    """The pieces that stand out in the closer look, which is at one object alone."""
    count, pieces = cv2.connectedComponents(mask.astype(np.uint8))
    means = [closer[pieces == place].mean() if place else 0.0 for place in range(count)]
    return np.array([mean > _LIKELY for mean in means])[pieces]


def _smooth(mask: np.ndarray) -> np.ndarray:
    """An outline without teeth; what is thinner than half of _EVEN is gone."""
    return cv2.medianBlur(mask.astype(np.uint8), _EVEN) > 0


def _around(under: np.ndarray, margin: float) -> tuple[slice, slice]:
    rows, columns = (np.flatnonzero(under.any(axis=axis)) for axis in (1, 0))
    wide = int(margin) + 2
    return (
        slice(max(0, rows[0] - wide), rows[-1] + wide + 1),
        slice(max(0, columns[0] - wide), columns[-1] + wide + 1),
    )


def _through(glass: np.ndarray) -> np.ndarray:
    """(H, W) float32: by how much the glass leaves each point opaque."""
    return 1 - (1 - GLASS) * cv2.GaussianBlur(glass.astype(np.float32), (0, 0), 1.5)


def _box(mask: np.ndarray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Where a mask lies in a picture of that size: left, top, right, bottom, px."""
    height, width = mask.shape
    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    across, down = size[0] / width, size[1] / height
    return (
        int(columns[0] * across),
        int(rows[0] * down),
        min(size[0], -int(-(columns[-1] + 1) * across // 1)),
        min(size[1], -int(-(rows[-1] + 1) * down // 1)),
    )


def _enlarged(
    small: Image.Image, size: tuple[int, int], box: tuple[int, int, int, int]
) -> np.ndarray:
    """(H, W) float32 in [0, 1]: a box of a small L picture made as large as `size`."""
    scale = (small.width / size[0], small.height / size[1])
    left, top, right, bottom = (side * by for side, by in zip(box, scale * 2, strict=True))
    exact = (left, top, min(right, small.width), min(bottom, small.height))
    wide, high = box[2] - box[0], box[3] - box[1]
    part = small.resize((wide, high), Image.Resampling.BILINEAR, exact)
    return np.asarray(part, np.float32) / 255


def _on_its_shadow(car: Image.Image) -> Image.Image:
    """The picture with as much room around the car as its shadow takes, and the shadow there."""
    small = car.getchannel("A")
    small.thumbnail((WORKING_SIDE, WORKING_SIDE), Image.Resampling.BOX)
    scale = car.width / small.width
    alpha = np.asarray(small, np.float32) / 255
    if not (alpha > 0.5).any():
        return car
    room = int(3 * ground_shadow.depth_of(ground_shadow.ground_line(alpha))) + 1
    alpha = np.pad(alpha, ((0, room), (room, room)))
    ground = ground_shadow.ground_line(alpha)
    dark = ground_shadow.shadow(alpha.shape, ground).point(lambda value: round(SHADOW * value))
    margin = round(room * scale)
    size = (car.width + 2 * margin, car.height + margin)
    frame = Image.new("RGBA", size)
    frame.putalpha(dark.resize(size, Image.Resampling.BICUBIC))
    frame.alpha_composite(car, (margin, 0))
    return frame.crop(frame.getbbox())
