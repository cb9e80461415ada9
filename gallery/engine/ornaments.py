"""Festival ornaments for posters, drawn by lines and circles of our own: no foreign picture.

Each function draws on the poster's ground; all measures are in `u`, a hundredth of the poster's
short side, from the layer's top right corner, where the words leave room. No national flag or
emblem is drawn: China's Advertising Law, article 9, keeps both out of advertisements.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from PIL import Image, ImageColor, ImageDraw

_FINER = 2  # times the poster's own px, smoothed afterwards
_LARGEST = 5000  # px of a layer's side while it is drawn


class _Pen:
    """Draws in u, x from the right edge leftwards, y from the top."""

    def __init__(self, size: tuple[int, int], unit: float, ground: str, accent: str, light: str):
        scale = min(_FINER, _LARGEST / max(size))
        self.size = [max(1, round(side * scale)) for side in size]
        self.unit = unit * scale
        self.layer = Image.new("RGB", (self.size[0], self.size[1]), ground)
        self.draw = ImageDraw.Draw(self.layer, "RGBA")  # so what is clear lets the ground through
        self.accent, self.light = ImageColor.getrgb(accent)[:3], ImageColor.getrgb(light)[:3]
        self.width, self.height = self.size[0] / self.unit, self.size[1] / self.unit

    def at(self, x: float, y: float) -> tuple[float, float]:
        return self.size[0] - x * self.unit, y * self.unit

    def line(self, points, alpha: float, width: float = 0.25, colour=None) -> None:
        px = max(1, round(width * self.unit))
        self.draw.line([self.at(*p) for p in points], self._ink(colour, alpha), px, joint="curve")

    def disc(self, x, y, radius, alpha, colour=None) -> None:
        self._oval((x, y), (radius, radius), fill=self._ink(colour, alpha))

    def ring(self, x, y, radius, alpha, width=0.25, colour=None) -> None:
        px = max(1, round(width * self.unit))
        self._oval((x, y), (radius, radius), outline=self._ink(colour, alpha), width=px)

    def oval(self, x, y, wide, high, alpha, colour=None) -> None:
        self._oval((x, y), (wide, high), fill=self._ink(colour, alpha))

    def arc(self, x, y, radius, start, end, alpha, width=0.25) -> None:
        px, py = self.at(x, y)
        r = radius * self.unit
        ink = self._ink(None, alpha)
        self.draw.arc(
            (px - r, py - r, px + r, py + r), start, end, ink, max(1, round(width * self.unit))
        )

    def shape(self, points, alpha, colour=None) -> None:
        self.draw.polygon([self.at(*p) for p in points], fill=self._ink(colour, alpha))

    def bar(self, right, top, wide, high, alpha, colour=None, radius=None) -> None:
        x, y = self.at(right + wide, top)
        box = (x, y, x + wide * self.unit, y + high * self.unit)
        round_by = (high / 2 if radius is None else radius) * self.unit
        self.draw.rounded_rectangle(box, round_by, fill=self._ink(colour, alpha))

    def _oval(self, centre, radii, **how) -> None:
        x, y = self.at(*centre)
        wide, high = radii[0] * self.unit, radii[1] * self.unit
        self.draw.ellipse((x - wide, y - high, x + wide, y + high), **how)

    def _ink(self, colour, alpha):
        return (*(colour or self.accent), round(255 * alpha))


def drawn(
    name: str, size: tuple[int, int], unit: float, ground: str, accent: str, light: str
) -> Image.Image | None:
    """The ornament on its ground, RGB of this size in px; None for "none".

    name: a key of ORNAMENTS. unit: px of u. accent, light: of lines and of what shines; all
    colours as #rrggbb.
    """
    draw = ORNAMENTS.get(name)
    if draw is None:
        return None
    pen = _Pen(size, unit, ground, accent, light)
    draw(pen)
    return pen.layer.resize(size, Image.Resampling.LANCZOS)


def _lattice(pen: _Pen, alpha: float, step: float = 7.0) -> None:
    """A Lingnan window's lattice: squares, each with a smaller one turned within."""
    columns, rows = math.ceil(pen.width / step) + 1, math.ceil(pen.height / step) + 1
    for row in range(rows):
        for column in range(columns):
            x, y, half = column * step, row * step, step / 2
            corners = [(x - half, y), (x, y - half), (x + half, y), (x, y + half), (x - half, y)]
            pen.line(corners, alpha, 0.16)
            inner = [(x + (a - x) * 0.55, y + (b - y) * 0.55) for a, b in corners]
            pen.line(inner, alpha, 0.12)


