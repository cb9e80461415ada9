"""The light of day, sunset and night: what a ray sees that leaves the car.

Directions are (right, up, back) as the viewer sees them, unit vectors: back points to the lens.
Radiance is linear RGB in which a white wall in the key light is about 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallery.demo.vehicles.fields import smoothstep


@dataclass(frozen=True)
class Softbox:
    """A bright patch of sky or lamp. middle and half: (azimuth, elevation) in radians.

    Azimuth 0 is towards the lens, growing to the right, for a car whose nose is on the right.
    with_nose: it is a lamp set for the car and changes sides with the nose; the sun does not.
    """

    middle: tuple[float, float]
    half: tuple[float, float]
    colour: tuple[float, float, float]
    soft: float = 0.10
    with_nose: bool = True


@dataclass(frozen=True)
class Light:
    """One time of day. Colours are linear RGB radiance; key is the direction to the key light."""

    zenith: tuple
    horizon: tuple
    skyline: tuple
    ground: tuple
    key: tuple  # direction (right, up, back)
    key_colour: tuple
    fill: tuple  # added to all diffuse light
    boxes: tuple[Softbox, ...]
    clouds: tuple = (0.0, 0.0, 0.0)  # added where a cloud stands
    sunward: tuple = (0.0, 0.0, 0.0)  # added to the horizon towards the key
    lamps_lit: float = 0.6
    exposure: float = 1.0


DAY = Light(
    zenith=(0.17, 0.33, 0.68),
    horizon=(1.75, 1.83, 1.95),
    skyline=(0.075, 0.085, 0.09),
    ground=(0.20, 0.195, 0.19),
    key=(-0.42, 0.76, 0.50),
    key_colour=(1.22, 1.16, 1.06),
    fill=(0.05, 0.055, 0.06),
    boxes=(
        Softbox((-0.20, 1.02), (1.0, 0.16), (3.2, 3.2, 3.2), 0.08),
        Softbox((-0.30, 0.30), (0.85, 0.045), (2.6, 2.6, 2.6), 0.05),
        Softbox((1.15, 0.46), (0.22, 0.30), (2.4, 2.45, 2.5), 0.10),
    ),
    clouds=(0.75, 0.76, 0.78),
)
SUNSET = Light(
    zenith=(0.16, 0.14, 0.34),
    horizon=(1.00, 0.46, 0.24),
    skyline=(0.075, 0.045, 0.06),
    ground=(0.17, 0.125, 0.125),
    key=(-0.72, 0.30, 0.62),
    key_colour=(1.15, 0.66, 0.38),
    fill=(0.085, 0.07, 0.10),
    boxes=(
        Softbox((-0.95, 0.24), (0.42, 0.11), (2.6, 1.45, 0.70), 0.18, with_nose=False),
        Softbox((0.30, 1.0), (1.0, 0.22), (0.55, 0.40, 0.62), 0.22),
    ),
    sunward=(0.9, 0.45, 0.15),
    lamps_lit=0.85,
    exposure=1.05,
)
NIGHT = Light(
    zenith=(0.010, 0.016, 0.045),
    horizon=(0.17, 0.19, 0.34),
    skyline=(0.020, 0.024, 0.050),
    ground=(0.040, 0.042, 0.060),
    key=(-0.35, 0.85, 0.40),
    key_colour=(0.26, 0.27, 0.36),
    fill=(0.030, 0.034, 0.060),
    boxes=(
        Softbox((-0.45, 0.95), (0.85, 0.10), (1.5, 1.45, 1.55), 0.08),
        Softbox((-0.30, 0.30), (0.80, 0.030), (0.95, 0.90, 0.92), 0.04),
        Softbox((-1.05, 0.16), (0.20, 0.045), (1.5, 0.85, 0.35), 0.05),
        Softbox((0.25, 0.12), (0.12, 0.035), (1.3, 0.8, 0.4), 0.04),
        Softbox((0.95, 0.30), (0.14, 0.20), (0.35, 0.55, 1.1), 0.08),
    ),
    lamps_lit=1.6,
    exposure=1.3,
)
LIGHTS = {"day": DAY, "sunset": SUNSET, "night": NIGHT}


def radiance(
    light: Light, direction: np.ndarray, blur: float = 0.0, nose_left: bool = False
) -> np.ndarray:
    """(3, N) float32: what is seen in each direction (3, N), the ground left out below.

    blur: radians by which a rough surface smears it; edges are widened by that much.
    nose_left: the car shows its other side, so what was set for it has changed sides.
    """
    right, up, back = direction
    azimuth = np.arctan2(right, back)
    elevation = np.arcsin(np.clip(up, -1, 1))
    rise = smoothstep(0.0, 0.80, elevation) ** np.float32(0.60)
    sky = _mix(light.horizon, light.zenith, rise)
    toward = np.exp(-((_turn(azimuth - np.arctan2(light.key[0], light.key[2]))) ** 2) / 0.5)
    sky += _rgb(light.sunward) * (toward * np.exp(-np.maximum(elevation, 0) * 4))
    around = -azimuth if nose_left else azimuth
    sky += _rgb(light.clouds) * _clouds(around, elevation, blur)
    edge = 0.012 + blur
    roofs = skyline_height(around, blur)
    above = smoothstep(-edge, edge, elevation - roofs)
    sky = _rgb(light.skyline) * (1 - above) + sky * above
    for box in light.boxes:
        side = around if box.with_nose else azimuth
        sky += _rgb(box.colour) * _patch(box, side, elevation, blur)
    return sky.astype(np.float32)


def _clouds(azimuth, elevation, blur):
    """Share of cloud, 0 to 1: long soft banks, fewer towards the zenith."""
    lean = azimuth + np.float32(0.5) * elevation
    wave = 0.5 * np.sin(2.9 * lean + 1.1) + 0.3 * np.sin(6.7 * lean - 5 * elevation + 0.4)
    wave = wave + 0.3 * np.sin(11 * elevation + 2.3 * azimuth + 1.0)
    bank = smoothstep(0.0 - blur, 0.45 + blur, wave)
    return bank * smoothstep(0.06, 0.25, elevation) * smoothstep(1.25, 0.5, elevation)


def skyline_height(azimuth, blur: float = 0.0):
    """Elevation of roofs and trees around, radians."""
    wave = np.sin(azimuth * 5.0 + 0.6) * 0.4 + np.sin(azimuth * 11.0 + 2.0) * 0.3
    steps = np.tanh(np.sin(azimuth * 17.0) * 5) * 0.3
    return np.float32(0.085) + np.float32(0.035) * (wave + steps) * np.float32(np.exp(-4 * blur))


def irradiance(light: Light, normal: np.ndarray) -> np.ndarray:
    """(3, N): diffuse light on a surface of that normal, divided by pi, without the ground."""
    right, up, back = normal
    sky = 0.55 * _rgb(light.horizon) + 0.45 * _rgb(light.zenith)
    high = 0.5 + 0.5 * up
    key = np.array(light.key) / np.linalg.norm(light.key)
    facing = right * key[0] + up * key[1] + back * key[2]
    # A broad light wraps a little round the form.
    lit = np.clip((facing + 0.25) / 1.25, 0, 1) ** 1.3
    return (
        sky * (0.44 * high**1.2) + _rgb(light.key_colour) * (0.62 * lit) + _rgb(light.fill)
    ).astype(np.float32)


def schlick(cosine, f0: float):
    """Fresnel reflectance, Schlick 1994, https://doi.org/10.1111/1467-8659.1330233"""
    return np.float32(f0) + np.float32(1 - f0) * np.clip(1 - cosine, 0, 1) ** 5


