"""What an image is to be made of: the request, its checks, and the image it begins from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.engine import families
from training.engine.errors import EngineError
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.prompts import checks, strengths
from training.engine.sampling import image_latents
from training.engine.sampling.denoising import InitLatents, steps_taken
from training.engine.sampling.image_latents import ImageSource

MAX_SIDE = 4096


@dataclass(frozen=True)
class SampleRequest:
    """One image to be made.

    prompt, negative_prompt: as word_weights reads them, without style tags.
    width, height: px; None means the base model's size. guidance: how strictly the prompt is
    followed, 1 leaves the negative prompt out. seed: 0 … 2**63-1.
    packs: (path of a LoRA file, strength) pairs; strength 0 is exactly the base's image.
    init_image: an image to begin from, scaled and cut to cover the size.
    denoising_strength: 0 … 1, how far that image may move; 0 gives it back, through the VAE.
    mask: with init_image; white is painted anew, black is kept as it is, pixel by pixel; grey is
    painted as well, but let go the later the darker it is.
    scheduler: one of the family's schedulers; "" is its usual one.
    """

    prompt: str
    negative_prompt: str = ""
    width: int | None = None
    height: int | None = None
    steps: int = 20
    guidance: float = 5.0
    seed: int = 0
    packs: Sequence[tuple[str | Path, float]] = ()
    init_image: ImageSource | None = None
    denoising_strength: float = 1.0
    mask: ImageSource | None = None
    scheduler: str = ""

    @property
    def steps_taken(self) -> int:
        """Steps that will be told of: fewer than `steps` where an image changes only partly."""
        strength = None if self.init_image is None else self.denoising_strength
        return steps_taken(self.steps, strength)


@dataclass(frozen=True)
class InitImage:
    """The image and the mask that a request begins from, in its size."""

    image: Image.Image
    mask: Image.Image | None

    def latents(self, model: DiffusionModel, denoising_strength: float) -> InitLatents:
        mask = None
        if self.mask is not None:
            # A cell that is kept in part is let go in the course of painting: its neighbours then
            # know what stands there, and its free pixels are painted all the same.
            cells = torch.from_numpy(np.asarray(self.mask, dtype=np.float32) / 255)[None, None]
            mask = torch.nn.functional.avg_pool2d(cells, model.info.vae_factor)
        return InitLatents(image_latents.encode(model, self.image), denoising_strength, mask)

    def put_back(self, painted: Image.Image) -> Image.Image:
        """The painted image with the kept pixels as they were, which the VAE can't promise."""
        if self.mask is None:
            return painted
        black = self.mask.point(lambda value: 255 if value == 0 else 0)
        return Image.composite(self.image, painted, black)


def init_image_of(request: SampleRequest, base: BaseInfo) -> InitImage | None:
    """The image a request begins from, opened; None without one.

    Raises EngineError: image-unreadable, image-too-large, mask-empty.
    """
    if request.init_image is None:
        return None
    size = size_of(request, base)
    image = image_latents.opened(request.init_image, *size)
    if request.mask is None:
        return InitImage(image, None)
    mask = image_latents.opened(request.mask, *size).convert("L")
    if not mask.getbbox():
        raise EngineError("mask-empty")
    return InitImage(image, mask)


def size_of(request: SampleRequest, base: BaseInfo) -> tuple[int, int]:
    """(width, height) of a request's image, px."""
    return request.width or base.default_width, request.height or base.default_height


def check_request(request: SampleRequest, base: BaseInfo) -> None:
    """Raise an EngineError when a request can't become an image on this base.

    prompt-empty, size-impossible, setting-out-of-range, setting-unknown,
    strength-out-of-band, mask-without-image; those of checks.check.
    """
    checks.check(request.prompt, request.negative_prompt)
    _check_size(request, base)
    _check_numbers(request)
    schedulers = families.of(base.family).schedulers
    if request.scheduler and request.scheduler not in schedulers:
        choices = ", ".join(schedulers)
        raise EngineError(
            "setting-unknown", setting="scheduler", value=request.scheduler, choices=choices
        )
    if request.mask is not None and request.init_image is None:
        raise EngineError("mask-without-image")
    for path, strength in request.packs:
        strengths.check(Path(path).stem, strength)


def _check_size(request: SampleRequest, base: BaseInfo) -> None:
    width, height = size_of(request, base)
    multiple = base.size_multiple
    if any(side % multiple or not multiple <= side <= MAX_SIDE for side in (width, height)):
        raise EngineError(
            "size-impossible",
            width=width,
            height=height,
            base=base.name,
            multiple=multiple,
            maximum=MAX_SIDE,
        )


def _check_numbers(request: SampleRequest) -> None:
    for setting, value, low, high in (
        ("steps", request.steps, 1, 1000),
        ("guidance", request.guidance, 0, 100),
        ("seed", request.seed, 0, 2**63 - 1),
        ("denoising_strength", request.denoising_strength, 0, 1),
    ):
        if not low <= value <= high:
            raise EngineError(
                "setting-out-of-range", setting=setting, value=value, minimum=low, maximum=high
            )
