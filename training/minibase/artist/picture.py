"""A whole picture: place, extras, wet road, car, lamps, then one pass of light and tone."""

from __future__ import annotations

import math
import random

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from training.minibase.artist import cars, extras, places
from training.minibase.artist.brush import Brush
from training.minibase.artist.spec import SceneSpec

_FINE = 2  # backgrounds are drawn this many times finer, then averaged
_CAR_DROP = 42.0  # scene units from the top of the road down to the tyres
_CAR_AT = {"left": -40.0, "centre": 0.0, "right": 40.0}
_UPSIDE_DOWN = Image.Transpose.FLIP_TOP_BOTTOM
_ROAD = {"day": (128, 127, 126), "sunset": (98, 78, 82), "night": (26, 30, 46)}


def _frame(size) -> tuple[int, int, float, float]:
    """Return pixel width and height, pixels per scene unit, and the ground line in units."""
    width, height = (size, size) if isinstance(size, int) else size
    scale = math.sqrt(width * height) / 256
    tall = height / scale
    road = 62 + (0.35 * (tall - 256) if tall > 256 else -0.15 * (256 - tall))
    return width, height, scale, tall - road


def _car_place(spec: SceneSpec, width_units: float, rng: random.Random) -> tuple[float, float]:
    room = max(0.0, (width_units - 2 * cars.HALF_LENGTH - 16) / 2)
    offset = max(-room, min(room, _CAR_AT[spec.position])) + rng.uniform(-3, 3)
    return width_units / 2 + offset, rng.uniform(-1.5, 1.5)


def vehicle_box(spec: SceneSpec, size=256) -> tuple[float, float, float, float]:
    """Return left, top, right, bottom of the car as shares of the frame, each in 0..1."""
    width, height, scale, ground = _frame(size)
    x, dy = _car_place(spec, width / scale, random.Random(spec.seed))
    foot, half = ground + _CAR_DROP + dy, cars.HALF_LENGTH
    tall = cars.BODIES[spec.vehicle].height
    box = (x - half, foot - tall, x + half, foot)
    left, top, right, bottom = (
        min(1.0, max(0.0, value * scale / side))
        for value, side in zip(box, (width, height, width, height), strict=True)
    )
    return left, top, right, bottom


def draw(spec: SceneSpec, size=256) -> Image.Image:
    """Return the scene as an RGB picture.

    size: side of a square, or (width, height), in pixels. The same spec and size always give
    the same pixels.
    """
    width, height, scale, ground = _frame(size)
    rng = random.Random(spec.seed)
    car_x, car_dy = _car_place(spec, width / scale, rng)
    image = _backdrop(spec, width, height, scale, ground, rng)
    image = _wet_road(image, spec, round(ground * scale), scale)
    image = _with_car(image, spec, car_x * scale, (ground + _CAR_DROP + car_dy) * scale, scale)
    if spec.weather == "rain":
        image = _with_rain(image, spec, width, height, scale, rng)
    return _toned(image, spec, scale)


def _backdrop(spec, width, height, scale, ground, rng) -> Image.Image:
    brush = Brush(width / scale, height / scale, scale * _FINE, spec.time, spec.weather == "rain")
    places.PAINTERS[spec.place](brush, ground, rng)
    if spec.extra != "none":
        extras.PAINTERS[spec.extra](brush, ground, rng)
    return brush.image.reduce(_FINE)


