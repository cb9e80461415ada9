"""What several places share: the height of things, the sky, the water."""

from __future__ import annotations

import random

from training.minibase.artist.brush import Brush, mix

_FULL_GROUND = 194.0  # the ground line of a square picture, for which heights are given


def stretch(ground: float, low: float = 0.72, high: float = 1.3) -> float:
    """How much taller or lower than in a square picture things may stand."""
    return min(high, max(low, ground / _FULL_GROUND))


def sky(brush: Brush, ground: float, rng: random.Random, *, sun_at: float = 0.8) -> None:
    """The sky down to the ground, with sun or moon at a share of the width, and clouds by day."""
    brush.gradient(0, ground, brush.sky_top, brush.sky_bottom)
    if brush.rain:
        return
    x, v = brush.width * sun_at + rng.uniform(-4, 4), stretch(ground)
    if brush.time == "day":
        for cx, cy, half in ((0.22, 34, 26), (0.58, 22, 20)):
            _cloud(brush, brush.width * cx + rng.uniform(-8, 8), cy, half, v)
        brush.disc(x, 34 * v, 12, (255, 246, 206))
    elif brush.time == "sunset":
        brush.disc(x, 96 * v, 22, mix(brush.sky_bottom, (255, 226, 150), 0.5))
        brush.disc(x, 96 * v, 16, (255, 232, 160))
    else:
        brush.disc(x, 34 * v, 11, (238, 238, 220))


def _cloud(brush: Brush, cx: float, cy: float, half: float, v: float) -> None:
    white = mix(brush.sky_bottom, (255, 255, 255), 0.55)
    for dx, dy, r in ((-0.6, 2, 0.32), (0, 0, 0.44), (0.6, 2.5, 0.3)):
        brush.ellipse(
            cx + (dx - r) * half,
            (cy + dy) * v - r * half * 0.55,
            cx + (dx + r) * half,
            (cy + dy) * v + r * half * 0.45,
            white,
        )


def water(brush: Brush, top: float, bottom: float, rng: random.Random, glints) -> None:
    """Water between two heights, with short lines of light in one of the colours `glints`."""
    deep = {"day": (62, 134, 172), "sunset": (120, 104, 132), "night": (34, 56, 110)}[brush.time]
    near = brush.lit(deep) if not brush.night else (16, 26, 62)
    brush.gradient(top, bottom, mix(near, brush.sky_bottom, 0.45), near)
    for _ in range(int(brush.width / 16)):
        x, y = rng.uniform(0, brush.width), rng.uniform(top + 4, bottom - 3)
        half = rng.uniform(4, 10)
        brush.line([(x - half, y), (x + half, y)], rng.choice(glints), 1.3)
