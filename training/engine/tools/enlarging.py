"""A picture enlarged by a network, its colours and light as they were.

The network enlarges fourfold; what is asked is reached from there by Lanczos. After it each pixel
of the picture before is compared with the mean of those that took its place, and what is missing is
added (back-projection, Irani and Peleg 1991, https://doi.org/10.1016/1049-9652(91)90045-L): so the
picture made smaller again is the one before, and tone can't drift.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
import torch
from PIL import Image
from torch.nn import functional

from training.engine.errors import EngineError
from training.engine.tools import super_resolution
from training.engine.tools.super_resolution import SCALE

MAX_MEGAPIXELS = 400  # of the larger picture: A0 at 300 dpi has 140
FINEST = SCALE  # more than this, and the rest is Lanczos alone
_AROUND = 3  # px of the picture before that Lanczos reads beyond a strip, at most
_MISSING = 3  # px around a point whose means count for what is added to it


def enlarge(
    image: Image.Image,
    size: tuple[int, int],
    network: super_resolution.Compact | super_resolution.Deep | None = None,
    on_strip: Callable[[], object] | None = None,
) -> Image.Image:
    """An RGB or RGBA picture at `size` (width, height in px), neither side smaller than before.

    network: None is the bundled compact one. on_strip: called after each of `strips`. Transparency
    is enlarged by Lanczos. Memory: the larger picture (3 or 4 bytes a pixel), a strip of it, and
    what the network needs for one tile. Raises EngineError: picture-too-large, enlarged-smaller.
    """
    check_size(image.size, size)
    network = network or super_resolution.load()
    plain = image.convert("RGB")
    larger = Image.new("RGB", size)
    for top, bottom in strips(image.size, size, network):
        larger.paste(_strip(plain, size, top, bottom, network), (0, top))
        if on_strip:
            on_strip()
    if image.mode == "RGBA":
        larger.putalpha(image.getchannel("A").resize(size, Image.Resampling.LANCZOS))
    return larger


def check_size(before: tuple[int, int], size: tuple[int, int]) -> None:
    """Raise EngineError: picture-too-large; enlarged-smaller."""
    if size[0] * size[1] > MAX_MEGAPIXELS * 1e6:
        maximum = int(math.sqrt(MAX_MEGAPIXELS * 1e6))
        raise EngineError("picture-too-large", width=size[0], height=size[1], maximum=maximum)
    if size[0] < before[0] or size[1] < before[1]:
        raise EngineError("enlarged-smaller", width=before[0], height=before[1])


def strips(
    before: tuple[int, int],
    size: tuple[int, int],
    network: super_resolution.Compact | super_resolution.Deep,
) -> Iterator[tuple[int, int]]:
    """The rows of the larger picture in which it is made: top and bottom of each."""
    high = max(1, round(network.tile * size[1] / before[1]))
    for top in range(0, size[1], high):
        yield top, min(top + high, size[1])


def _strip(image, size, top, bottom, network):
    """Rows of the larger picture, the same as if all had been made at once."""
    exact = [row * image.height / size[1] for row in (top, bottom)]
    first = max(0, math.floor(exact[0]) - _AROUND)
    last = min(image.height, math.ceil(exact[1]) + _AROUND)
    finer = Image.new("RGB", (SCALE * image.width, SCALE * (last - first)))
    for left in range(0, image.width, network.tile):
        box = (left, first, min(left + network.tile, image.width), last)
        finer.paste(_fourfold(image, box, network), (SCALE * left, 0))
    ends = [min(max(0.0, SCALE * (row - first)), finer.height) for row in exact]
    # All of its width: of a part of it Pillow would round some points otherwise.
    return finer.resize(
        (size[0], bottom - top), Image.Resampling.LANCZOS, box=(0, ends[0], finer.width, ends[1])
    )


@torch.inference_mode()
def _fourfold(image: Image.Image, box: tuple[int, int, int, int], network) -> Image.Image:
    """A part of the picture four times as large."""
    around = network.reach + _MISSING
    left, top = (max(0, side - around) for side in box[:2])
    right, bottom = (
        min(most, side + around) for side, most in zip(box[2:], image.size, strict=True)
    )
    part = np.array(image.crop((left, top, right, bottom)))
    before = torch.from_numpy(part).permute(2, 0, 1)[None].float() / 255
    larger = network(before.contiguous(memory_format=torch.channels_last))
    missing = before - functional.avg_pool2d(larger, SCALE)
    larger = larger + functional.interpolate(missing, scale_factor=SCALE, mode="bicubic")
    rows, columns = (
        slice(SCALE * (start - before_it), SCALE * (end - before_it))
        for start, end, before_it in ((box[1], box[3], top), (box[0], box[2], left))
    )
    values = (larger[0, :, rows, columns].clamp(0, 1) * 255).round().byte()
    return Image.fromarray(values.permute(1, 2, 0).contiguous().numpy())
