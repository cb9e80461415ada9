"""Wheels in pictures: are the asked car's two round, and are there more than two?

A wheel of the artist is a bright rim within a dark tyre. Along rays from its middle the place
where bright turns dark is looked for; a circle is laid through those places.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from training.minibase.artist import SceneSpec, vehicle_box
from training.minibase.artist.cars import BODIES, HALF_LENGTH

RIM = 0.68  # the rim's edge, as a share of the wheel's radius
RAYS = 32
# Drawn wheels keep four in five edges within 0.03 of a circle, decoded ones within 0.045; wheels
# squeezed by a quarter 0.1.
ROUND, ROUNDISH = 0.055, 0.12
LEAST_RAYS = 0.8  # share of rays that must agree with a circle, and show a step
LEAST_STEP = 20.0  # grey levels from rim to tyre, for a ray to count
LEAST_WHEEL = 34.0  # mean step around a circle, for something to be a wheel at all

_ANGLES = np.arange(RAYS) * 2 * np.pi / RAYS
_COS, _SIN = np.cos(_ANGLES), np.sin(_ANGLES)


@dataclass(frozen=True)
class Wheel:
    """Middle and radius in pixels."""

    x: float
    y: float
    radius: float


def asked_wheels(spec: SceneSpec, size: tuple[int, int]) -> list[Wheel]:
    """Return where the artist puts the car's wheels in a picture of (width, height)."""
    left, _, right, bottom = vehicle_box(spec, size)
    body, nose = BODIES[spec.vehicle], 1 if spec.facing == "right" else -1
    scale = (right - left) * size[0] / (2 * HALF_LENGTH)
    middle, foot = (left + right) / 2 * size[0], bottom * size[1]
    y = foot - (body.radius - 0.5) * scale
    return [Wheel(middle + nose * x * scale, y, body.radius * scale) for x in body.wheels]


def round_wheels(image: Image.Image, spec: SceneSpec) -> int:
    """Return how many of the asked car's two wheels are found, and round, near their places."""
    grey = _grey(image)
    places = asked_wheels(spec, image.size)
    return sum(_roughness(grey, _nearest(grey, place), place) < ROUND for place in places)


def wheel_count(image: Image.Image, spec: SceneSpec) -> int:
    """Return how many wheels stand at the height of the asked car's, anywhere in the frame."""
    grey, expected = _grey(image), asked_wheels(spec, image.size)[0]
    reach, ys, radii = expected.radius * RIM + 2, expected.y + np.arange(-5.0, 6), _radii(expected)
    xs = np.arange(reach, image.width - reach)
    score = _steps(grey, xs, ys, radii)
    best = score.max((1, 2))
    centres = []
    for index in np.argsort(-best):
        if best[index] < LEAST_WHEEL:
            break
        if any(abs(xs[index] - other) < 2 * expected.radius for other in centres):
            continue
        row, size = np.unravel_index(score[index].argmax(), score.shape[1:])
        circle = Wheel(xs[index], ys[row], radii[size])
        if _roughness(grey, circle, expected) < ROUNDISH:
            centres.append(circle.x)
    return len(centres)


def _grey(image: Image.Image) -> np.ndarray:
    return np.asarray(image.convert("L"), np.float32)


def _radii(wheel: Wheel) -> np.ndarray:
    return wheel.radius * RIM * np.array([0.85, 0.95, 1.05, 1.15])


def _at(grey: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Return grey values between pixels; outside, those of the frame's edge."""
    x = np.clip(x, 0, grey.shape[1] - 1.001)
    y = np.clip(y, 0, grey.shape[0] - 1.001)
    column, row = x.astype(int), y.astype(int)
    right, down = x - column, y - row
    upper = grey[row, column] * (1 - right) + grey[row, column + 1] * right
    lower = grey[row + 1, column] * (1 - right) + grey[row + 1, column + 1] * right
    return upper * (1 - down) + lower * down


def _steps(grey: np.ndarray, xs: np.ndarray, ys: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return (X, Y, R) mean steps from bright to dark outwards across circles."""
    x, y = xs[:, None, None, None], ys[None, :, None, None]
    r = radii[None, None, :, None]
    inner, outer = (_at(grey, x + k * _COS, y + k * _SIN) for k in (r - 1.5, r + 1.5))
    return np.clip(inner - outer, -40, 80).mean(-1)


def _nearest(grey: np.ndarray, wheel: Wheel) -> Wheel:
    """Return the strongest circle near the wheel's place."""
    xs, ys, radii = wheel.x + np.arange(-9.0, 10), wheel.y + np.arange(-5.0, 6), _radii(wheel)
    score = _steps(grey, xs, ys, radii)
    i, j, k = np.unravel_index(score.argmax(), score.shape)
    return Wheel(xs[i], ys[j], radii[k])


def _roughness(grey: np.ndarray, circle: Wheel, expected: Wheel) -> float:
    """Return how far four in five edges lie from one circle, as a share of its radius.

    Infinite if too few rays show an edge, or the circle is not of about the wanted size.
    """
    reach = np.arange(0.5 * circle.radius, 1.5 * circle.radius, 0.25)
    along = _at(grey, circle.x + reach[:, None] * _COS, circle.y + reach[:, None] * _SIN)
    width = 6  # places, that is 1.5 pixels to either side
    step = along[: -2 * width] - along[2 * width :]
    if (step.max(0) > LEAST_STEP).mean() < LEAST_RAYS:
        return float("inf")
    far = reach[step.argmax(0) + width]
    points = np.stack([circle.x + far * _COS, circle.y + far * _SIN], 1)
    fitted = _circle_through(points)
    if abs(fitted.radius / (expected.radius * RIM) - 1) > 0.2:
        return float("inf")
    off = np.hypot(points[:, 0] - fitted.x, points[:, 1] - fitted.y) / fitted.radius - 1
    return float(np.quantile(np.abs(off), LEAST_RAYS))


def _circle_through(points: np.ndarray) -> Wheel:
    """Return the circle of least squares (Kasa), once more without the worst fifth."""
    for _ in range(2):
        system = np.column_stack([2 * points, np.ones(len(points))])
        x, y, rest = np.linalg.lstsq(system, (points**2).sum(1), rcond=None)[0]
        circle = Wheel(x, y, float(np.sqrt(max(1e-6, rest + x * x + y * y))))
        off = np.abs(np.hypot(points[:, 0] - x, points[:, 1] - y) - circle.radius)
        points = points[np.argsort(off)[: max(6, int(len(points) * 0.8))]]
    return circle