def _palace_lantern(pen: _Pen, x: float, drop: float, size: float, glow: bool = True) -> None:
    """A round lantern on its cord, with ribs, caps and tassel. size: half its width in u."""
    y = drop + size
    pen.line([(x, 0), (x, drop)], 0.9, 0.18)
    if glow:
        for step in range(6, 0, -1):
            pen.disc(x, y, size * (1 + 0.16 * step), 0.035, pen.light)
    pen.oval(x, y, size, size * 0.82, 0.96, (214, 48, 38))
    for share in (0.72, 0.38):
        _rib(pen, x, y, size * share, size * 0.82)
    pen.line([(x, y - size * 0.82), (x, y + size * 0.82)], 0.85, 0.16)
    cap = size * 0.52
    for edge in (y - size * 0.9, y + size * 0.74):
        pen.bar(x - cap, edge, 2 * cap, size * 0.16, 1.0, radius=size * 0.04)
    foot = y + size * 0.9
    pen.disc(x, foot + size * 0.12, size * 0.1, 1.0)
    for shift in (-0.14, -0.07, 0.0, 0.07, 0.14):
        spread = x + shift * size
        pen.line([(x, foot + size * 0.2), (spread, foot + size * (1.0 - abs(shift)))], 0.95, 0.14)


def _rib(pen: _Pen, x, y, wide, high) -> None:
    steps = [math.pi * 2 * step / 48 for step in range(49)]
    pen.line([(x + wide * math.cos(a), y + high * math.sin(a)) for a in steps], 0.7, 0.14)


def _spring(pen: _Pen) -> None:
    """Spring Festival: lattice, three lanterns."""
    _lattice(pen, 0.11)
    _palace_lantern(pen, 9, 9, 5.4)
    _palace_lantern(pen, 21, 3.5, 3.9)
    _palace_lantern(pen, 29.5, 8.5, 2.7)


def _lanterns(pen: _Pen) -> None:
    """Lantern Festival: a full moon, and strings of lanterns."""
    _moon(pen, 17, 15, 10.5)
    for string, sag in enumerate((7.0, 12.5)):
        start = 3.0 + 7 * string
        points = [
            (0.62 * pen.width * step / 40, start + sag * math.sin(math.pi * step / 40))
            for step in range(41)
        ]
        pen.line(points, 0.3, 0.12)
        for place in range(3 + string, 40, 8):
            x, y = points[place]
            for step in (2.6, 2.0, 1.5):
                pen.disc(x, y + 1.3, step * (1 - 0.25 * string), 0.09, pen.light)
            pen.oval(x, y + 1.3, 1.05 - 0.25 * string, 1.25 - 0.3 * string, 0.85)


def _dragon_boat(pen: _Pen) -> None:
    """Dragon Boat Festival: waves at the foot, bamboo leaves above."""
    radius = 4.2
    for row in range(3):
        y = pen.height - 0.2 - row * radius * 0.62
        shift = radius if row % 2 else 0
        for column in range(-1, math.ceil(pen.width / (2 * radius)) + 2):
            x = column * 2 * radius + shift
            for part in (1.0, 0.74, 0.48):
                pen.arc(x, y, radius * part, 180, 360, 0.3 - 0.07 * row, 0.2)
    for angle, long in ((205, 21), (222, 25), (240, 19), (258, 23), (188, 16)):
        _leaf(pen, (4, -1), angle, long)


