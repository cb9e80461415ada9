"""Pictures at a larger size than they were painted: by the network where it is whole, else by
Lanczos, which adds no detail."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image

from gallery.engine import sizes
from training.engine.errors import EngineError
from training.engine.tools import upscaler

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Enlargement:
    """How a picture is made larger.

    growth: times as large, on each side. passes: through the network; 0 is Lanczos alone.
    fault: code of the EngineError that keeps the network from being used, "" for none.
    pixels: area of what is enlarged, px.
    """

    growth: float
    passes: int
    fault: str = ""
    pixels: float = 0

    @property
    def seconds(self) -> float:
        """Processor seconds that the network takes, about."""
        return upscaler.seconds(self.pixels, self.passes)

    @property
    def facts(self) -> dict:
        """As JSON, with the network's name and hash, to be kept with the picture or its file."""
        facts: dict = {"growth": round(self.growth, 2), "passes": self.passes}
        if self.passes:
            facts |= {"network": upscaler.NAME, "sha256": upscaler.SHA256}
        if self.fault:
            facts["fault"] = self.fault
        return facts


def enlargement(
    size: tuple[float, float], larger: tuple[int, int], most: int = upscaler.IN_BACKGROUND
) -> Enlargement:
    """How a picture of `size` px is brought to `larger` px. most: as `upscaler.passes`."""
    growth = larger[0] / size[0]
    pixels = size[0] * size[1]
    passes = upscaler.passes(pixels, growth, most)
    fault = network_fault() if passes else None
    return Enlargement(growth, 0 if fault else passes, fault.code if fault else "", pixels)


def network_fault() -> EngineError | None:
    """What is wrong with the network's file, or None."""
    try:
        upscaler.check()
    except EngineError as error:
        return error
    return None


def enlarged(
    image: Image.Image,
    size: tuple[int, int],
    box: sizes.Box | None = None,
    most: int = upscaler.IN_BACKGROUND,
    on_strip: Callable[[int, int], object] | None = None,
) -> Image.Image:
    """An RGB picture, or a part of it, at `size` px, whether larger or smaller.

    box: that part, px of the picture. most: as `upscaler.passes`. on_strip(done, total): after each
    strip of the larger picture.
    """
    box = box or (0, 0, *image.size)
    way = enlargement((box[2] - box[0], box[3] - box[1]), size, most)
    if way.fault:
        logger.warning("Enlarged without the network: %s", network_fault())
    if not way.passes:
        return image.resize(size, Image.Resampling.LANCZOS, box=box)
    enlarging, super_resolution = _tools()
    network = super_resolution.bundled()
    total = len(list(enlarging.strips(box, size, network)))
    done = 0

    def after_strip():
        nonlocal done
        done += 1
        if on_strip:
            on_strip(done, total)

    return enlarging.enlarge(image, size, network, after_strip, box=box, passes=way.passes)


def _tools():
    """The modules that run the network: torch is loaded at the first use."""
    is_first = "torch" not in sys.modules
    from training.engine.tools import enlarging, super_resolution  # noqa: PLC0415 -- torch

    if is_first:  # as `core/process/resident`: a web process must not look through it for ever
        gc.collect()
        gc.freeze()
    return enlarging, super_resolution


def cut_to(
    image: Image.Image,
    width: int,
    height: int,
    focus: tuple[float, float] = (0.5, 0.5),
    most: int = upscaler.IN_BACKGROUND,
) -> Image.Image:
    """The picture cut as `sizes.cut_box` says, at width × height px. most: as `upscaler.passes`."""
    box = sizes.cut_box(image.size, width, height, focus)
    return enlarged(image, (width, height), box, most)
