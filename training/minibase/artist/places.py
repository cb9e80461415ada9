"""The six places: what stands behind the road, in scene units.

Each painter gets a brush and a random source for the small things a caption does not name.
`ground` is the height at which the road begins. Layouts barely move, so that a small model can
learn them; wider frames show more of the same street, never a second landmark.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable

from training.minibase.artist.brush import LAMP, Brush, mix, shade

_FULL_GROUND = 194.0  # the ground line of a square picture, for which heights are given


def _stretch(ground: float, low: float = 0.72, high: float = 1.3) -> float:
    """How much taller or lower than in a square picture things may stand."""
    return min(high, max(low, ground / _FULL_GROUND))


def _sky(brush: Brush, ground: float, rng: random.Random, *, sun_at: float = 0.8) -> None:
    brush.gradient(0, ground, brush.sky_top, brush.sky_bottom)
    if brush.rain:
        return
    x, v = brush.width * sun_at + rng.uniform(-4, 4), _stretch(ground)
    if brush.time == "day":
        for cx, cy, half in ((0.22, 34, 26), (0.58, 22, 20)):
            cx = brush.width * cx + rng.uniform(-8, 8)
            for dx, dy, r in ((-0.6, 2, 0.32), (0, 0, 0.44), (0.6, 2.5, 0.3)):
                brush.ellipse(
                    cx + (dx - r) * half,
                    (cy + dy) * v - r * half * 0.55,
                    cx + (dx + r) * half,
                    (cy + dy) * v + r * half * 0.45,
                    mix(brush.sky_bottom, (255, 255, 255), 0.55),
                )
        brush.disc(x, 34 * v, 12, (255, 246, 206))
    elif brush.time == "sunset":
        brush.disc(x, 96 * v, 22, mix(brush.sky_bottom, (255, 226, 150), 0.5))
        brush.disc(x, 96 * v, 16, (255, 232, 160))
    else:
        brush.disc(x, 34 * v, 11, (238, 238, 220))


def _water(brush: Brush, top: float, bottom: float, rng: random.Random, glints) -> None:
    deep = {"day": (62, 134, 172), "sunset": (120, 104, 132), "night": (34, 56, 110)}[brush.time]
    near = brush.lit(deep) if not brush.night else (16, 26, 62)
    brush.gradient(top, bottom, mix(near, brush.sky_bottom, 0.45), near)
    for _ in range(int(brush.width / 16)):
        x, y = rng.uniform(0, brush.width), rng.uniform(top + 4, bottom - 3)
        half = rng.uniform(4, 10)
        brush.line([(x - half, y), (x + half, y)], rng.choice(glints), 1.3)


def harbour(brush: Brush, ground: float, rng: random.Random) -> None:
    """Victoria-style harbour front with the Canton tower."""
    _sky(brush, ground, rng, sun_at=0.86)
    v, shore = _stretch(ground), ground - 32
    heights = (52, 34, 64, 40, 76, 46, 58, 30, 70, 44)
    first = rng.randrange(len(heights))
    x, index = -6.0, first
    while x < brush.width:
        tall = heights[index % len(heights)] * v
        brush.box(x, shore - tall, x + 27, shore, brush.far((134, 148, 176), 0.45))
        x, index = x + 28, index + 1
    x, index = -14.0, first + 4
    while x < brush.width:
        tall = heights[index % len(heights)] * 0.72 * v
        wall = brush.far(((112, 132, 164), (150, 146, 156))[index % 2], 0.12)
        brush.box(x, shore - tall, x + 30, shore, wall)
        pane = LAMP if brush.night else mix(wall, (255, 255, 255), 0.3)
        for row in range(int(tall // 9)):
            for column in range(4):
                if not brush.night or (row * 3 + column * 5 + index) % 4:
                    left, top = x + 4 + column * 6, shore - tall + 4 + row * 9
                    brush.box(left, top, left + 3.4, top + 4.6, pane)
        x, index = x + 32, index + 1
    _canton_tower(brush, brush.width * 0.3 + rng.uniform(-5, 5), shore + 2, v)
    glints = (
        [(236, 190, 96), (222, 92, 168), (110, 150, 230)]
        if brush.night
        else [mix(brush.sky_bottom, (255, 255, 255), 0.4), brush.far((90, 150, 186), 0.3)]
    )
    _water(brush, shore, ground - 5, rng, glints)
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


FACADES = ((240, 220, 176), (226, 158, 138), (176, 208, 186), (244, 234, 208))


def arcade(brush: Brush, ground: float, rng: random.Random) -> None:
    """A qilou street: shop houses standing on arches over the pavement."""
    v, bay = _stretch(ground), 64.0
    brush.gradient(0, ground, brush.sky_top, brush.sky_bottom)
    roof, floor_line = ground - 168 * v, ground - 82 * v
    first, start = rng.randrange(len(FACADES)), -bay / 2 + (brush.width % bay) / 2
    for index in range(int(brush.width // bay) + 3):
        left = start - bay / 2 + index * bay
        wall = brush.lit(FACADES[(index + first) % len(FACADES)])
        brush.box(left, roof, left + bay, ground, wall)
        brush.polygon(
            [
                (left + 10, roof),
                (left + 14, roof - 9),
                (left + 32, roof - 15),
                (left + 50, roof - 9),
                (left + 54, roof),
            ],
            shade(wall, 0.96),
        )
        brush.box(left, roof - 2, left + bay, roof + 5, shade(wall, 0.74))
        brush.box(left, floor_line, left + bay, floor_line + 6, shade(wall, 0.78))
        brush.box(left, floor_line + 6, left + bay, floor_line + 8, shade(wall, 0.6))
        for column in (0, 1):
            _shutter(
                brush, left + 9 + column * 25, roof + 16, floor_line - 10, wall, index + column
            )
        shop = (255, 194, 104) if brush.night else brush.lit((84, 66, 60))
        if brush.time == "sunset":
            shop = mix(shop, (255, 190, 110), 0.35)
        brush.arch(left + 9, floor_line + 15, left + bay - 9, ground, shop)
        brush.box(left + 14, ground - 24, left + bay - 14, ground, shade(shop, 0.66))
        for pier in (left - 6, left + bay - 6):
            brush.box(pier, floor_line + 8, pier + 12, ground, shade(wall, 1.06))
            brush.box(pier + 9, floor_line + 8, pier + 12, ground, shade(wall, 0.82))
            brush.box(pier - 1.5, ground - 9, pier + 13.5, ground, shade(wall, 0.7))
    brush.box(0, ground - 3, brush.width, ground, brush.lit((196, 186, 168)))


def _shutter(brush: Brush, left: float, top: float, bottom: float, wall, index: int) -> None:
    right = left + 20
    glow = brush.night and index % 3 != 1
    pane = LAMP if glow else brush.lit((92, 124, 126))
    brush.arch(left - 1.5, top - 1.5, right + 1.5, bottom, shade(wall, 0.8))
    brush.arch(left, top, right, bottom, pane)
    frame = shade(wall, 0.62)
    brush.line([(left + 10, top), (left + 10, bottom)], frame, 1.6)
    brush.line([(left, top + 12), (right, top + 12)], frame, 1.4)
    brush.line([(left, (top + 12 + bottom) / 2), (right, (top + 12 + bottom) / 2)], frame, 1.2)
    brush.box(left - 3, bottom, right + 3, bottom + 3, shade(wall, 1.05))


def teahouse(brush: Brush, ground: float, rng: random.Random) -> None:
    """A morning-tea house: green tiles, red columns, three lattice windows."""
    _sky(brush, ground, rng, sun_at=0.9)
    v, middle = _stretch(ground), brush.width / 2
    _trees(brush, ground, rng, v)
    eaves, ridge = ground - 112 * v, ground - 156 * v
    left, right = middle - 98, middle + 98
    wall = brush.lit((178, 70, 50))
    brush.box(left, eaves, right, ground, wall)
    frame = brush.lit((104, 50, 34))
    for index in range(3):
        x = left + 12 + index * 60.5
        pane = (255, 214, 124) if brush.night else brush.lit((244, 230, 196))
        if brush.time == "sunset":
            pane = mix(pane, LAMP, 0.3)
        brush.box(x, eaves + 20, x + 51, ground - 16, pane)
        for bar in range(7):
            bx = x + bar * 8.5
            brush.line([(bx, eaves + 20), (bx, ground - 16)], frame, 1.7)
        span = ground - 16 - eaves - 20
        for bar in range(8):
            by = eaves + 20 + bar * span / 7
            brush.line([(x, by), (x + 51, by)], frame, 1.7)
    for index in range(4):
        x = left + 1 + index * 61.5
        brush.box(x, eaves, x + 9, ground, brush.lit((150, 40, 34)))
        brush.box(x, eaves, x + 3, ground, brush.lit((184, 58, 46)))
    brush.box(left - 6, ground - 8, right + 6, ground, brush.lit((176, 168, 156)))
    roof = brush.lit((48, 118, 92))
    brush.polygon(
        [
            (left - 24, eaves - 12),
            (left - 10, eaves + 6),
            (right + 10, eaves + 6),
            (right + 24, eaves - 12),
            (right - 4, eaves - 16),
            (right - 30, ridge + 6),
            (left + 30, ridge + 6),
            (left + 4, eaves - 16),
        ],
        roof,
    )
    for index in range(19):
        share = index / 18
        foot, head = left - 4 + share * (right - left + 8), left + 34 + share * (right - left - 68)
        brush.line([(foot, eaves + 4), (head, ridge + 8)], shade(roof, 0.72), 1.4)
    brush.box(left + 26, ridge, right - 26, ridge + 8, shade(roof, 0.62))
    brush.box(left - 10, eaves + 3, right + 10, eaves + 8, shade(roof, 0.55))
    brush.box(middle - 26, eaves + 2, middle + 26, eaves + 17, brush.lit((44, 30, 30)))
    gold = (238, 190, 92) if brush.night else brush.lit((232, 184, 84))
    for index in range(3):
        x = middle - 17 + index * 14
        brush.box(x - 3, eaves + 5, x + 3, eaves + 14, gold)


def _trees(brush: Brush, ground: float, rng: random.Random, v: float) -> None:
    for side in (-1, 1):
        reach = 96.0
        while reach < brush.width / 2 + 30:
            x = brush.width / 2 + side * (reach + rng.uniform(-4, 4))
            green = brush.far((62, 116, 74), 0.15)
            brush.disc(x, ground - 52 * v, 28, green)
            brush.disc(x + side * 12, ground - 30 * v, 26, shade(green, 0.86))
            reach += 38


def bridge(brush: Brush, ground: float, rng: random.Random) -> None:
    """A long cable-stayed bridge across the sea."""
    _sky(brush, ground, rng, sun_at=0.5)
    v, horizon, middle = _stretch(ground), ground - 62, brush.width / 2
    hill = brush.far((96, 132, 132), 0.4)
    brush.polygon(
        [(0, horizon), (0, horizon - 12), (middle - 84, horizon - 26), (middle - 34, horizon)], hill
    )
    brush.polygon(
        [
            (middle + 40, horizon),
            (middle + 92, horizon - 22),
            (brush.width, horizon - 14),
            (brush.width, horizon),
        ],
        hill,
    )
    glints = (
        [(150, 164, 220), (238, 196, 116)]
        if brush.night
        else [mix(brush.sky_bottom, (255, 255, 255), 0.4)]
    )
    _water(brush, horizon, ground - 5, rng, glints)
    steel = (198, 206, 236) if brush.night else brush.lit((240, 240, 238))
    deck, shift = ground - 44, rng.uniform(-4, 4)
    for x in (middle - 62 + shift, middle + 62 + shift):
        top = deck - 112 * v
        for cable in range(1, 9):
            for side in (-1, 1):
                brush.line(
                    [(x, top + 4 + cable * 4 * v), (x + side * cable * 7.2, deck)],
                    mix(steel, brush.sky_bottom, 0.25),
                    1.0,
                )
        brush.polygon(
            [(x - 5.5, ground - 14), (x - 2, top), (x + 2, top), (x + 5.5, ground - 14)], steel
        )
        brush.box(x - 9, ground - 18, x + 9, ground - 11, shade(steel, 0.8))
    brush.box(0, deck, brush.width, deck + 6, steel)
    brush.box(0, deck + 6, brush.width, deck + 9, shade(steel, 0.66))
    if brush.night:
        for index in range(int(brush.width // 16) + 1):
            brush.disc(index * 16 + 6, deck - 2, 1.6, LAMP)
    brush.box(0, ground - 5, brush.width, ground, brush.lit((206, 206, 202)))


def mountain(brush: Brush, ground: float, rng: random.Random) -> None:
    """A road below steep green peaks, with a striped guard rail."""
    _sky(brush, ground, rng, sun_at=0.5)
    v, middle, shift = _stretch(ground), brush.width / 2, rng.uniform(-6, 6)
    ridges = (
        (118, (118, 152, 168), 0.5, ((-170, 52), (-104, 92), (-44, 60), (56, 118), (128, 70))),
        (92, (92, 142, 122), 0.2, ((-150, 84), (-78, 112), (10, 62), (92, 96), (176, 66))),
        (46, (62, 122, 78), 0.0, ((-140, 50), (-60, 34), (30, 56), (110, 38), (190, 54))),
    )
    for width, colour, air, peaks in ridges:
        for offset, tall in peaks:
            _peak(brush, middle + offset + shift, ground, width, tall * v, brush.far(colour, air))
    for index in range(-9, 10):
        x = middle + index * 22 + 9 * math.sin(index * 2.3)
        height = 22 + 5 * math.sin(index * 1.7)
        pine = brush.lit((38, 88, 60))
        for tier in range(3):
            half, foot = 9 - tier * 2.2, ground - 4 - tier * height * 0.28
            brush.polygon([(x - half, foot), (x, foot - height * 0.5), (x + half, foot)], pine)
    brush.box(0, ground - 9, brush.width, ground - 4, brush.lit((224, 224, 220)))
    for index in range(int(brush.width // 24) + 1):
        brush.box(index * 24, ground - 9, index * 24 + 12, ground - 4, brush.lit((200, 60, 50)))
        brush.box(index * 24 + 4, ground - 4, index * 24 + 8, ground, brush.lit((120, 120, 120)))
    brush.box(0, ground - 2, brush.width, ground, brush.lit((150, 146, 132)))


def _peak(brush: Brush, x, ground, width, tall, colour) -> None:
    half = width / 2
    outline = ((-1, 0), (-0.74, 0.3), (-0.5, 0.62), (-0.24, 0.92), (0, 1))
    left = [(x + dx * half, ground - dy * tall) for dx, dy in outline]
    right = [(2 * x - px, py) for px, py in reversed(left)]
    brush.polygon(left + right, colour)
    lee = [(x, ground), (x + half * 0.12, ground - tall * 0.55), (x, ground - tall)]
    brush.polygon(lee + right, shade(colour, 0.84))


def garden(brush: Brush, ground: float, rng: random.Random) -> None:
    """A Lingnan garden: white wall with grey tiles, a round moon gate, bamboo."""
    _sky(brush, ground, rng, sun_at=0.14)
    v, middle = _stretch(ground), brush.width / 2
    top = ground - 124 * v
    for index in range(-12, 13):
        x = middle + index * 17 + rng.uniform(-2, 2)
        if abs(x - middle) > 52:
            stalk = brush.far((96, 146, 84), 0.12)
            brush.line([(x, top + 8), (x + 3, top - 30 * v)], stalk, 2.4)
            for leaf in range(4):
                y = top - 4 - leaf * 8 * v
                side = -1 if leaf % 2 else 1
                brush.polygon(
                    [(x + 2, y), (x + side * 13, y - 5), (x + side * 8, y + 3)], shade(stalk, 0.85)
                )
    wall = brush.lit((238, 234, 224))
    brush.box(0, top, brush.width, ground, wall)
    radius = min(54.0, 54 * v)
    centre = ground - 8 - radius
    brush.disc(middle, centre, radius + 6, brush.lit((150, 148, 146)))
    brush.disc(middle, centre, radius, brush.far((150, 190, 150), 0.25))
    lantern = (255, 206, 120) if brush.night else brush.lit((190, 72, 54))
    brush.polygon(
        [
            (middle - 40, centre - 4),
            (middle, centre - 30),
            (middle + 40, centre - 4),
            (middle + 32, centre),
            (middle - 32, centre),
        ],
        brush.lit((60, 84, 84)),
    )
    for x in (-26, -9, 9, 26):
        brush.box(middle + x - 2.5, centre, middle + x + 2.5, centre + 44, lantern)
    brush.box(middle - 34, centre + 26, middle + 34, centre + 44, brush.lit((86, 132, 84)))
    brush.box(
        middle - radius * 0.7,
        ground - 18,
        middle + radius * 0.7,
        ground,
        brush.lit((150, 148, 146)),
    )
    for side in (-1, 1):
        reach = 96.0
        while reach < brush.width / 2 + 40:
            _leaking_window(brush, middle + side * reach, ground - 70 * v, wall)
            reach += 72
    tiles = brush.lit((84, 92, 98))
    brush.box(0, top - 6, brush.width, top + 8, tiles)
    for index in range(int(brush.width // 8) + 1):
        brush.disc(index * 8 + 4, top + 8, 3.2, shade(tiles, 0.72))
    brush.box(0, top - 9, brush.width, top - 5, shade(tiles, 0.66))
    brush.box(0, ground - 12, brush.width, ground, brush.lit((140, 140, 138)))


def _leaking_window(brush: Brush, x: float, y: float, wall) -> None:
    points = [(x + 20 * math.cos(a), y + 20 * math.sin(a)) for a in _OCTAGON]
    pane = (255, 208, 120) if brush.night else brush.lit((96, 128, 112))
    brush.polygon(
        [(x + (px - x) * 1.18, y + (py - y) * 1.18) for px, py in points], shade(wall, 0.7)
    )
    brush.polygon(points, pane)
    for offset in (-9, 0, 9):
        brush.line([(x + offset, y - 18), (x + offset, y + 18)], shade(wall, 0.9), 1.8)
        brush.line([(x - 18, y + offset), (x + 18, y + offset)], shade(wall, 0.9), 1.8)


_OCTAGON = [math.pi / 8 + math.pi / 4 * k for k in range(8)]

PAINTERS: dict[str, Callable[[Brush, float, random.Random], None]] = {
    "harbour": harbour,
    "arcade": arcade,
    "teahouse": teahouse,
    "bridge": bridge,
    "mountain": mountain,
    "garden": garden,
}