def _wet_road(image: Image.Image, spec: SceneSpec, top: int, scale: float) -> Image.Image:
    """Lay the road: what stands above it, mirrored, blurred downwards and dimmed."""
    width, height = image.size
    deep = height - top
    above = image.crop((0, max(0, top - deep), width, top)).transpose(_UPSIDE_DOWN)
    rows = max(2, round(deep / (9 * scale)))
    small = above.resize((max(2, width // 4), rows), Image.Resampling.BOX)
    mirrored = np.asarray(small.resize((width, deep), Image.Resampling.BICUBIC), np.float32)
    wet = 0.85 if spec.weather == "rain" else (0.42 if spec.time == "day" else 0.7)
    share = np.interp(np.linspace(0, 1, deep), [0, 0.15, 1], [0.9, 0.7, 0.35])[:, None, None] * wet
    road = np.array(_ROAD[spec.time], np.float32)
    out = np.asarray(image).copy()
    ground = road * (1 - share) + mirrored * share
    kerb = max(1, round(2.5 * scale))
    ground[:kerb] = road * 0.55
    out[top:] = ground.clip(0, 255).astype(np.uint8)
    return Image.fromarray(out)


def _with_car(image: Image.Image, spec: SceneSpec, x: float, y: float, scale: float) -> Image.Image:
    car, (cx, cy) = cars.sprite(spec.vehicle, spec.colour, spec.time, spec.facing, scale)
    left, top = round(x - cx), round(y - cy)
    shadow = Image.new("L", image.size)
    half = cars.HALF_LENGTH * scale
    pen = ImageDraw.Draw(shadow)
    pen.ellipse([x - half, y - 5 * scale, x + half, y + 5 * scale], fill=200)
    shadow = shadow.filter(ImageFilter.BoxBlur(2 * scale))
    image.paste((8, 8, 12), (0, 0), shadow)
    foot = top + round(cy)
    mirror = car.transpose(_UPSIDE_DOWN)
    drop = mirror.crop((0, mirror.height - round(cy), mirror.width, mirror.height))
    fade = np.interp(np.arange(drop.height) / scale, [0, 30], [0.42, 0.0])[:, None]
    alpha = np.asarray(drop.getchannel("A"), np.float32) * fade
    drop_alpha = Image.fromarray(alpha.astype(np.uint8))
    image.paste(drop.convert("RGB"), (left, foot + 1), drop_alpha)
    image.paste(car, (left, top), car)
    return image if spec.time == "day" else _lamps(image, spec, x, y, scale)


def _lamps(image: Image.Image, spec: SceneSpec, x: float, y: float, scale: float) -> Image.Image:
    """Add the light of head lamps and tail lamps, on a small canvas that is blurred anyway."""
    nose = 1 if spec.facing == "right" else -1
    body = cars.BODIES[spec.vehicle]
    lamp_y = y + scale * sum(p[1] for p in body.head_lamp) / 4
    tail_y = y + scale * sum(p[1] for p in body.tail_lamp) / 4
    power = 1.0 if spec.time == "night" else 0.5
    q = 4
    glow = Image.new("RGB", (max(1, image.width // q), max(1, image.height // q)))
    pen = ImageDraw.Draw(glow)
    warm = tuple(int(v * power) for v in (238, 216, 164))
    hx, reach = x + nose * 68 * scale, nose * 74 * scale
    beam = [(hx, lamp_y), (hx + reach, lamp_y + 10 * scale), (hx + reach, y + 8 * scale)]
    pen.polygon(
        [(px / q, py / q) for px, py in [*beam, (hx, lamp_y + 6 * scale)]],
        fill=tuple(v // 3 for v in warm),
    )
    for cx, cy, r, colour in (
        (hx, lamp_y, 7, warm),
        (x - nose * 69 * scale, tail_y, 5.5, (int(210 * power), 22, 18)),
    ):
        r *= scale
        pen.ellipse([(cx - r) / q, (cy - r) / q, (cx + r) / q, (cy + r) / q], fill=colour)
    glow = glow.filter(ImageFilter.GaussianBlur(1.3 * scale))
    return ImageChops.screen(image, glow.resize(image.size, Image.Resampling.BICUBIC))


def _with_rain(image, spec, width, height, scale, rng) -> Image.Image:
    brush = Brush(width / scale, height / scale, scale * _FINE, spec.time, True)
    extras.rain(brush, rng)
    streaks = brush.image.reduce(_FINE)
    return ImageChops.screen(image, streaks.point(lambda v: v * 0.36))


def _toned(image: Image.Image, spec: SceneSpec, scale: float) -> Image.Image:
    """Bloom around what is bright, a gentle contrast curve, a soft vignette."""
    pixels = np.asarray(image, np.float32) / 255
    height, width = pixels.shape[:2]
    small = np.asarray(image.reduce(4), np.float32) / 255
    bright = small * np.clip((small.mean(2, keepdims=True) - 0.6) * 2.6, 0, 1)
    glow = Image.fromarray((bright * 255).astype(np.uint8)).filter(ImageFilter.BoxBlur(2 * scale))
    halo = np.asarray(glow.resize((width, height), Image.Resampling.BILINEAR), np.float32)
    strength = (0.24 if spec.time == "day" else 0.5) / 255
    pixels = 1 - (1 - pixels) * (1 - halo * strength)
    pixels = 0.6 * pixels + 0.4 * pixels * pixels * (3 - 2 * pixels)
    x, y = np.linspace(-1, 1, width) ** 2 * 0.6, np.linspace(-1, 1, height) ** 2 * 0.7
    edge = 1 - 0.15 * np.clip(x[None, :] + y[:, None] - 0.3, 0, 1)
    return Image.fromarray((pixels * edge[..., None] * 255 + 0.5).astype(np.uint8))
