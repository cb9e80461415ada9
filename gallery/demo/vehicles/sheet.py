"""One page that shows the cars: for the documents."""

from __future__ import annotations

from pathlib import Path

from PIL import Image

from gallery.demo.vehicles.files import Cutout
from training.engine.data import images

_GROUND = {"day": (216, 219, 222), "sunset": (150, 112, 110), "night": (44, 47, 60)}


def sheet(cutouts: list[Cutout], folder: Path, columns: int = 6, cell: int = 400) -> Image.Image:
    """RGB page of finished cut-outs, row by row, each on a plain ground of its light.

    cell: px of a picture's width; its height is half of that.
    """
    rows = -(-len(cutouts) // columns)
    page = Image.new("RGB", (columns * cell, rows * cell // 2), _GROUND["day"])
    for place, cutout in enumerate(cutouts):
        with images.loaded(folder / cutout.name) as image:
            small = image.convert("RGBA")
        small.thumbnail((cell - 24, cell // 2 - 16), Image.Resampling.LANCZOS)
        tile = Image.new("RGB", (cell, cell // 2), _GROUND[cutout.light])
        tile.paste(small, ((cell - small.width) // 2, cell // 2 - small.height - 8), small)
        page.paste(tile, (place % columns * cell, place // columns * (cell // 2)))
    return page
