"""The camera, and rays that are carried to the surface.

Rays are marched by sphere tracing (Hart 1996, https://doi.org/10.1007/s003710050084), first in
coarse cones of many pixels, so that the fine rays start close to what they hit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

BLOCK = 1 << 15  # rays or points worked on at once: their arrays stay in the cache


@dataclass(frozen=True)
class Camera:
    """A long lens. Lengths in metres, angles in degrees.

    The picture is a window in the plane through `centre`, which the lens looks at: left and top
    from the centre, its width and tall downwards. turn: how far the nose is turned towards the
    lens. height: of the lens over the ground.
    """

    left: float = -2.8
    top: float = 1.3
    width: float = 5.6
    tall: float = 2.3
    centre: tuple[float, float, float] = (0.0, 0.0, 0.82)
    turn: float = 26.0
    distance: float = 15.0
    height: float = 1.25

    def axes(self):
        """Eye, and the unit vectors right, up and back (towards the lens)."""
        turn = np.radians(self.turn)
        flat = np.array([np.sin(turn), np.cos(turn), 0.0]) * self.distance
        centre = np.array(self.centre)
        eye = centre + flat
        eye[2] = self.height
        back = (eye - centre) / np.linalg.norm(eye - centre)
        right = np.array([np.cos(turn), -np.sin(turn), 0.0])
        up = np.cross(right, back)  # the car's frame is left-handed: y comes towards the lens
        return eye, right, up, back

    def rays(self, columns: np.ndarray, rows: np.ndarray):
        """Eye (3,) and unit directions (3, N) through points as shares of the picture, 0 to 1."""
        eye, right, up, back = self.axes()
        far = np.linalg.norm(eye - np.array(self.centre))
        u = self.left + columns * self.width
        v = self.top - rows * self.tall
        to = right[:, None] * u + up[:, None] * v - back[:, None] * far
        to /= np.sqrt((to**2).sum(axis=0))
        return eye.astype(np.float32), to.astype(np.float32)

    def project(self, points: np.ndarray):
        """Where points (3, N) appear: columns and rows as shares of the picture."""
        eye, right, up, back = self.axes()
        away = points - eye[:, None]
        far = np.linalg.norm(eye - np.array(self.centre))
        scale = far / -(back @ away)
        across, along = (right @ away) * scale, (up @ away) * scale
        return (across - self.left) / self.width, (self.top - along) / self.tall


def march(field, eye, to, start, stop: float, radius: float, steps: int, factor: float = 0.9):
    """Carry rays on until the field is below radius. Returns depth (N,), inf where nothing is hit.

    field(x, y, z) in metres. start (N,) metres along the ray. radius: m, where a ray has arrived.
    """
    depth = start.astype(np.float32).copy()
    active = np.flatnonzero(np.isfinite(depth))
    # Most rays arrive soon; those that graze something go on together, block by block again.
    for some in (10, steps - 10):
        pieces = [active[first : first + BLOCK] for first in range(0, len(active), BLOCK)]
        remaining = [
            _advance(field, eye, to, depth, piece, stop, radius, some, factor) for piece in pieces
        ]
        active = np.concatenate(remaining) if remaining else active
    # Rays that ran out of steps run along the surface: close enough counts as a hit.
    if len(active):
        t = depth[active]
        gap = field(*(eye[k] + to[k, active] * t for k in range(3)))
        depth[active] = np.where(gap < 3 * radius, t, np.inf)
    return depth


def _advance(field, eye, to, depth, active, stop, radius, steps, factor):
    """Move the rays `active` on, in `depth`; returns those still under way."""
    for _ in range(steps):
        if not len(active):
            break
        t = depth[active]
        gap = field(*(eye[k] + to[k, active] * t for k in range(3)))
        arrived = gap < radius
        t = np.where(arrived, t, t + gap * np.float32(factor))
        is_past = t > stop
        depth[active] = np.where(is_past, np.inf, t)
        active = active[~arrived & ~is_past]
    return active


def trace(field, camera: Camera, width: int, height: int, near: float, far: float):
    """Depth of every pixel, (height, width) float32 metres, inf beside the surface.

    near, far: metres along the ray between which the surface lies.
    """
    depth, block_before = np.full(0, near, np.float32), 0
    for block in (32, 8, 2, 1):
        columns, rows = -(-width // block), -(-height // block)
        u = (np.arange(columns) + 0.5) * block / width
        v = (np.arange(rows) + 0.5) * block / height
        u, v = (side.ravel() for side in np.meshgrid(u, v))
        if not block_before:
            start = np.full(len(u), near, np.float32)
        else:
            ratio = block_before // block
            coarse = depth.reshape(-(-height // block_before), -1)
            start = coarse.repeat(ratio, axis=0).repeat(ratio, axis=1)[:rows, :columns].ravel()
        alive = np.flatnonzero(np.isfinite(start))
        eye, to = camera.rays(u[alive], v[alive])
        cone = camera.width / width * block * 0.75 if block > 1 else 0.0004
        distances = march(field, eye, to, start[alive], far, cone, 60 if block > 1 else 140)
        depth = np.full(len(u), np.inf, np.float32)
        depth[alive] = distances
        block_before = block
    return depth.reshape(height, width)
