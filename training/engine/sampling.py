"""The one place where a picture is made from a prompt.

A picture depends on its own request only: every request has its own random generator and its own
passes through the network, so the same request gives the same bytes in any company (on CPU).
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler
from PIL import Image

from training.engine import base_models, latent_pictures, prompt_encoding
from training.engine.base_models import BaseInfo
from training.engine.denoising import Start, denoise, steps_taken
from training.engine.errors import EngineError
from training.engine.latent_pictures import LatentColours, Picture
from training.engine.packs import Packs
from training.engine.prompt_encoding import Conditioning

MAX_SIDE = 4096
REMEMBERED_PROMPTS = 32
PREVIEW_EVERY = 3

OnStep = Callable[[int, int, int, Image.Image | None], None]


@dataclass(frozen=True)
class SampleRequest:
    """One picture to be made.

    width, height: px; None means the base model's size. guidance: how strictly the prompt is
    followed, 1 leaves the negative prompt out. seed: 0 … 2**63-1.
    packs: (path of a LoRA file, strength) pairs; strength 0 is exactly the base's picture.
    init_image: a picture to begin from, scaled and cut to cover the size.
    change: 0 … 1, how far that picture may move; 0 gives it back, through the VAE.
    mask: with init_image; white is painted anew, black is kept as it is, pixel by pixel, and
    grey lies between the two.
    tiled: paint in overlapping tiles of the base's own size, for pictures far larger than that.
    """

    prompt: str
    negative_prompt: str = ""
    width: int | None = None
    height: int | None = None
    steps: int = 20
    guidance: float = 5.0
    seed: int = 0
    packs: Sequence[tuple[str | Path, float]] = ()
    init_image: Picture | None = None
    change: float = 1.0
    mask: Picture | None = None
    tiled: bool = False

    @property
    def steps_taken(self) -> int:
        """Steps that will be told of: fewer than `steps` where a picture changes only partly."""
        return steps_taken(self.steps, None if self.init_image is None else self.change)


class RenderStopped(Exception):
    """should_stop() said so. `.pictures` holds those that were finished before."""

    def __init__(self, pictures: list[Image.Image]):
        self.pictures = pictures
        super().__init__(f"stopped after {len(pictures)} pictures")


class Renderer:
    """Keeps a base model and its last few packs warm and makes pictures with them.

    base: BaseInfo, or a name or path. device, dtype: see base_models.load.
    pipe: a pipeline of that base which is already in memory. Not safe for several threads.
    """

    def __init__(self, base: BaseInfo | str | Path, device=None, dtype=None, pipe=None):
        self.base = base if isinstance(base, BaseInfo) else base_models.describe(base)
        self.pipe = pipe or base_models.load(self.base, device, dtype)
        self.pipe.scheduler = DPMSolverMultistepScheduler.from_config(self.pipe.scheduler.config)
        self.packs = Packs(self.pipe, self.base.name)
        self._prompts: OrderedDict[tuple, Conditioning] = OrderedDict()
        self._colours: LatentColours | None = None

    @property
    def device(self) -> torch.device:
        return self.pipe.unet.device

    def render(
        self,
        requests: Sequence[SampleRequest],
        on_step: OnStep | None = None,
        should_stop: Callable[[], bool] | None = None,
        on_picture: Callable[[int, Image.Image], None] | None = None,
    ) -> list[Image.Image]:
        """The pictures, in the order of the requests.

        on_step(i, step, total, preview): after each denoising step (1 … total) of request i;
        preview is a small picture every few steps, else None.
        should_stop(): asked before each picture and at each step.
        on_picture(i, picture): as soon as picture i is ready.
        Raises RenderStopped; EngineError: those of check_request, image-unreadable,
        image-too-large, mask-empty, lora-does-not-fit and those of lora_files.read,
        picture-not-finite.
        All requests are checked before the first picture is begun.
        """
        for request in requests:
            check_request(request, self.base)
        sources = [_source_of(request, self.base) for request in requests]
        pictures: list[Image.Image] = []
        for i, request in enumerate(requests):
            if should_stop and should_stop():
                raise RenderStopped(pictures)
            self.packs.use(request.packs)
            picture = self._one(i, request, sources[i], on_step, should_stop)
            if picture is None:
                raise RenderStopped(pictures)
            pictures.append(picture)
            if on_picture:
                on_picture(i, picture)
        return pictures

    def count_tokens(self, prompt: str) -> int:
        """Tokens of a prompt, both end marks included; those over base.token_limit cost a part."""
        return len(self.pipe.tokenizer(prompt, truncation=False)["input_ids"])

    def to(self, device) -> None:
        """Move everything to a device, e.g. to host memory while another job has the card."""
        self.pipe.to(device)
        self.packs.move(device)
        self._prompts.clear()
        self._colours = None

    def _one(
        self, i: int, request: SampleRequest, source, on_step, should_stop
    ) -> Image.Image | None:
        width, height = _size(request, self.base)
        factor = self.base.vae_factor
        wanted, unwanted = self._conditionings(request)

        def after_step(done, guess):
            if should_stop and should_stop():
                return False
            if on_step:
                shown = self.colours.picture(guess[0]) if done % PREVIEW_EVERY == 0 else None
                on_step(i, done, request.steps_taken, shown)
            return True

        latents = denoise(
            self.pipe,
            [wanted],
            unwanted and [unwanted],
            [torch.Generator("cpu").manual_seed(request.seed)],
            (height // factor, width // factor),
            steps=request.steps,
            guidance=request.guidance,
            start=source and source.start(self.pipe.vae, request.change, factor),
            tile=self._tile if request.tiled else None,
            after_step=after_step,
        )
        if latents is None:
            return None
        picture = latent_pictures.decode(self.pipe.vae, latents)[0]
        return source.put_back(picture) if source else picture

    def _conditionings(self, request: SampleRequest):
        """(wanted, unwanted) for the network, unwanted None where there is no guidance."""
        wanted = self._encoded(request.prompt)
        if request.guidance <= 1:
            return wanted, None
        unwanted = self._encoded(request.negative_prompt)
        return prompt_encoding.alike_long(self.pipe, wanted, unwanted, self.base.token_limit)

    def _encoded(self, prompt: str) -> Conditioning:
        """The prompt's conditioning, from memory where the text encoders are as they were."""
        acting = tuple(map(self.packs.act_on, ("text_encoder", "text_encoder_2")))
        key = (prompt, acting)
        if key not in self._prompts:
            self._prompts[key] = prompt_encoding.encode(self.pipe, prompt, self.base.token_limit)
        self._prompts.move_to_end(key)
        if len(self._prompts) > REMEMBERED_PROMPTS:
            self._prompts.popitem(last=False)
        return self._prompts[key]

    @property
    def _tile(self) -> tuple[int, int]:
        base = self.base
        return base.default_height // base.vae_factor, base.default_width // base.vae_factor

    @property
    def colours(self) -> LatentColours:
        if self._colours is None:
            self._colours = LatentColours(self.pipe.vae, self.base.latent_channels)
        return self._colours


