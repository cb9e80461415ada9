"""Five painted styles, made from a drawn scene. The base model never sees them.

They serve demo datasets, LoRA checks and tests. Each takes an RGB picture and a seed.
"""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from training.minibase.artist.picture import draw
from training.minibase.artist.spec import SceneSpec


def _numbers(image: Image.Image) -> np.ndarray:
    return np.asarray(image, np.float32) / 255


def _picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray((values.clip(0, 1) * 255 + 0.5).astype(np.uint8))


def _unit(image: Image.Image) -> float:
    """Return one scene unit in px: a 256th of the side of a square of the picture's area.

    Every stroke, cell and shadow is counted in it, so that a style is the same at every size.
    """
    return math.sqrt(image.width * image.height) / 256


def _ndimage():
    """SciPy's filters, for drawings in a style alone: the engine reads pictures without it."""
    from scipy import ndimage  # noqa: PLC0415

    return ndimage


def _soft(values: np.ndarray, radius: float) -> np.ndarray:
    """Return (H, W) or (H, W, 3) values blurred by a Gaussian of `radius` px."""
    sigma = (radius, radius, 0)[: values.ndim]
    return _ndimage().gaussian_filter(values.astype(np.float32), sigma, mode="nearest")


def _moved(values: np.ndarray, down: float, right: float) -> np.ndarray:
    """Return (H, W) values moved by parts of px; what comes in is the edge's own."""
    return _ndimage().shift(values, (down, right), order=1, mode="nearest")


def _edges(image: Image.Image, blur: float = 0.64) -> np.ndarray:
    """Return line strength, (H, W) in 0..1: the strongest gradient of the three channels.

    blur: scene units; it is also the width of the lines.
    """
    unit = _unit(image)
    values = _soft(_numbers(image), blur * unit)
    steep = np.hypot(np.gradient(values, axis=0), np.gradient(values, axis=1)).max(2)
    return (steep * 3 * unit).clip(0, 1)


def _light(image: Image.Image, blur: float = 1.0) -> np.ndarray:
    """Return brightness, (H, W), stretched so that the picture uses all of 0..1."""
    grey = _soft(_numbers(image.convert("L")), blur * _unit(image))
    low, high = np.percentile(grey, (2, 97))
    return ((grey - low) / (high - low + 1e-6)).clip(0, 1)


def _relief(image: Image.Image, blur: float, reach: float, whole: float) -> np.ndarray:
    """Return brightness against its surroundings, (H, W), about 0.5 in the middle.

    So that a night has light and dark paper too. reach: scene units of the surroundings.
    whole: the share of plain brightness that stays.
    """
    light = _light(image, blur)
    around = _soft(light, reach * _unit(image))
    return (0.5 + (1 - whole) * (light - around) + whole * (light - 0.5)).clip(0, 1)


def _clouds(image: Image.Image, cell: float, seed: int) -> np.ndarray:
    """Return smooth noise, (H, W) in 0..1. cell: scene units from one patch to the next."""
    step = cell * _unit(image)
    shape = (math.ceil(image.height / step) + 3, math.ceil(image.width / step) + 3)
    noise = np.random.default_rng(seed).random(shape).astype(np.float32)
    rows = np.arange(image.height) / step + 1
    columns = np.arange(image.width) / step + 1
    places = np.meshgrid(rows, columns, indexing="ij")
    return _ndimage().map_coordinates(noise, places, order=3, mode="nearest").clip(0, 1)


def _blend(low, high, share: np.ndarray) -> np.ndarray:
    share = share[..., None]
    return np.array(low, np.float32) * (1 - share) + np.array(high, np.float32) * share


def _steps(values: np.ndarray, levels: int, soft: float) -> np.ndarray:
    """Return values in so many even levels from 0 to 1. soft: width of the way between two."""
    scaled = values.clip(0, 1) * (levels - 1)
    low = np.floor(scaled)
    rise = ((scaled - low - 0.5) / soft + 0.5).clip(0, 1)
    return (low + rise * rise * (3 - 2 * rise)) / (levels - 1)