def ggx(normal_half, roughness: float):
    """GGX distribution over the cosine of normal and half vector, Walter et al. 2007, eq. 33
    (https://doi.org/10.2312/EGWR/EGSR07/195-206); roughness is its alpha."""
    square = roughness * roughness
    return square / (np.pi * (normal_half**2 * (square - 1) + 1) ** 2)


def tone(linear: np.ndarray) -> np.ndarray:
    """sRGB values 0 to 1 of linear light, highlights rolled off above 0.75 instead of clipped."""
    knee = np.float32(0.75)
    over = np.maximum(linear - knee, 0)
    rolled = np.where(linear > knee, knee + (1 - knee) * over / (over + (1 - knee) * 1.35), linear)
    rolled = np.clip(rolled, 0, 1)
    low = rolled * 12.92
    return np.where(rolled <= 0.0031308, low, 1.055 * rolled ** np.float32(1 / 2.4) - 0.055)


def from_srgb(colour) -> np.ndarray:
    """Linear RGB 0 to 1 of 8-bit sRGB values (IEC 61966-2-1)."""
    share = np.array(colour, np.float64) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _patch(box: Softbox, azimuth, elevation, blur):
    soft = box.soft + blur
    across = np.abs(_turn(azimuth - np.float32(box.middle[0]))) - np.float32(box.half[0])
    along = np.abs(elevation - np.float32(box.middle[1])) - np.float32(box.half[1])
    inside = (1 - smoothstep(-soft, soft, across)) * (1 - smoothstep(-soft, soft, along))
    return inside * (box.half[1] / (box.half[1] + 0.5 * blur))


def _turn(angle):
    return (angle + np.pi) % (2 * np.pi) - np.pi


def _rgb(colour):
    return np.array(colour, np.float32)[:, None]


def _mix(a, b, share):
    return _rgb(a) * (1 - share) + _rgb(b) * share
