"""Wheels: a tyre of revolution and a rim whose spokes stand out from a dark dish."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallery.demo.vehicles.bodies import Body, Rim
from gallery.demo.vehicles.fields import smooth_min, smoothstep
from gallery.demo.vehicles.trace import Camera

TYRE_WIDTH = 0.235  # m
TYRE, RIM_FACE, RIM_SIDE, DISC, CALIPER, DARK = range(6)
_STEP = 0.004  # m of the ray between two looks at the rim


@dataclass(frozen=True)
class Wheel:
    """One wheel; y counts outwards from its middle plane."""

    body: Body
    x: float
    y: float  # of its middle plane
    outward: float  # 1 on the near side, -1 on the far side

    def local(self, x, y, z):
        return (
            x - np.float32(self.x),
            (y - np.float32(self.y)) * np.float32(self.outward),
            (z - np.float32(self.body.wheel_radius)),
        )


def wheels_of(body: Body) -> list[Wheel]:
    """The four wheels, the far ones first."""
    middle = body.half_width - 0.022 - TYRE_WIDTH / 2
    return [
        Wheel(body, end * body.axle, side * middle, side) for side in (-1.0, 1.0) for end in (-1, 1)
    ]


def field(wheel: Wheel, x, y, z):
    """Distance to tyre and rim together, metres; x, y, z in the wheel's own frame."""
    r = np.sqrt(x * x + z * z)
    return np.minimum(_tyre(wheel.body, r, y), _rim(wheel.body, x, y, z, r))


def _tyre(body: Body, r, y):
    outer, inner = body.wheel_radius, body.wheel_radius * body.rim.share - 0.004
    corner = np.float32(0.045)
    middle, half = np.float32((outer + inner) / 2), np.float32((outer - inner) / 2)
    # The side wall bulges, and shallow rings run around it.
    share = np.clip((r - middle) / half, -1, 1)
    width = np.float32(TYRE_WIDTH / 2) - np.float32(0.010) * share * share
    width = width + np.float32(0.0012) * np.clip(np.sin((r - middle) * 420) * 3, -1, 1)
    across = np.abs(y) - width + corner
    along = np.abs(r - middle) - half + corner
    outside = np.sqrt(np.maximum(across, 0) ** 2 + np.maximum(along, 0) ** 2)
    return outside + np.minimum(np.maximum(across, along), 0) - corner


def spoke_distance(rim: Rim, radius: float, x, z):
    """Distance in the plane of the rim to the nearest spoke, metres, negative on it."""
    r = np.sqrt(x * x + z * z)
    sector = 2 * np.pi / rim.spokes
    angle = np.arctan2(x, z)
    fold = np.abs((angle + sector / 2) % sector - sector / 2)
    along, aside = r * np.cos(fold), r * np.sin(fold)
    at_hub, at_rim, wide, narrow = rim.arm
    share = np.clip(along / np.float32(radius), 0, 1)
    centre = at_hub + (at_rim - at_hub) * share
    half = wide + (narrow - wide) * share
    arms = np.abs(aside - centre) - half
    hub = r - np.float32(0.052)
    return smooth_min(arms, hub, np.float32(0.02))


def _rim_face(body: Body, r):
    """y of the spokes' outer face: a shallow dish, its hub a little forward again."""
    radius = np.float32(body.wheel_radius * body.rim.share)
    share = np.clip(r / radius, 0, 1)
    return np.float32(TYRE_WIDTH / 2 - 0.012) - np.float32(0.026) * (1 - share**2) ** 1.5


def rim_parts(body: Body, x, y, z, r):
    """Height field of the rim: (outer surface y, distance to a spoke, distance to the lip)."""
    radius = body.wheel_radius * body.rim.share
    spoke = spoke_distance(body.rim, radius, x, z)
    lip = np.abs(r - np.float32(radius - 0.006)) - np.float32(0.010)
    solid = np.minimum(spoke, lip)
    face = _rim_face(body, r)
    bevel = np.clip((solid + np.float32(0.013)) / np.float32(0.013), 0, 1)
    face = face - np.float32(0.0055) * bevel * bevel
    deep = np.where(r < 0.175, np.float32(0.005), np.float32(-0.05))
    caliper = _caliper(x, z, r)
    deep = np.where(caliper < 0, np.float32(0.04), deep)
    cut = smoothstep(0.0, 0.006, solid)
    cap = np.float32(0.006) * smoothstep(0.034, 0.030, r)
    return face * (1 - cut) + deep * cut + cap, spoke, lip


def _caliper(x, z, r):
    angle = np.abs(np.arctan2(z, x) - np.float32(2.5))
    return np.maximum(np.abs(r - np.float32(0.155)) - np.float32(0.035), (angle - 0.42) * 0.15)


def _rim(body: Body, x, y, z, r):
    surface, _, _ = rim_parts(body, x, y, z, r)
    disc = np.maximum(y - surface, r - np.float32(body.wheel_radius * body.rim.share + 0.002))
    return np.maximum(disc, -y - np.float32(0.09))


