"""Five painted styles, made from a drawn scene. The base model never sees them.

They serve demo datasets, LoRA checks and tests. Each takes an RGB picture and a seed.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageFilter

from training.minibase.artist.picture import draw
from training.minibase.artist.spec import SceneSpec


def _numbers(image: Image.Image) -> np.ndarray:
    return np.asarray(image, np.float32) / 255


def _picture(values: np.ndarray) -> Image.Image:
    return Image.fromarray((values.clip(0, 1) * 255 + 0.5).astype(np.uint8))


def _edges(image: Image.Image) -> np.ndarray:
    """Return line strength, (H, W) in 0..1: the strongest gradient of the three channels."""
    values = _numbers(image.filter(ImageFilter.GaussianBlur(image.width / 400)))
    across = np.zeros_like(values)
    down = np.zeros_like(values)
    across[:, 1:-1] = values[:, 2:] - values[:, :-2]
    down[1:-1] = values[2:] - values[:-2]
    return (np.hypot(across, down).max(2) * 1.5).clip(0, 1)


def _light(image: Image.Image, blur: float = 1.0) -> np.ndarray:
    """Return brightness, (H, W), stretched so that the picture uses all of 0..1."""
    grey = _numbers(image.convert("L").filter(ImageFilter.GaussianBlur(blur * image.width / 256)))
    low, high = np.percentile(grey, (2, 97))
    return ((grey - low) / (high - low + 1e-6)).clip(0, 1)


def _clouds(size, cells: int, seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).random((cells, cells))
    return _numbers(_picture(noise).resize(size, Image.Resampling.BICUBIC))


def _blend(low, high, share: np.ndarray) -> np.ndarray:
    share = share[..., None]
    return np.array(low, np.float32) * (1 - share) + np.array(high, np.float32) * share


def ink_wash(image: Image.Image, seed: int) -> Image.Image:
    """Grey washes in five steps on rice paper; only strong reds keep their colour."""
    light = _light(image, 1.2) ** 0.65
    wash = 0.3 + 0.7 * np.minimum(np.floor(light * 5.99) / 5, 1)
    wash = _numbers(_picture(wash).filter(ImageFilter.GaussianBlur(image.width / 300)))
    wash *= 0.92 + 0.13 * _clouds(image.size, 20, seed)
    wash *= 1 - 0.82 * (_edges(image) * 1.2).clip(0, 1)
    out = _blend((0.10, 0.105, 0.12), (0.965, 0.952, 0.918), wash.clip(0, 1))
    colours = _numbers(image)
    red = colours[..., 0] - np.maximum(colours[..., 1], colours[..., 2])
    red = ((red - 0.3) * 5).clip(0, 1)[..., None] * 0.9
    seal = np.array([0.77, 0.19, 0.12], np.float32) * (0.5 + 0.55 * wash[..., None])
    return _picture(out * (1 - red) + seal * red)


def neon_glow(image: Image.Image, seed: int) -> Image.Image:
    """Glowing outlines, pink above and cyan below, on deep violet."""
    lines, height = _edges(image), image.height
    tilt = np.random.default_rng(seed).uniform(-0.12, 0.12)
    down = (np.linspace(0, 1, height)[:, None] + tilt).clip(0, 1) * np.ones((1, image.width))
    tube = _blend((1.0, 0.18, 0.78), (0.12, 0.92, 1.0), down)
    grey = _numbers(image.convert("L"))[..., None]
    base = grey * np.array([0.11, 0.06, 0.28]) + np.array([0.03, 0.01, 0.09])
    glow = _picture(lines).filter(ImageFilter.GaussianBlur(image.width / 64))
    return _picture(base + (lines * 1.1)[..., None] * tube + _numbers(glow)[..., None] * tube)


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
    flat = _numbers(image.filter(ImageFilter.GaussianBlur(image.width / 220)))
    grey = flat.mean(2, keepdims=True)
    vivid = (grey + (flat - grey) * 1.6 + 0.02).clip(0, 1)
    distance = ((vivid[:, :, None] - _GLASS[None, None]) ** 2).sum(3)
    panes = _picture(_GLASS[distance.argmin(2)]).filter(ImageFilter.ModeFilter(5))
    noise = np.random.default_rng(seed).random((image.height // 16, image.width // 16))
    cells = _numbers(_picture(noise).resize(image.size, Image.Resampling.NEAREST))[..., None]
    y, x = np.mgrid[: image.height, : image.width]
    step = image.height / 5
    slanted = np.minimum(np.abs((x + y) % step - step / 2), np.abs((x - y) % step - step / 2))
    upright = np.minimum(np.abs(x % step - step / 2), np.abs(y % step - step / 2))
    thin = 256 / image.width
    lattice = (1.5 - np.minimum(slanted, upright) * thin).clip(0, 1) * 0.85
    lead = np.maximum(lattice, (_edges(panes) * 1.2).clip(0, 1) * 0.9)[..., None]
    out = _numbers(panes) * (0.9 + 0.2 * cells)
    return _picture(out * (1 - lead) + np.array([0.13, 0.09, 0.08]) * lead)


def papercut(image: Image.Image, seed: int) -> Image.Image:
    """Red paper cut out over gold, with dark cut lines."""
    light = _light(image, 0.8)
    limit = np.median(light) + np.random.default_rng(seed).uniform(-0.03, 0.03)
    share = 1 / (1 + np.exp(-(light - limit) * 20))
    out = _blend((0.78, 0.07, 0.09), (0.97, 0.82, 0.44), share)
    lines = _edges(image)[..., None]
    return _picture(out * (1 - lines) + np.array([0.42, 0.02, 0.05]) * lines)


def porcelain(image: Image.Image, seed: int) -> Image.Image:
    """Cobalt blue brushed in four depths on white porcelain."""
    light = _light(image, 1.1)
    steps = np.minimum(np.floor(light * 5) / 4, 1)
    steps = _numbers(_picture(steps).filter(ImageFilter.GaussianBlur(image.width / 280)))
    steps *= 0.94 + 0.09 * _clouds(image.size, 26, seed)
    steps *= 1 - 0.75 * _edges(image)
    return _picture(_blend((0.07, 0.16, 0.44), (0.965, 0.97, 0.95), (steps * 1.08).clip(0, 1)))


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
