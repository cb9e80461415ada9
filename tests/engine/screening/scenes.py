"""Drawn pictures with the traits of photographs: soft shading, fine grain, hard contours."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage


def scene(seed: int = 0, size: tuple[int, int] = (384, 320)) -> Image.Image:
    """A bright subject of a few shapes before a softly shaded, finely grained ground."""
    random = np.random.default_rng(seed)
    width, height = size
    shading = Image.fromarray(random.integers(50, 140, (5, 6, 3), dtype=np.uint8))
    image = shading.resize(size, Image.Resampling.BICUBIC)
    draw = ImageDraw.Draw(image)
    for _ in range(10):
        x, y = random.uniform(0.3, 0.6, 2) * (width, height)
        w, h = random.uniform(0.05, 0.2, 2) * (width, height)
        colour = tuple(int(level) for level in random.integers(30, 250, 3))
        (draw.ellipse if random.random() < 0.5 else draw.rectangle)((x, y, x + w, y + h), colour)
    grain = random.normal(0, 4, (height, width, 1))
    return Image.fromarray((np.asarray(image) + grain).clip(0, 255).astype(np.uint8))


def texture(seed: int = 0, size: tuple[int, int] = (384, 320)) -> Image.Image:
    """The same fine pattern everywhere."""
    random = np.random.default_rng(seed)
    pattern = ndimage.gaussian_filter(random.normal(size=size[::-1]), 1.5)
    return Image.fromarray((128 + 90 * pattern / np.abs(pattern).max()).astype(np.uint8))
