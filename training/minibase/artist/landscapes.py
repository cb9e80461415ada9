"""Wide views: the harbour, the bridge, the mountain road."""

from __future__ import annotations

import math
import random

from training.minibase.artist.backdrop import sky, stretch, water
from training.minibase.artist.brush import LAMP, Brush, mix, shade

_SKYLINE = (52, 34, 64, 40, 76, 46, 58, 30, 70, 44)  # heights of the houses, one after the other


def harbour(brush: Brush, ground: float, rng: random.Random) -> None:
    """Victoria-style harbour front with the Canton tower."""
    sky(brush, ground, rng, sun_at=0.86)
    v, shore = stretch(ground), ground - 32
    first = rng.randrange(len(_SKYLINE))
    _far_skyline(brush, shore, first, v)
    _near_skyline(brush, shore, first + 4, v)
    _canton_tower(brush, brush.width * 0.3 + rng.uniform(-5, 5), shore + 2, v)
    glints = (
        [(236, 190, 96), (222, 92, 168), (110, 150, 230)]
        if brush.night
        else [mix(brush.sky_bottom, (255, 255, 255), 0.4), brush.far((90, 150, 186), 0.3)]
    )
    water(brush, shore, ground - 5, rng, glints)
    _railing(brush, ground)


def _far_skyline(brush: Brush, shore: float, index: int, v: float) -> None:
    x = -6.0
    while x < brush.width:
        tall = _SKYLINE[index % len(_SKYLINE)] * v
        brush.box(x, shore - tall, x + 27, shore, brush.far((134, 148, 176), 0.45))
        x, index = x + 28, index + 1