@dataclass(frozen=True)
class _Source:
    """The picture and the mask that a request begins from, in its size."""

    picture: Image.Image
    mask: Image.Image | None

    def start(self, vae, change: float, factor: int) -> Start:
        mask = None
        if self.mask is not None:
            # A cell takes the largest value of its pixels, so that all that is white is free.
            cells = torch.from_numpy(np.asarray(self.mask, dtype=np.float32) / 255)[None, None]
            mask = torch.nn.functional.max_pool2d(cells, factor)
        return Start(latent_pictures.encode(vae, self.picture), change, mask)

    def put_back(self, painted: Image.Image) -> Image.Image:
        """The painted picture with the kept pixels as they were, which the VAE can't promise."""
        if self.mask is None:
            return painted
        return Image.composite(painted, self.picture, self.mask)


def _source_of(request: SampleRequest, base: BaseInfo) -> _Source | None:
    if request.init_image is None:
        return None
    size = _size(request, base)
    picture = latent_pictures.opened(request.init_image, *size)
    if request.mask is None:
        return _Source(picture, None)
    mask = latent_pictures.opened(request.mask, *size).convert("L")
    if not mask.getbbox():
        raise EngineError("mask-empty")
    return _Source(picture, mask)


def _size(request: SampleRequest, base: BaseInfo) -> tuple[int, int]:
    return request.width or base.default_width, request.height or base.default_height


def check_request(request: SampleRequest, base: BaseInfo) -> None:
    """Raise an EngineError when a request can't become a picture on this base.

    prompt-empty, size-impossible, setting-out-of-range, strength-out-of-band, mask-without-image.
    """
    if not request.prompt.strip():
        raise EngineError("prompt-empty")
    width, height = _size(request, base)
    multiple = base.size_multiple
    for side in (width, height):
        if side % multiple or not multiple <= side <= MAX_SIDE:
            raise EngineError(
                "size-impossible",
                width=width,
                height=height,
                base=base.name,
                multiple=multiple,
                maximum=MAX_SIDE,
            )
    for setting, value, low, high in (
        ("steps", request.steps, 1, 1000),
        ("guidance", request.guidance, 0, 100),
        ("seed", request.seed, 0, 2**63 - 1),
        ("change", request.change, 0, 1),
    ):
        if not low <= value <= high:
            raise EngineError(
                "setting-out-of-range", setting=setting, value=value, minimum=low, maximum=high
            )
    if request.mask is not None and request.init_image is None:
        raise EngineError("mask-without-image")
    for path, strength in request.packs:
        if not -2 <= strength <= 2:
            raise EngineError(
                "strength-out-of-band",
                name=Path(path).stem,
                strength=strength,
                minimum=-2,
                maximum=2,
            )
