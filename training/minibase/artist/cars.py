"""The three vehicles, by silhouette: Empow (sedan), GS8 (SUV) and M8 (MPV), seen from the side.

Coordinates are in scene units, nose to the right, the ground at y = 0 and up negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

PAINT = {
    "white": (242, 241, 236),
    "black": (30, 31, 36),
    "red": (196, 26, 30),
    "blue": (34, 84, 182),
    "green": (34, 124, 82),
    "gold": (226, 164, 46),
}
# Cars keep more of their own colour than walls do, so that white, gold and red stay apart at dusk.
CAR_LIGHT = {"day": (1.0, 1.0, 1.0), "sunset": (0.98, 0.88, 0.84), "night": (0.66, 0.68, 0.82)}
CAR_SKY = {"day": (220, 236, 255), "sunset": (255, 190, 140), "night": (96, 116, 190)}
GLASS = {
    "day": ((150, 180, 204), (32, 42, 52)),
    "sunset": ((208, 146, 118), (34, 28, 36)),
    "night": ((62, 76, 124), (10, 13, 26)),
}
_FINE = 3  # sprites are drawn this many times finer, then averaged


@dataclass(frozen=True)
class Body:
    """Outlines of one vehicle; `belt` is the shoulder line below the windows."""

    outline: tuple
    glass: tuple
    pillars: tuple
    doors: tuple
    wheels: tuple
    radius: float
    belt: float
    head_lamp: tuple
    tail_lamp: tuple
    height: float
    rails: tuple = ()


HALF_LENGTH = 72.0

BODIES = {
    "sedan": Body(
        outline=(
            (-66, -8),
            (-71, -13),
            (-72, -22),
            (-69, -31),
            (-60, -35),
            (-48, -38),
            (-32, -47),
            (-14, -50.5),
            (2, -49.5),
            (15, -45),
            (29, -36.5),
            (38, -33.5),
            (54, -30),
            (66, -25.5),
            (71, -20),
            (71.5, -12),
            (67, -8),
            (46, -7),
            (0, -7),
            (-44, -7),
        ),
        glass=(
            (-46, -37),
            (-31, -45),
            (-14, -47.8),
            (1, -46.8),
            (12, -43),
            (23.5, -35.6),
            (0, -35),
            (-28, -35),
        ),
        pillars=(-22, 2),
        doors=(-23, 3, 27),
        wheels=(-44, 45),
        radius=13.5,
        belt=-34,
        head_lamp=((54, -28), (70, -22.5), (69, -19), (57, -24)),
        tail_lamp=((-71.5, -29), (-60, -32.5), (-58, -28.5), (-71, -24)),
        height=51,
    ),
    "suv": Body(
        outline=(
            (-65, -10),
            (-70, -15),
            (-71.5, -30),
            (-70, -44),
            (-65, -56),
            (-58, -63),
            (-44, -66),
            (-18, -67),
            (-4, -65.5),
            (7, -60),
            (19, -48.5),
            (30, -46.5),
            (54, -44),
            (67, -39),
            (72, -29),
            (71.5, -15),
            (67, -10),
            (46, -9),
            (0, -9),
            (-44, -9),
        ),
        glass=(
            (-62, -46),
            (-58, -56),
            (-52, -61),
            (-24, -63),
            (-6, -61.8),
            (4, -57),
            (14.5, -46.8),
            (-4, -45.8),
            (-34, -45.8),
        ),
        pillars=(-38, -14),
        doors=(-39, -13, 18),
        wheels=(-43, 45),
        radius=16.5,
        belt=-44,
        head_lamp=((54, -41), (70.5, -35), (70, -30), (57, -35.5)),
        tail_lamp=((-71, -43), (-62, -45), (-60, -38), (-71.5, -34)),
        height=68,
        rails=((-56, -68.5), (-4, -68.5)),
    ),
    "mpv": Body(
        outline=(
            (-67, -7),
            (-71, -12),
            (-72, -30),
            (-71, -50),
            (-68, -63),
            (-61, -69),
            (-46, -71),
            (-10, -71.5),
            (12, -69.5),
            (30, -61.5),
            (48, -47),
            (58, -39.5),
            (67, -33),
            (71.5, -26),
            (72, -13),
            (68, -7),
            (46, -6),
            (0, -6),
            (-44, -6),
        ),
        glass=(
            (-67, -44),
            (-65, -59),
            (-58, -65),
            (-30, -67),
            (-8, -67),
            (10, -65.4),
            (27, -58.5),
            (43, -45),
            (20, -43),
            (-30, -43),
        ),
        pillars=(-43, -12, 17),
        doors=(-44, -11, 18, 36),
        wheels=(-46, 47),
        radius=13.5,
        belt=-41.5,
        head_lamp=((58, -34.5), (71, -28), (70.5, -23.5), (60, -29.5)),
        tail_lamp=((-72, -56), (-68.5, -57), (-67.5, -34), (-72, -33)),
        height=72,
    ),
}


def _curve(points, steps: int = 8) -> list[tuple[float, float]]:
    """Return a closed Catmull-Rom curve through the points."""
    out, count = [], len(points)
    for i in range(count):
        a, b, c, d = (np.array(points[(i + k) % count], float) for k in (-1, 0, 1, 2))
        for t in np.linspace(0, 1, steps, endpoint=False):
            linear, square, cubic = c - a, 2 * a - 5 * b + 4 * c - d, -a + 3 * b - 3 * c + d
            out.append(tuple(0.5 * (2 * b + linear * t + square * t * t + cubic * t**3)))
    return out


@lru_cache(maxsize=512)
def sprite(vehicle: str, colour: str, time: str, facing: str, scale: float):
    """Return the car as an RGBA picture and the pixel that stands for its ground point.

    scale: output pixels per scene unit. The sprite spans 160 x 84 units around the ground point.
    """
    body = BODIES[vehicle]
    width, height, k = 160, 84, scale * _FINE
    size = (round(width * k), round(height * k))

    def at(point):
        return ((point[0] + width / 2) * k, (point[1] + height - 6) * k)

    def mask(points, smooth=True):
        image = Image.new("L", size)
        curve = _curve(points) if smooth else points
        ImageDraw.Draw(image).polygon([at(p) for p in curve], fill=255)
        return np.asarray(image, np.float32)[..., None] / 255

    y = np.arange(size[1]) / k - (height - 6)
    layer = _painted_body(body, colour, time, y) * np.ones((1, size[0], 1), np.float32)
    shape, glass = mask(body.outline), mask(body.glass)
    clad = np.clip((y + 14) * 0.8, 0, 1)[:, None, None]
    layer = layer * (1 - clad) + np.array([18, 18, 20]) * clad
    upper, lower = (np.array(c, np.float32) for c in GLASS[time])
    share = np.interp(y, [body.belt - 22, body.belt - 2], [0.9, 0.1])[:, None, None]
    layer = layer * (1 - glass) + (upper * share + lower * (1 - share)) * glass
    image = Image.fromarray(layer.clip(0, 255).astype(np.uint8))
    _pillars(image, body, Image.fromarray((glass[..., 0] * 255).astype(np.uint8)), at)
    alpha = Image.fromarray((shape[..., 0] * 255).astype(np.uint8))
    _details(image, alpha, body, colour, time, at, k)
    image.putalpha(alpha)
    out = image.resize((round(width * scale), round(height * scale)), Image.Resampling.BOX)
    if facing == "left":
        out = out.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return out, (out.width / 2, (height - 6) * scale)


def _painted_body(body: Body, colour: str, time: str, y: np.ndarray) -> np.ndarray:
    """Rows of body colour, (H, 1, 3): lighter on the shoulder, darker at the sill, sky above."""
    paint = np.array(PAINT[colour], np.float32) * np.array(CAR_LIGHT[time], np.float32)
    belt = body.belt
    marks = [-body.height, belt, belt + 3, belt + 9, -20, -8]
    gain = np.interp(y, marks, [1.18, 0.92, 1.2, 1.0, 0.84, 0.6])[:, None, None]
    sky = np.array(CAR_SKY[time], np.float32)
    sheen_marks = [-body.height, -body.height + 6, belt - 1, belt + 1.5, belt + 7]
    sheen = np.interp(y, sheen_marks, [0.34, 0.06, 0.02, 0.24, 0.0])[:, None, None]
    return paint * gain * (1 - sheen) + sky * sheen


def _pillars(image, body: Body, glass, at) -> None:
    """Paint the window pillars, kept inside the glass."""
    dark = image.copy()
    pen = ImageDraw.Draw(dark)
    for x in body.pillars:
        top, foot = body.belt - 34, body.belt + 3
        corners = ((x - 1.2, top), (x + 1.2, top), (x + 2, foot), (x - 1.4, foot))
        pen.polygon([at(corner) for corner in corners], fill=(14, 14, 17))
    image.paste(dark, (0, 0), glass)


def _details(image, alpha, body: Body, colour: str, time: str, at, k: float) -> None:
    pen, mask_pen = ImageDraw.Draw(image), ImageDraw.Draw(alpha)
    light = np.array(CAR_LIGHT[time])
    paint = np.array(PAINT[colour]) * light

    def tone(values):
        return tuple(int(v) for v in np.clip(values, 0, 255))

    seam = tone(paint * 0.5 + 8)
    for x in body.doors:
        pen.line(
            [at((x, body.belt + 2)), at((x + 1, -14))], fill=seam, width=max(1, round(0.6 * k))
        )
    for x in body.doors[:-1]:
        handle = [at((x + 5, body.belt + 6)), at((x + 11, body.belt + 5.6))]
        pen.line(handle, fill=tone(paint * 1.3 + 26), width=max(1, round(1.2 * k)))
    if body.rails:
        rail = [at(point) for point in body.rails]
        pen.line(rail, fill=(90, 92, 96), width=round(1.8 * k))
        mask_pen.line(rail, fill=255, width=round(1.8 * k))
    pen.polygon([at(p) for p in body.head_lamp], fill=(255, 250, 228))
    pen.polygon([at(p) for p in body.tail_lamp], fill=(224, 30, 32))
    pen.polygon([at(p) for p in ((71, -19), (72, -13), (66, -12), (66.5, -18))], fill=(20, 20, 23))
    for x in body.wheels:
        cx, cy = at((x, -body.radius + 0.5))
        _wheel(pen, mask_pen, cx, cy, body.radius * k, light)


def _wheel(pen, mask_pen, cx, cy, radius, light) -> None:
    def disc(share, fill, target=pen):
        r = radius * share
        target.ellipse([cx - r, cy - r, cx + r, cy + r], fill=fill)

    grey = tuple(int(v) for v in np.array((168, 172, 178)) * light)
    disc(1.14, (12, 12, 14))
    disc(1.0, (24, 24, 26))
    disc(1.0, 255, mask_pen)
    disc(0.68, grey)
    disc(0.56, (58, 59, 63))
    for spoke in range(10):
        angle = spoke * np.pi / 5
        tip = (cx + np.cos(angle) * radius * 0.62, cy + np.sin(angle) * radius * 0.62)
        pen.line([(cx, cy), tip], fill=grey, width=max(1, round(radius * 0.1)))
    disc(0.16, (40, 40, 44))
