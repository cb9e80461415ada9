"""Contact sheets: the fixed scenes used to watch training, and pictures laid out in a grid."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

from training.minibase.artist import SceneSpec, caption


def progress_specs() -> list[SceneSpec]:
    """Return the eight scenes every progress sheet shows."""
    rows = (
        ("harbour", "night", "suv", "white", "left", "neon"),
        ("arcade", "day", "sedan", "red", "right", "lanterns"),
        ("teahouse", "day", "mpv", "black", "left", "none"),
        ("bridge", "sunset", "suv", "blue", "right", "none"),
        ("mountain", "day", "sedan", "gold", "left", "none"),
        ("garden", "night", "mpv", "green", "right", "none"),
        ("arcade", "night", "suv", "black", "left", "none"),
        ("harbour", "sunset", "sedan", "white", "right", "palms"),
    )
    names = ("place", "time", "vehicle", "colour", "facing", "extra")
    return [SceneSpec(**dict(zip(names, row, strict=True))) for row in rows]


def prompts(specs) -> list[str]:
    """Return the plain caption of each scene."""
    return [caption(spec) for spec in specs]


def to_images(batch: Tensor) -> list[Image.Image]:
    """Return pictures of a (B, 3, H, W) tensor in -1..1."""
    values = ((batch.clamp(-1, 1) + 1) * 127.5).round().byte().permute(0, 2, 3, 1)
    return [Image.fromarray(np.ascontiguousarray(image)) for image in values.cpu().numpy()]


def grid(images, columns: int, gap: int = 4) -> Image.Image:
    """Lay equally large pictures (or a tensor of them) out in rows."""
    if isinstance(images, Tensor):
        images = to_images(images)
    width, height = images[0].size
    rows = -(-len(images) // columns)
    size = (columns * (width + gap) - gap, rows * (height + gap) - gap)
    sheet = Image.new("RGB", size, (24, 24, 28))
    for index, image in enumerate(images):
        place = ((index % columns) * (width + gap), (index // columns) * (height + gap))
        sheet.paste(image, place)
    return sheet
