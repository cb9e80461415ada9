"""Built places: the arcade street, the tea house, the walled garden."""

from __future__ import annotations

import math
import random

from training.minibase.artist.backdrop import sky, stretch
from training.minibase.artist.brush import LAMP, Brush, mix, shade

FACADES = ((240, 220, 176), (226, 158, 138), (176, 208, 186), (244, 234, 208))
_OCTAGON = [math.pi / 8 + math.pi / 4 * k for k in range(8)]


def arcade(brush: Brush, ground: float, rng: random.Random) -> None:
    """A qilou street: shop houses standing on arches over the pavement."""
    bay = 64.0
    brush.gradient(0, ground, brush.sky_top, brush.sky_bottom)
    first, start = rng.randrange(len(FACADES)), -bay / 2 + (brush.width % bay) / 2
    for index in range(int(brush.width // bay) + 3):
        wall = brush.lit(FACADES[(index + first) % len(FACADES)])
        _shop_house(brush, start - bay / 2 + index * bay, bay, ground, wall, index)
    brush.box(0, ground - 3, brush.width, ground, brush.lit((196, 186, 168)))


def _shop_house(brush: Brush, left: float, bay: float, ground: float, wall, index: int) -> None:
    v = stretch(ground)
    roof, floor_line = ground - 168 * v, ground - 82 * v
    brush.box(left, roof, left + bay, ground, wall)
    gable = ((10, 0), (14, -9), (32, -15), (50, -9), (54, 0))
    brush.polygon([(left + x, roof + y) for x, y in gable], shade(wall, 0.96))
    brush.box(left, roof - 2, left + bay, roof + 5, shade(wall, 0.74))
    brush.box(left, floor_line, left + bay, floor_line + 6, shade(wall, 0.78))
    brush.box(left, floor_line + 6, left + bay, floor_line + 8, shade(wall, 0.6))
    for column in (0, 1):
        _shutter(brush, left + 9 + column * 25, roof + 16, floor_line - 10, wall, index + column)
    _shop(brush, left, bay, floor_line, ground)
    for pier in (left - 6, left + bay - 6):
        brush.box(pier, floor_line + 8, pier + 12, ground, shade(wall, 1.06))
        brush.box(pier + 9, floor_line + 8, pier + 12, ground, shade(wall, 0.82))
        brush.box(pier - 1.5, ground - 9, pier + 13.5, ground, shade(wall, 0.7))


def _shop(brush: Brush, left: float, bay: float, floor_line: float, ground: float) -> None:
    shop = (255, 194, 104) if brush.night else brush.lit((84, 66, 60))
    if brush.time == "sunset":
        shop = mix(shop, (255, 190, 110), 0.35)
    brush.arch(left + 9, floor_line + 15, left + bay - 9, ground, shop)
    brush.box(left + 14, ground - 24, left + bay - 14, ground, shade(shop, 0.66))


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
    sky(brush, ground, rng, sun_at=0.9)
    v, middle = stretch(ground), brush.width / 2
    _trees(brush, ground, rng, v)
    eaves, ridge = ground - 112 * v, ground - 156 * v
    left, right = middle - 98, middle + 98
    brush.box(left, eaves, right, ground, brush.lit((178, 70, 50)))
    for index in range(3):
        _lattice(brush, left + 12 + index * 60.5, eaves + 20, ground - 16)
    for index in range(4):
        x = left + 1 + index * 61.5
        brush.box(x, eaves, x + 9, ground, brush.lit((150, 40, 34)))
        brush.box(x, eaves, x + 3, ground, brush.lit((184, 58, 46)))
    brush.box(left - 6, ground - 8, right + 6, ground, brush.lit((176, 168, 156)))
    _tiled_roof(brush, left, right, eaves, ridge)
    _name_board(brush, middle, eaves)


def _lattice(brush: Brush, x: float, top: float, bottom: float) -> None:
    frame = brush.lit((104, 50, 34))
    pane = (255, 214, 124) if brush.night else brush.lit((244, 230, 196))
    if brush.time == "sunset":
        pane = mix(pane, LAMP, 0.3)
    brush.box(x, top, x + 51, bottom, pane)
    for bar in range(7):
        bx = x + bar * 8.5
        brush.line([(bx, top), (bx, bottom)], frame, 1.7)
    for bar in range(8):
        by = top + bar * (bottom - top) / 7
        brush.line([(x, by), (x + 51, by)], frame, 1.7)


def _tiled_roof(brush: Brush, left: float, right: float, eaves: float, ridge: float) -> None:
    roof = brush.lit((48, 118, 92))
    west = [(left - 24, eaves - 12), (left - 10, eaves + 6)]
    east = [(right + 10, eaves + 6), (right + 24, eaves - 12), (right - 4, eaves - 16)]
    top = [(right - 30, ridge + 6), (left + 30, ridge + 6), (left + 4, eaves - 16)]
    brush.polygon([*west, *east, *top], roof)
    for index in range(19):
        share = index / 18
        foot, head = left - 4 + share * (right - left + 8), left + 34 + share * (right - left - 68)
        brush.line([(foot, eaves + 4), (head, ridge + 8)], shade(roof, 0.72), 1.4)
    brush.box(left + 26, ridge, right - 26, ridge + 8, shade(roof, 0.62))
    brush.box(left - 10, eaves + 3, right + 10, eaves + 8, shade(roof, 0.55))


def _name_board(brush: Brush, middle: float, eaves: float) -> None:
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


def garden(brush: Brush, ground: float, rng: random.Random) -> None:
    """A Lingnan garden: white wall with grey tiles, a round moon gate, bamboo."""
    sky(brush, ground, rng, sun_at=0.14)
    v, middle = stretch(ground), brush.width / 2
    top = ground - 124 * v
    _bamboo(brush, middle, top, rng, v)
    wall = brush.lit((238, 234, 224))
    brush.box(0, top, brush.width, ground, wall)
    _moon_gate(brush, middle, ground, min(54.0, 54 * v))
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


def _bamboo(brush: Brush, middle: float, top: float, rng: random.Random, v: float) -> None:
    for index in range(-12, 13):
        x = middle + index * 17 + rng.uniform(-2, 2)
        if abs(x - middle) <= 52:
            continue
        stalk = brush.far((96, 146, 84), 0.12)
        brush.line([(x, top + 8), (x + 3, top - 30 * v)], stalk, 2.4)
        for leaf in range(4):
            y, side = top - 4 - leaf * 8 * v, -1 if leaf % 2 else 1
            blade = [(x + 2, y), (x + side * 13, y - 5), (x + side * 8, y + 3)]
            brush.polygon(blade, shade(stalk, 0.85))


def _moon_gate(brush: Brush, middle: float, ground: float, radius: float) -> None:
    centre, stone = ground - 8 - radius, brush.lit((150, 148, 146))
    brush.disc(middle, centre, radius + 6, stone)
    brush.disc(middle, centre, radius, brush.far((150, 190, 150), 0.25))
    _pavilion(brush, middle, centre)
    brush.box(middle - radius * 0.7, ground - 18, middle + radius * 0.7, ground, stone)


def _pavilion(brush: Brush, middle: float, centre: float) -> None:
    """What is seen through the gate."""
    roof = ((-40, -4), (0, -30), (40, -4), (32, 0), (-32, 0))
    brush.polygon([(middle + x, centre + y) for x, y in roof], brush.lit((60, 84, 84)))
    lantern = (255, 206, 120) if brush.night else brush.lit((190, 72, 54))
    for x in (-26, -9, 9, 26):
        brush.box(middle + x - 2.5, centre, middle + x + 2.5, centre + 44, lantern)
    brush.box(middle - 34, centre + 26, middle + 34, centre + 44, brush.lit((86, 132, 84)))


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
