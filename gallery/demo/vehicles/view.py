"""What the lens sees of a car, before any light or colour: one entry per pixel it covers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from gallery.demo.vehicles import shadow, trace, wheels
from gallery.demo.vehicles import skin as skins
from gallery.demo.vehicles.bodies import BODIES
from gallery.demo.vehicles.details import DETAILS
from gallery.demo.vehicles.form import Form, form_of
from gallery.demo.vehicles.skin import Drawing
from gallery.demo.vehicles.trace import Camera

MARGIN = 0.011  # of the picture's width, on each side of the car
_NEAR, _FAR = 10.0, 20.0  # m along a ray between which the car stands


@dataclass
class View:
    """A car in front of a lens; N pixels are covered.

    pixels: (N,) flat indices into a picture of width x height px. points, normals, to: (3, N) in
    the car's frame, metres and unit vectors. kind: (N,) as in wheels and skin. seam, across, up,
    edge: see skin.Skin. ambient, mirrored: (N,) 0 to 1, how much diffuse light and how much of a
    reflection is not hidden by the car itself.
    """

    name: str
    form: Form
    drawing: Drawing
    camera: Camera
    width: int
    height: int
    pixels: np.ndarray
    points: np.ndarray
    normals: np.ndarray
    to: np.ndarray
    kind: np.ndarray
    seam: np.ndarray
    across: np.ndarray
    up: np.ndarray
    edge: np.ndarray
    ambient: np.ndarray
    mirrored: np.ndarray

    @cached_property
    def shadow(self) -> np.ndarray:
        """As shadow.shadow: the same in every light."""
        return shadow.shadow(self.form, self.camera, self.width, self.height)

    def parts(self, size: int = 2 * trace.BLOCK):
        """The same view in pieces of at most `size` pixels."""
        for first in range(0, len(self.pixels), size):
            part = slice(first, first + size)
            pieces = {name: getattr(self, name)[..., part] for name in _PER_PIXEL}
            yield replace(self, **pieces)


_PER_PIXEL = (
    "pixels", "points", "normals", "to", "kind", "seam", "across", "up", "edge", "ambient",
    "mirrored",
)  # fmt: skip


def view_of(name: str, width: int) -> View:
    """The vehicle `name`, its nose to the right, in a picture `width` px wide."""
    form, drawing = form_of(BODIES[name]), Drawing(BODIES[name], DETAILS[name])
    camera, height = _framed(form, width)
    depth, owner = _depths(form, camera, width, height)
    pixels = np.flatnonzero(np.isfinite(depth))
    pieces = []
    for first in range(0, len(pixels), trace.BLOCK):
        part = pixels[first : first + trace.BLOCK]
        eye, to = camera.rays((part % width + 0.5) / width, (part // width + 0.5) / height)
        points = eye[:, None] + to * depth[part]
        pieces.append((part, points, to, *_surface(form, drawing, points, to, owner[part])))
    arrays = [np.concatenate(column, axis=-1) for column in zip(*pieces, strict=True)]
    names = (
        "pixels",
        "points",
        "to",
        "normals",
        "kind",
        "seam",
        "across",
        "up",
        "edge",
        "ambient",
        "mirrored",
    )
    return View(name, form, drawing, camera, width, height, **dict(zip(names, arrays, strict=True)))


def _surface(form: Form, drawing: Drawing, points, to, owner):
    """Normals, the six fields of the skin, and how free each point is."""
    count = points.shape[1]
    normals, kind = np.empty_like(points), np.empty(count, np.uint8)
    seam, edge = np.zeros(count, np.float32), np.ones(count, np.float32)
    across, up = np.zeros_like(seam), points[2].copy()
    body = np.flatnonzero(owner == 0)
    if len(body):
        normals[:, body] = form.normal(*points[:, body])
        skin = skins.skin_of(form, drawing, *points[:, body])
        kind[body], seam[body] = skin.kind, skin.seam
        across[body], edge[body] = skin.across, skin.edge
    for number, wheel in enumerate(wheels.wheels_of(form.body), start=1):
        own = np.flatnonzero(owner == number)
        if len(own):
            normals[:, own] = wheels.normal(wheel, *points[:, own])
            kind[own] = wheels.material(wheel, *points[:, own])
    ambient, mirrored = _hidden(form, points, normals, to)
    for number, wheel in enumerate(wheels.wheels_of(form.body), start=1):
        own = np.flatnonzero(owner == number)
        if len(own):
            ambient[own] = mirrored[own] = wheels.open_share(wheel, *points[:, own])
    return normals, kind, seam, across, up, edge, ambient, mirrored


def _framed(form: Form, width: int) -> tuple[Camera, int]:
    """The camera whose window just holds the car with its shadow, and the picture's height."""
    wide = Camera()
    columns, rows = 280, 115
    depth, _ = _depths(form, wide, columns, rows)
    is_car = np.isfinite(depth).reshape(rows, columns)
    xs, ys = np.flatnonzero(is_car.any(axis=0)), np.flatnonzero(is_car.any(axis=1))
    left = wide.left + xs[0] * wide.width / columns
    right = wide.left + (xs[-1] + 1) * wide.width / columns
    top, foot = (wide.top - row * wide.tall / rows for row in (ys[0], ys[-1] + 1))
    span = (right - left) / (1 - 2 * MARGIN)
    room = span * MARGIN
    height = 2 * round((top - foot + 3.6 * room) / span * width / 2)  # to be halved evenly
    tall = height * span / width
    return replace(wide, left=left - room, top=top + room, width=span, tall=tall), height


def _depths(form: Form, camera: Camera, width: int, height: int):
    """Depth of every pixel and what is there: 0 the body, 1 to 4 a wheel."""
    depth = trace.trace(form.field, camera, width, height, _NEAR, _FAR)
    depth = _filled(depth).ravel()
    owner = np.zeros(len(depth), np.uint8)
    for number, wheel in enumerate(wheels.wheels_of(form.body), start=1):
        pixels, distances = wheels.trace(wheel, camera, width, height, depth)
        depth[pixels], owner[pixels] = distances, number
    return depth, owner


def _filled(depth):
    """The depths without pinholes: a pixel missed among hits takes its neighbours' depth."""
    around = np.pad(depth, 1, mode="edge")
    beside = np.maximum(around[1:-1, :-2], around[1:-1, 2:])
    above = np.maximum(around[:-2, 1:-1], around[2:, 1:-1])
    return np.where(np.isfinite(depth), depth, np.minimum(beside, above))


def _hidden(form: Form, points, normals, to):
    """How free each point is: to all sides, and along its mirrored ray."""
    ambient = np.zeros(points.shape[1], np.float32)
    for reach in (0.04, 0.13, 0.40):
        gap = form.field(*(points + normals * np.float32(reach)))
        ambient += np.clip(gap / np.float32(reach), 0, 1) * np.float32(1 / 3)
    mirror = to - 2 * (to * normals).sum(axis=0) * normals
    free = np.ones_like(ambient)
    for reach in (0.08, 0.25, 0.7):
        gap = form.field(*(points + mirror * np.float32(reach) + normals * np.float32(0.01)))
        free = np.minimum(free, np.clip(gap * np.float32(14 / (0.5 + reach)) + 0.35, 0, 1))
    return ambient, free