def _leaf(pen: _Pen, start, angle: float, long: float) -> None:
    """A bamboo leaf from a point. angle: degrees from rightwards, anticlockwise."""
    turn = math.radians(angle)
    along = (-math.cos(turn), -math.sin(turn))  # x runs leftwards
    across = (-along[1], along[0])
    steps = [step / 24 for step in range(25)]
    bulge = [0.085 * long * math.sin(math.pi * s**0.8) for s in steps]

    def side(sign):
        return [
            (
                start[0] + along[0] * long * s + sign * across[0] * b,
                start[1] + along[1] * long * s + sign * across[1] * b,
            )
            for s, b in zip(steps, bulge, strict=True)
        ]

    pen.shape(side(1) + side(-1)[::-1], 0.38)
    tip = (start[0] + along[0] * long, start[1] + along[1] * long)
    pen.line([start, tip], 0.35, 0.12, pen.light)


def _moon(pen: _Pen, x, y, radius) -> None:
    for step in range(8, 0, -1):
        pen.disc(x, y, radius * (1 + 0.09 * step), 0.03, pen.light)
    pen.disc(x, y, radius, 0.92, pen.light)
    pen.disc(x + radius * 0.3, y - radius * 0.2, radius * 0.2, 0.12)
    pen.disc(x - radius * 0.28, y + radius * 0.3, radius * 0.28, 0.1)
    pen.disc(x + radius * 0.05, y + radius * 0.1, radius * 0.12, 0.1)


def _mid_autumn(pen: _Pen) -> None:
    """Mid-Autumn Festival: the moon behind clouds, osmanthus."""
    _moon(pen, 16, 16, 11)
    for right, top, wide in ((2, 21.5, 20), (9, 24.2, 24), (-3, 26.9, 17), (20, 19.2, 9)):
        pen.bar(right, top, wide, 1.5, 0.55)
    for right, top, wide in ((30, 9, 9), (34, 11.2, 12)):
        pen.bar(right, top, wide, 0.9, 0.28)
    for number in range(26):
        x = 2 + (number * 37 % 43)
        y = 2 + (number * 23 % 31)
        if math.hypot(x - 16, y - 16) > 13:
            for petal in range(4):
                turn = math.pi / 2 * petal + number
                pen.disc(x + 0.32 * math.cos(turn), y + 0.32 * math.sin(turn), 0.24, 0.6)


def _fireworks(pen: _Pen) -> None:
    """National Day: fireworks."""
    for x, y, radius, rays in ((13, 13, 10.5, 28), (31, 9, 6.2, 22), (5, 30, 5.2, 20)):
        for ray in range(rays):
            turn = math.tau * ray / rays
            reach = radius * (1.0 if ray % 2 else 0.78)
            inner = (x + 0.22 * reach * math.cos(turn), y + 0.22 * reach * math.sin(turn))
            outer = (x + 0.86 * reach * math.cos(turn), y + 0.86 * reach * math.sin(turn))
            pen.line([inner, outer], 0.5, 0.14)
            pen.disc(x + reach * math.cos(turn), y + reach * math.sin(turn), 0.34, 0.95, pen.light)
        pen.disc(x, y, 0.5, 0.9, pen.light)


def _beams(pen: _Pen) -> None:
    """A motor show: light beams from a rig, and its floor's lines."""
    for number in range(7):
        x = 4 + number * 6.5
        drift = 7 + 3.2 * number
        pen.shape(
            [(x, -1), (x + 0.5, -1), (x + drift + 5, pen.height), (x + drift, pen.height)], 0.1
        )
    pen.line([(0, 1.1), (52, 1.1)], 0.8, 0.2)
    for number in range(7):
        pen.bar(3.4 + number * 6.5, 0.8, 1.8, 0.6, 1.0, pen.light, radius=0.1)


ORNAMENTS: dict[str, Callable[[_Pen], None]] = {
    "spring": _spring,
    "lanterns": _lanterns,
    "waves": _dragon_boat,
    "moon": _mid_autumn,
    "fireworks": _fireworks,
    "beams": _beams,
}