def _near_skyline(brush: Brush, shore: float, index: int, v: float) -> None:
    x = -14.0
    while x < brush.width:
        tall = _SKYLINE[index % len(_SKYLINE)] * 0.72 * v
        wall = brush.far(((112, 132, 164), (150, 146, 156))[index % 2], 0.12)
        brush.box(x, shore - tall, x + 30, shore, wall)
        _windows(brush, x, shore - tall, int(tall // 9), wall, index)
        x, index = x + 32, index + 1


def _windows(brush: Brush, x: float, roof: float, rows: int, wall, index: int) -> None:
    pane = LAMP if brush.night else mix(wall, (255, 255, 255), 0.3)
    for row in range(rows):
        for column in range(4):
            if not brush.night or (row * 3 + column * 5 + index) % 4:
                left, top = x + 4 + column * 6, roof + 4 + row * 9
                brush.box(left, top, left + 3.4, top + 4.6, pane)


def _railing(brush: Brush, ground: float) -> None:
    rail = brush.lit((214, 208, 196))
    brush.box(0, ground - 5, brush.width, ground, rail)
    for index in range(int(brush.width // 22) + 1):
        brush.box(index * 22 + 4, ground - 12, index * 22 + 7, ground, shade(rail, 0.86))
    brush.line([(0, ground - 12), (brush.width, ground - 12)], shade(rail, 0.92), 1.8)


def _canton_tower(brush: Brush, x: float, foot: float, v: float) -> None:
    tall, steps = 128 * v, 16
    for step in range(steps):
        low, high = step / steps, (step + 1) / steps
        colour = _tower_colour(brush, (low + high) / 2)
        wide, narrow = _tower_half(low), _tower_half(high)
        top, bottom = foot - tall * high, foot - tall * low
        brush.polygon(
            [(x - wide, bottom), (x - narrow, top), (x + narrow, top), (x + wide, bottom)], colour
        )
        brush.line([(x - wide, bottom), (x + narrow, top)], shade(colour, 1.35), 1.1)
        brush.line([(x + wide, bottom), (x - narrow, top)], shade(colour, 0.72), 1.1)
    brush.line([(x, foot - tall), (x, foot - tall - 28 * v)], _tower_colour(brush, 1.0), 2.4)


def _tower_half(height: float) -> float:
    """Half the tower's width at a height from 0 to 1: slim waist, wider head and foot."""
    return 4.6 + 9.4 * abs(height - 0.62) ** 1.5 * 2.0


def _tower_colour(brush: Brush, height: float):
    if brush.night:
        return mix((255, 84, 150), (120, 110, 255), height)
    return brush.far(mix((196, 84, 110), (178, 116, 150), height), 0.05)


def bridge(brush: Brush, ground: float, rng: random.Random) -> None:
    """A long cable-stayed bridge across the sea."""
    sky(brush, ground, rng, sun_at=0.5)
    _hills(brush, ground - 62)
    glints = (
        [(150, 164, 220), (238, 196, 116)]
        if brush.night
        else [mix(brush.sky_bottom, (255, 255, 255), 0.4)]
    )
    water(brush, ground - 62, ground - 5, rng, glints)
    steel = (198, 206, 236) if brush.night else brush.lit((240, 240, 238))
    deck, middle, shift = ground - 44, brush.width / 2, rng.uniform(-4, 4)
    for x in (middle - 62 + shift, middle + 62 + shift):
        _pylon(brush, x, ground, deck, steel)
    brush.box(0, deck, brush.width, deck + 6, steel)
    brush.box(0, deck + 6, brush.width, deck + 9, shade(steel, 0.66))
    if brush.night:
        for index in range(int(brush.width // 16) + 1):
            brush.disc(index * 16 + 6, deck - 2, 1.6, LAMP)
    brush.box(0, ground - 5, brush.width, ground, brush.lit((206, 206, 202)))


def _hills(brush: Brush, horizon: float) -> None:
    middle, hill = brush.width / 2, brush.far((96, 132, 132), 0.4)
    west = [(0, horizon), (0, horizon - 12), (middle - 84, horizon - 26), (middle - 34, horizon)]
    east = [(middle + 40, horizon), (middle + 92, horizon - 22)]
    east += [(brush.width, horizon - 14), (brush.width, horizon)]
    brush.polygon(west, hill)
    brush.polygon(east, hill)


def _pylon(brush: Brush, x: float, ground: float, deck: float, steel) -> None:
    v = stretch(ground)
    top = deck - 112 * v
    for cable in range(1, 9):
        for side in (-1, 1):
            ends = [(x, top + 4 + cable * 4 * v), (x + side * cable * 7.2, deck)]
            brush.line(ends, mix(steel, brush.sky_bottom, 0.25), 1.0)
    brush.polygon(
        [(x - 5.5, ground - 14), (x - 2, top), (x + 2, top), (x + 5.5, ground - 14)], steel
    )
    brush.box(x - 9, ground - 18, x + 9, ground - 11, shade(steel, 0.8))


def mountain(brush: Brush, ground: float, rng: random.Random) -> None:
    """A road below steep green peaks, with a striped guard rail."""
    sky(brush, ground, rng, sun_at=0.5)
    v, middle, shift = stretch(ground), brush.width / 2, rng.uniform(-6, 6)
    ridges = (
        (118, (118, 152, 168), 0.5, ((-170, 52), (-104, 92), (-44, 60), (56, 118), (128, 70))),
        (92, (92, 142, 122), 0.2, ((-150, 84), (-78, 112), (10, 62), (92, 96), (176, 66))),
        (46, (62, 122, 78), 0.0, ((-140, 50), (-60, 34), (30, 56), (110, 38), (190, 54))),
    )
    for width, colour, air, peaks in ridges:
        for offset, tall in peaks:
            _peak(brush, middle + offset + shift, ground, width, tall * v, brush.far(colour, air))
    _pines(brush, middle, ground)
    brush.box(0, ground - 9, brush.width, ground - 4, brush.lit((224, 224, 220)))
    for index in range(int(brush.width // 24) + 1):
        brush.box(index * 24, ground - 9, index * 24 + 12, ground - 4, brush.lit((200, 60, 50)))
        brush.box(index * 24 + 4, ground - 4, index * 24 + 8, ground, brush.lit((120, 120, 120)))
    brush.box(0, ground - 2, brush.width, ground, brush.lit((150, 146, 132)))


def _pines(brush: Brush, middle: float, ground: float) -> None:
    for index in range(-9, 10):
        x = middle + index * 22 + 9 * math.sin(index * 2.3)
        height = 22 + 5 * math.sin(index * 1.7)
        pine = brush.lit((38, 88, 60))
        for tier in range(3):
            half, foot = 9 - tier * 2.2, ground - 4 - tier * height * 0.28
            brush.polygon([(x - half, foot), (x, foot - height * 0.5), (x + half, foot)], pine)


def _peak(brush: Brush, x, ground, width, tall, colour) -> None:
    half = width / 2
    outline = ((-1, 0), (-0.74, 0.3), (-0.5, 0.62), (-0.24, 0.92), (0, 1))
    left = [(x + dx * half, ground - dy * tall) for dx, dy in outline]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    brush.polygon(left + right, colour)
    lee = [(x, ground), (x + half * 0.12, ground - tall * 0.55), (x, ground - tall)]
    brush.polygon(lee + right, shade(colour, 0.84))
