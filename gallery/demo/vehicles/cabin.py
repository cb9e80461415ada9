"""What is seen through the glass: seats, dashboard, steering wheel, and the windows behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallery.demo.vehicles.details import Details
from gallery.demo.vehicles.fields import rounded_box, smooth_max, smoothstep
from gallery.demo.vehicles.form import Form


@dataclass(frozen=True)
class Inside:
    """Per ray through the glass: how bright the thing it meets is (0 to 1), and how much of the
    light beyond the far glass reaches it (0 to 1)."""

    tone: np.ndarray
    through: np.ndarray


def look_in(form: Form, details: Details, points, to, driver: float) -> Inside:
    """Follow rays from points on the glass, both (3, N); driver: 1 sits near the lens, -1 far."""
    furniture = _furniture(form, details, driver)

    def field(x, y, z):
        return np.minimum(furniture(x, y, z), -form.cabin(x, np.abs(y), z))

    t = np.full(points.shape[1], 0.06, np.float32)
    active = np.arange(len(t))
    for _ in range(36):
        at = points[:, active] + to[:, active] * t[active]
        gap = field(*at)
        t[active] += np.maximum(gap, 0.004) * np.float32(0.9)
        active = active[(gap > 0.006) & (t[active] < 4.5)]
        if not len(active):
            break
    x, y, z = points + to * t
    on_thing = furniture(x, y, z) < 0.03
    wall = ~on_thing
    through = np.zeros(len(t), np.float32)
    through[wall] = _window_share(form, details, x[wall], y[wall], z[wall])
    tone = np.full(len(t), 0.03, np.float32)
    step = np.float32(0.01)
    rise = (furniture(x, y, z + step) - furniture(x, y, z - step)) / (2 * step)
    near = (furniture(x, y + step, z) - furniture(x, y - step, z)) / (2 * step)
    front = (furniture(x + step, y, z) - furniture(x - step, y, z)) / (2 * step)
    lit = 0.25 + 0.5 * np.clip(rise, 0, 1) + 0.25 * np.clip(near, 0, 1) + 0.2 * np.clip(front, 0, 1)
    tone[on_thing] = (0.16 * lit)[on_thing]
    return Inside(tone, through)


def _furniture(form: Form, details: Details, driver: float):
    post = details.posts[0][0]
    belt = float(form.top(np.array([post], np.float32))[0])
    roof = float(form.roof(np.array([post], np.float32))[0])
    rest = belt + min(0.58 * (roof - belt), 0.38)
    rows = [post - 0.03, post - 0.98]
    if len(details.posts) > 2:  # a third row
        rows.append(post - 1.78)
    dash, wheel = details.header + 0.62, details.header + 0.30

    def field(x, y, z):
        a = np.abs(y) - np.float32(0.37)
        near = np.float32(np.inf)
        for row in rows:
            lean = x - np.float32(row) + np.float32(0.22) * (z - np.float32(belt))
            back = rounded_box(lean, a, z - np.float32(belt - 0.14), (0.075, 0.23, 0.36), 0.06)
            head = rounded_box(lean, a, z - np.float32(rest), (0.05, 0.13, 0.085), 0.045)
            near = np.minimum(near, np.minimum(back, head))
        board = rounded_box(
            x - np.float32(dash), y, z - np.float32(belt - 0.13), (0.34, 0.78, 0.13), 0.06
        )
        ring = _steering_wheel(
            x - np.float32(wheel), y - np.float32(0.37 * driver), z - np.float32(belt + 0.03)
        )
        return np.minimum(np.minimum(near, board), ring)

    return field


def _steering_wheel(x, y, z):
    along = z * np.float32(0.94) - x * np.float32(0.34)
    across = x * np.float32(0.94) + z * np.float32(0.34)
    ring = np.sqrt(y * y + along * along) - np.float32(0.175)
    return np.sqrt(ring * ring + across * across) - np.float32(0.019)


def _window_share(form: Form, details: Details, x, y, z):
    """Whether a point of the cabin's wall is glass, softly, 0 to 1."""
    a = np.abs(y)
    side, top, _ = form.cabin_faces(x, a, z)
    foot = form.top(x) + np.float32(0.015)
    (x0, z0), (x1, _) = details.pillar_line
    rear = x0 + (z - z0) * 0.5
    on_side = smooth_max(top + np.float32(0.075), np.maximum(foot - z, rear - x), np.float32(0.04))
    posts = np.full_like(x, 1)
    for place, lean, half in details.posts:
        posts = np.minimum(posts, np.abs(x - place - lean * (z - 1)) - np.float32(half))
    on_side = np.maximum(on_side, -posts)
    on_top = np.maximum(side + np.float32(0.06), foot - z)
    on_top = np.maximum(on_top, np.minimum(details.header - x, x - x1 + 0.25))
    glass = np.where(side > top, on_side, on_top)
    return 1 - smoothstep(-0.006, 0.006, glass)