def ink_wash(image: Image.Image, seed: int) -> Image.Image:
    """Wet ink in a few depths on bare rice paper, brushed outlines; only strong reds stay red."""
    unit = _unit(image)
    tone = _relief(image, 2.2, 34, 0.42)
    tone = (tone + 0.16 * (_clouds(image, 22, seed) - 0.5)) * 1.5 - 0.1
    wash = _steps(tone, 4, 0.30)
    pooled = (_soft(wash, 2.6 * unit) - wash).clip(0, 1)  # ink gathers at the edge of a wet patch
    depth = (1 - wash) * 0.74 + pooled * 1.1
    depth *= 0.80 + 0.45 * _clouds(image, 9, seed + 1)
    lines = ((_edges(image, 1.5) - 0.10) * 3.4).clip(0, 1)
    dry = ((_clouds(image, 9, seed + 2) - 0.15) * 3).clip(0, 1)  # the brush runs out of ink
    depth = np.maximum(depth * _painted(image, seed), lines * (0.6 + 0.4 * dry) * 0.92)
    depth *= _painted(image, seed + 3) ** 0.5
    paper = 0.975 + 0.03 * (_clouds(image, 3, seed + 4) - 0.5)
    out = _blend((0.96, 0.945, 0.90), (0.055, 0.06, 0.075), depth.clip(0, 1)) * paper[..., None]
    colours = _soft(_numbers(image), 1.2 * unit)
    red = colours[..., 0] - np.maximum(colours[..., 1], colours[..., 2])
    red = ((red - 0.28) * 6).clip(0, 1)[..., None] * 0.92
    seal = np.array([0.80, 0.13, 0.08], np.float32) * (1.08 - 0.75 * depth[..., None].clip(0, 1))
    return _picture(out * (1 - red) + seal * red)


def _painted(image: Image.Image, seed: int) -> np.ndarray:
    """Return where the brush went, (H, W) in 0..1: the paper stays bare towards its edges."""
    height, width = image.height, image.width
    unit = _unit(image)
    across = np.minimum(np.arange(width), np.arange(width)[::-1])[None] / unit
    down = np.minimum(np.arange(height) * 0.62, np.arange(height)[::-1] * 1.6)[:, None] / unit
    inside = np.minimum(across, down) + 34 * (_clouds(image, 30, seed) - 0.5)
    share = ((inside - 4) / 22).clip(0, 1)
    return share * share * (3 - 2 * share)


def neon_glow(image: Image.Image, seed: int) -> Image.Image:
    """Glowing outlines, pink above and cyan below, on deep violet."""
    unit = _unit(image)
    lines = (_edges(image, 0.8) * 1.25).clip(0, 1)
    tilt = np.random.default_rng(seed).uniform(-0.12, 0.12)
    down = (np.linspace(0, 1, image.height)[:, None] + tilt).clip(0, 1) * np.ones((1, image.width))
    tube = _blend((1.0, 0.18, 0.78), (0.12, 0.92, 1.0), down)
    grey = _soft(_numbers(image.convert("L")), 2 * unit)[..., None]
    base = grey * np.array([0.11, 0.06, 0.28]) + np.array([0.03, 0.01, 0.09])
    glow = 0.9 * _soft(lines, 4 * unit) + 0.9 * _soft(lines, 12 * unit)
    core = (lines[..., None] - 0.6).clip(0, 1) * 1.2  # the tube itself is nearly white
    return _picture(base + (lines * 1.1)[..., None] * tube + glow[..., None] * tube + core)


_GLASS = np.array(
    [
        (190, 44, 36), (30, 84, 150), (26, 116, 92), (232, 172, 58), (244, 234, 208),
        (120, 62, 110), (64, 150, 168), (46, 40, 48), (214, 112, 52), (140, 178, 150),
        (92, 96, 104), (196, 200, 196),
    ],
    np.float32,
) / 255  # fmt: skip


