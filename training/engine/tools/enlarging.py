"""A picture enlarged by a network, its colours and light as they were.

The network enlarges fourfold; what is asked is reached from there by Lanczos. Of what it gives only
fine detail of the lightness counts: colours are interpolated, since it makes them stronger. After
it the lightness of each pixel of the picture before is compared with the mean of those that took
its place, and what is missing is added (back-projection, Irani and Peleg 1991,
https://doi.org/10.1016/1049-9652(91)90045-L): so made smaller again it is the picture before, and
tone can't drift.
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
from training.engine.tools.upscaler import SCALE

MAX_MEGAPIXELS = 400  # of the larger picture: A0 at 300 dpi has 140
FINEST = SCALE  # more than this, and the rest is Lanczos alone
_AROUND = 3  # px of the picture before that Lanczos reads beyond a strip, at most
_MISSING = 3  # px around a point whose means count for what is added to it
_DETAIL = 0.9  # share of the network's detail: all of it is less like the original, and too hard
_LIGHTNESS = (0.299, 0.587, 0.114)  # of red, green and blue (ITU-R BT.601, as JPEG)

Box = tuple[float, float, float, float]  # left, top, right, bottom, px of the picture before
Network = super_resolution.Compact | super_resolution.Deep


def enlarge(
    image: Image.Image,
    size: tuple[int, int],
    network: Network | None = None,
    on_strip: Callable[[], object] | None = None,
    *,
    box: Box | None = None,
    passes: int = 1,
) -> Image.Image:
    """An RGB or RGBA picture at `size` (width, height in px), neither side smaller than before.

    network: None is the bundled compact one. on_strip: called after each of `strips` of the last
    pass. box: the part that is wanted, None for all. passes: how often the picture goes through the
    network, 1 or more; see `upscaler.passes`. Transparency is enlarged by Lanczos. Memory: the
    larger picture (3 or 4 bytes a pixel), a strip of it, what the network needs for one tile, and
    what all passes but the last give. Raises EngineError: picture-too-large, enlarged-smaller.
    """
    box = box or (0, 0, *image.size)
    check_size((box[2] - box[0], box[3] - box[1]), size)
    network = network or super_resolution.bundled()
    if image.mode == "RGBA":
        alpha = image.getchannel("A").resize(size, Image.Resampling.LANCZOS, box=box)
    plain, box = _cut(image, box, network)
    for _pass in range(passes - 1):
        plain = enlarge(plain, (SCALE * plain.width, SCALE * plain.height), network)
        left, top, right, bottom = (SCALE * side for side in box)
        plain, box = _cut(plain, (left, top, right, bottom), network)
    larger = Image.new("RGB", size)
    for top, bottom in strips(box, size, network):
        larger.paste(_strip(plain, box, size, (top, bottom), network), (0, top))
        if on_strip:
            on_strip()
    if image.mode == "RGBA":
        larger.putalpha(alpha)
    return larger


def check_size(before: tuple[float, float], size: tuple[int, int]) -> None:
    """Raise EngineError: picture-too-large; enlarged-smaller."""
    if size[0] * size[1] > MAX_MEGAPIXELS * 1e6:
        maximum = int(math.sqrt(MAX_MEGAPIXELS * 1e6))
        raise EngineError("picture-too-large", width=size[0], height=size[1], maximum=maximum)
    if size[0] < math.floor(before[0]) or size[1] < math.floor(before[1]):
        width, height = (round(side) for side in before)
        raise EngineError("enlarged-smaller", width=width, height=height)


def strips(box: Box, size: tuple[int, int], network: Network) -> Iterator[tuple[int, int]]:
    """The rows of the larger picture in which it is made: top and bottom of each."""
    high = max(1, round(network.tile * size[1] / (box[3] - box[1])))
    for top in range(0, size[1], high):
        yield top, min(top + high, size[1])


def _cut(image: Image.Image, box: Box, network: Network) -> tuple[Image.Image, Box]:
    """(as much of the picture as counts for the box, RGB; the box in it)."""
    around = network.reach + _MISSING + _AROUND
    left, top = (max(0, math.floor(side) - around) for side in box[:2])
    right, bottom = (
        min(most, math.ceil(side) + around) for side, most in zip(box[2:], image.size, strict=True)
    )
    inside = (box[0] - left, box[1] - top, box[2] - left, box[3] - top)
    return image.crop((left, top, right, bottom)).convert("RGB"), inside


def _strip(image, box, size, rows, network):
    """Rows of the larger picture, the same as if all had been made at once."""
    exact = [box[1] + row * (box[3] - box[1]) / size[1] for row in rows]
    first = max(0, math.floor(exact[0]) - _AROUND)
    last = min(image.height, math.ceil(exact[1]) + _AROUND)
    finer = Image.new("RGB", (SCALE * image.width, SCALE * (last - first)))
    for left in range(0, image.width, network.tile):
        part = (left, first, min(left + network.tile, image.width), last)
        finer.paste(_fourfold(image, part, network), (SCALE * left, 0))
    top, bottom = (min(max(0.0, SCALE * (row - first)), finer.height) for row in exact)
    left, right = (min(SCALE * side, finer.width) for side in (box[0], box[2]))
    # All of its width: of a part of it Pillow would round some points otherwise.
    return finer.resize(
        (size[0], rows[1] - rows[0]), Image.Resampling.LANCZOS, box=(left, top, right, bottom)
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
    drawn = network(before.contiguous(memory_format=torch.channels_last))
    plain = _interpolated(before)
    larger = plain + _DETAIL * _lightness(drawn - plain)
    missing = _lightness(before - functional.avg_pool2d(larger, SCALE))
    larger = larger + _interpolated(missing)
    rows, columns = (
        slice(SCALE * (start - before_it), SCALE * (end - before_it))
        for start, end, before_it in ((box[1], box[3], top), (box[0], box[2], left))
    )
    values = (larger[0, :, rows, columns].clamp(0, 1) * 255).round().byte()
    return Image.fromarray(values.permute(1, 2, 0).contiguous().numpy())


def _interpolated(values: torch.Tensor) -> torch.Tensor:
    return functional.interpolate(values, scale_factor=SCALE, mode="bicubic")


def _lightness(values: torch.Tensor) -> torch.Tensor:
    """(B, 3, H, W) → (B, 1, H, W)."""
    return (values * values.new_tensor(_LIGHTNESS)[:, None, None]).sum(1, keepdim=True)