def trace(wheel: Wheel, camera: Camera, width: int, height: int, depth: np.ndarray):
    """Where the wheel stands before `depth`: flat pixel indices and its depth there, metres."""
    reach = wheel.body.wheel_radius + 0.01
    corners = np.array(
        [
            (wheel.x + i * reach, wheel.y + j * 0.13, wheel.body.wheel_radius + k * reach)
            for i in (-1, 1)
            for j in (-1, 1)
            for k in (-1, 1)
        ]
    ).T
    u, v = camera.project(corners)
    left, right = int(max(0, u.min() * width)), int(min(width, u.max() * width + 1))
    top, bottom = int(max(0, v.min() * height)), int(min(height, v.max() * height + 1))
    columns, rows = np.meshgrid(np.arange(left, right), np.arange(top, bottom))
    pixels = (rows * width + columns).ravel()
    eye, to = camera.rays((columns.ravel() + 0.5) / width, (rows.ravel() + 0.5) / height)
    near = (wheel.y + 0.135 - eye[1]) / to[1]  # the plane just before it
    distances = _march(wheel, eye, to, near.astype(np.float32), depth.ravel()[pixels])
    hit = np.isfinite(distances)
    return pixels[hit], distances[hit]


def _march(wheel: Wheel, eye, to, start, limit):
    """Equal steps until the field turns negative, then halving; the rim's walls are too steep for
    sphere tracing. Steps across free space are long."""
    distances = np.full(len(start), np.inf, np.float32)
    before, t = start.copy(), start.copy()
    active = np.flatnonzero(start < limit)
    for _ in range(120):
        if not len(active):
            break
        at = t[active]
        x, y, z = wheel.local(*(eye[k] + to[k, active] * at for k in range(3)))
        gap = field(wheel, x, y, z)
        inside = gap < 0
        distances[active[inside]] = at[inside]
        step = np.where(inside, 0, np.maximum(_STEP, gap * np.float32(0.3)))
        before[active] = np.where(inside, before[active], at)
        t[active] = at + step
        keep = ~inside & (t[active] < limit[active]) & (at < start[active] + np.float32(0.36))
        active = active[keep]
    hit = np.flatnonzero(np.isfinite(distances))
    low, high = before[hit], distances[hit].copy()
    for _ in range(9):
        middle = (low + high) / 2
        x, y, z = wheel.local(*(eye[k] + to[k, hit] * middle for k in range(3)))
        inside = field(wheel, x, y, z) < 0
        high = np.where(inside, middle, high)
        low = np.where(inside, low, middle)
    distances[hit] = high
    distances[distances >= limit] = np.inf
    return distances


def normal(wheel: Wheel, x, y, z, step: float = 0.0012):
    """Outward unit normals (3, N) in the car's frame, for points in the car's frame."""
    x, y, z = wheel.local(x, y, z)
    parts = []
    for axis in range(3):
        ends = []
        for sign in (step, -step):
            point = [x, y, z]
            point[axis] = point[axis] + np.float32(sign)
            ends.append(field(wheel, *point))
        parts.append(ends[0] - ends[1])
    vector = np.stack(parts)
    vector[1] *= wheel.outward
    return vector / np.maximum(np.sqrt((vector**2).sum(axis=0)), 1e-9)


def material(wheel: Wheel, x, y, z):
    """What is seen at points in the car's frame: TYRE, RIM_FACE, … as (N,) uint8."""
    x, y, z = wheel.local(x, y, z)
    r = np.sqrt(x * x + z * z)
    surface, spoke, lip = rim_parts(wheel.body, x, y, z, r)
    solid = np.minimum(spoke, lip)
    kind = np.full(len(x), DARK, np.uint8)
    kind[(r < 0.172) & (y < 0.02)] = DISC
    kind[(_caliper(x, z, r) < 0.004) & (solid > 0.004)] = CALIPER
    kind[solid < 0.005] = RIM_SIDE
    kind[solid < -0.0012] = RIM_FACE
    kind[y < -0.02] = DARK
    kind[_tyre(wheel.body, r, y) < _rim(wheel.body, x, y, z, r)] = TYRE
    return kind


def open_share(wheel: Wheel, x, y, z):
    """How much light reaches a point of the wheel, 0 to 1: little deep behind the spokes."""
    x, y, z = wheel.local(x, y, z)
    r = np.sqrt(x * x + z * z)
    share = smoothstep(-0.03, TYRE_WIDTH / 2 - 0.02, y)
    # Under the arch the tyre's top is dark.
    radius = np.float32(wheel.body.wheel_radius)
    under = smoothstep(0.78, 1.0, r / radius) * smoothstep(0.0, 0.55, z / radius)
    return (0.12 + 0.88 * share) * (1 - 0.7 * under)