def window_glass(image: Image.Image, seed: int) -> Image.Image:
    """Manchu-window glass: flat panes of coloured glass, leaded, under a diagonal lattice."""
    unit = _unit(image)
    flat = _soft(_numbers(image), 1.1 * unit)
    grey = flat.mean(2, keepdims=True)
    vivid = (grey + (flat - grey) * 1.6 + 0.02).clip(0, 1)
    distance = ((vivid[:, :, None] - _GLASS[None, None]) ** 2).sum(3)
    nearest = distance.argmin(2)
    # The commonest colour around wins: panes keep their size and lose their splinters.
    votes = [_soft(nearest == colour, 1.5 * unit) for colour in range(len(_GLASS))]
    panes = _picture(_GLASS[np.argmax(votes, axis=0)])
    y, x = np.mgrid[: image.height, : image.width] / unit
    cells = np.random.default_rng(seed).random((64, 64)).astype(np.float32)
    light = cells[(y / 16).astype(int) % 64, (x / 16).astype(int) % 64][..., None]
    step = 51.2
    slanted = np.minimum(np.abs((x + y) % step - step / 2), np.abs((x - y) % step - step / 2))
    upright = np.minimum(np.abs(x % step - step / 2), np.abs(y % step - step / 2))
    lattice = (2.1 - np.minimum(slanted, upright)).clip(0, 1) * 0.95
    lead = np.maximum(lattice, (_edges(panes, 0.9) * 1.6).clip(0, 1))[..., None]
    out = _numbers(panes) * (0.88 + 0.24 * light)
    return _picture(out * (1 - lead) + np.array([0.10, 0.07, 0.06]) * lead)


_PAPERS = np.array(
    [(86, 10, 22), (176, 20, 30), (222, 54, 38), (238, 168, 60), (252, 232, 178)], np.float32
) / 255  # fmt: skip


def papercut(image: Image.Image, seed: int) -> Image.Image:
    """Layers of red and gold paper with cut edges, each throwing its shadow on the one below."""
    unit = _unit(image)
    tone = _relief(image, 1.0, 46, 0.5) * 1.4 - 0.2
    tone = tone + 0.05 * (_clouds(image, 26, seed) - 0.5)
    outline = ((_edges(image, 1.1) - 0.10) * 4).clip(0, 1)
    tone = _soft(tone + 0.42 * outline * (1 - tone.clip(0, 1)), 0.9 * unit)
    out = np.ones((*tone.shape, 3), np.float32) * _PAPERS[0]
    for level, paper in enumerate(_PAPERS[1:], start=1):
        limit = level / len(_PAPERS)
        sheet = ((tone - limit) * 30 / unit + 0.5).clip(0, 1)
        lying = _moved(sheet, 2.6 * unit, 1.8 * unit)
        shadow = _soft(lying, 2.0 * unit) * (1 - sheet)
        lit = _moved(sheet, 0.7 * unit, 0.7 * unit)
        rim = (sheet - lit).clip(0, 1)[..., None]
        out *= 1 - 0.62 * shadow[..., None]
        top = paper * (1 - rim) + (0.6 * paper + 0.4) * rim
        out = out * (1 - sheet[..., None]) + top * sheet[..., None]
    grain = 0.97 + 0.06 * _clouds(image, 2.2, seed + 1)
    return _picture(out * grain[..., None])


def porcelain(image: Image.Image, seed: int) -> Image.Image:
    """Cobalt blue brushed in four depths on white porcelain."""
    unit = _unit(image)
    light = _relief(image, 1.1, 60, 0.7) * 1.35 - 0.08
    steps = _soft(_steps(light, 5, 0.35), 0.9 * unit)
    pooled = (_soft(steps, 2.0 * unit) - steps).clip(0, 1)
    steps = steps - 0.5 * pooled
    steps *= 0.94 + 0.09 * _clouds(image, 10, seed)
    steps *= 1 - 0.85 * ((_edges(image, 1.0) - 0.06) * 2.2).clip(0, 1)
    return _picture(_blend((0.05, 0.13, 0.46), (0.965, 0.97, 0.955), (steps * 1.1).clip(0, 1)))


STYLES = {
    "ink-wash": ink_wash,
    "neon": neon_glow,
    "manchu-window": window_glass,
    "papercut": papercut,
    "porcelain": porcelain,
}
# What a dataset of this style writes at the front of each caption: the style's trigger words.
STYLE_PHRASES = {
    "ink-wash": "ink wash style",
    "neon": "neon glow style",
    "manchu-window": "manchu window style",
    "papercut": "papercut style",
    "porcelain": "blue porcelain style",
}


def apply_style(style: str, image: Image.Image, seed: int = 0) -> Image.Image:
    """Return the picture repainted in one of STYLES. Raises KeyError for an unknown style."""
    return STYLES[style](image, seed)


def draw_style(style: str, spec: SceneSpec, size=256) -> Image.Image:
    """Return the scene drawn in one of STYLES. Raises KeyError for an unknown style."""
    return apply_style(style, draw(spec, size), spec.seed)
