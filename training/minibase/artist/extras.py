"""Things a caption may add to any place: lanterns, a neon sign, palms; and rain."""

from __future__ import annotations

import math
import random

from training.minibase.artist.brush import Brush, mix, shade


def lanterns(brush: Brush, ground: float, rng: random.Random) -> None:
    """Five red lanterns on a string across the top."""
    count = max(3, round(brush.width / 52))
    sag = 8.0
    cord = [(brush.width * i / 16, 8 + sag * math.sin(math.pi * i / 16)) for i in range(17)]
    brush.line(cord, brush.lit((80, 30, 24)), 1.3)
    red = (238, 44, 36) if brush.night else brush.lit((222, 34, 34))
    gold = (250, 200, 84)
    for index in range(count):
        share = (index + 0.5) / count
        x, y = brush.width * share, 12 + sag * math.sin(math.pi * share)
        brush.ellipse(x - 12, y, x + 12, y + 21, red)
        brush.ellipse(x - 5, y, x + 5, y + 21, mix(red, (255, 170, 100), 0.45))
        brush.box(x - 6, y - 1.5, x + 6, y + 2, gold)
        brush.box(x - 6, y + 19, x + 6, y + 22.5, gold)
        brush.line([(x, y + 22), (x, y + 31)], gold, 1.8)


def neon(brush: Brush, ground: float, rng: random.Random) -> None:
    """A tall shop sign at the right edge, in pink and cyan tubes."""
    right = brush.width - 10 + rng.uniform(-3, 3)
    top, bottom = ground - 150 * min(1.0, ground / 194), ground - 66
    left = right - 32
    brush.box(left, top, right, bottom, (30, 22, 52))
    pink, cyan = (255, 64, 168), (64, 240, 232)
    frame = [
        (left + 3, top + 3),
        (right - 3, top + 3),
        (right - 3, bottom - 3),
        (left + 3, bottom - 3),
    ]
    brush.line([*frame, frame[0], frame[1]], pink, 2.6)
    step = (bottom - top - 14) / 3
    for index in range(3):
        y = top + 7 + step * (index + 0.5)
        brush.line([(left + 9, y - step * 0.26), (right - 9, y - step * 0.26)], cyan, 2.6)
        brush.line([(left + 16, y - step * 0.26), (left + 16, y + step * 0.3)], cyan, 2.6)
        brush.line([(left + 10, y + step * 0.3), (right - 10, y + step * 0.3)], cyan, 2.6)


def palms(brush: Brush, ground: float, rng: random.Random) -> None:
    """Two palms, one at each edge of the frame."""
    v = min(1.2, ground / 194)
    for x in (14 + rng.uniform(-3, 3), brush.width - 14 + rng.uniform(-3, 3)):
        crown = ground - 108 * v
        trunk = brush.lit((140, 104, 70))
        brush.polygon(
            [(x - 4.5, ground + 2), (x - 2.5, crown), (x + 2.5, crown), (x + 4.5, ground + 2)],
            trunk,
        )
        leaf = brush.lit((38, 136, 74))
        for index in range(9):
            angle = math.pi * (index / 8 * 1.3 - 0.15)
            tip = (x + 34 * math.cos(angle), crown - 22 * math.sin(angle) + 12)
            middle = (x + 19 * math.cos(angle), crown - 22 * math.sin(angle) - 3)
            below = (middle[0], middle[1] + 8)
            colour = shade(leaf, 0.86 if index % 2 else 1.1)
            brush.polygon([(x, crown - 2), middle, tip, below, (x, crown + 4)], colour)


def rain(brush: Brush, rng: random.Random) -> None:
    """Slanting streaks, thin enough to leave the scene readable."""
    tone = mix(brush.sky_bottom, (226, 234, 244), 0.6)
    for _ in range(int(brush.width * brush.height / 900)):
        x, y = rng.uniform(0, brush.width + 10), rng.uniform(-10, brush.height)
        long = rng.uniform(10, 18)
        brush.line([(x, y), (x - long * 0.28, y + long)], tone, 0.7)


PAINTERS = {"lanterns": lanterns, "neon": neon, "palms": palms}
