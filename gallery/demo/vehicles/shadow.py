"""The shadow on the ground: dark where a tyre stands, soft under the floor, faint around."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter

from gallery.demo.vehicles.curves import Sheet
from gallery.demo.vehicles.form import Form
from gallery.demo.vehicles.trace import Camera
from gallery.demo.vehicles.wheels import TYRE_WIDTH, wheels_of

_STEP = 0.01  # m


def shadow(form: Form, camera: Camera, width: int, height: int) -> np.ndarray:
    """(height, width) float32, 0 to 1: how much light the ground loses, also below the car."""
    table = _on_ground(form)
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    eye, to = camera.rays((columns.ravel() + 0.5) / width, (rows.ravel() + 0.5) / height)
    down = to[2] < -1e-4
    reach = np.where(down, eye[2] / np.maximum(-to[2], 1e-4), 0)
    near = down & (reach < 26)
    out = np.zeros(len(down), np.float32)
    at = np.flatnonzero(near)
    out[at] = table(eye[0] + to[0, at] * reach[at], eye[1] + to[1, at] * reach[at])
    return np.minimum(out, 1).reshape(height, width)


def _on_ground(form: Form) -> Sheet:
    body = form.body
    xs = np.arange(-4, 4, _STEP, dtype=np.float32)
    ys = np.arange(-2.2, 2.2, _STEP, dtype=np.float32)
    x, y = np.meshgrid(xs, ys, indexing="ij")
    height = np.full_like(x, body.clearance + 0.12)
    floor = (form.lower(x, np.abs(y), height) < 0.02).astype(np.float32)
    tyres = np.zeros_like(x)
    for wheel in wheels_of(body):
        along, across = np.abs(x - wheel.x), np.abs(y - wheel.y)
        tyres[(along < 0.11) & (across < TYRE_WIDTH / 2 - 0.02)] = 1
    wide = gaussian_filter(floor, 0.30 / _STEP)
    close = gaussian_filter(floor, 0.10 / _STEP)
    touch = gaussian_filter(tyres, 0.035 / _STEP)
    light = (1 - 0.40 * wide) * (1 - 0.72 * close) * (1 - 0.80 * touch)
    return Sheet((1 - light).astype(np.float32), float(xs[0]), float(ys[0]), _STEP, _STEP)
