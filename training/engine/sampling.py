"""The one place where a picture is made from a prompt.

A picture depends on its own request only: every request has its own random generator and its own
passes through the network, so the same request gives the same bytes in any company (on CPU).
"""

import warnings
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler
from PIL import Image

from training.engine import adapters, base_models
from training.engine.base_models import BaseInfo
from training.engine.errors import EngineError
from training.engine.lora_files import sha256

MAX_SIDE = 4096
RESIDENT_PACKS = 3
PREVIEW_EVERY = 3

OnStep = Callable[[int, int, int, Image.Image | None], None]


@dataclass(frozen=True)
class SampleRequest:
    """One picture to be made.

    width, height: px; None means the base model's size. guidance: how strictly the prompt is
    followed, 1 leaves the negative prompt out. seed: 0 … 2**63-1.
    packs: (path of a LoRA file, strength) pairs; strength 0 is exactly the base's picture.
    """

    prompt: str
    negative_prompt: str = ""
    width: int | None = None
    height: int | None = None
    steps: int = 20
    guidance: float = 5.0
    seed: int = 0
    packs: Sequence[tuple[str | Path, float]] = ()


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
        self._resident: OrderedDict[str, None] = OrderedDict()
        self._preview: tuple[torch.Tensor, torch.Tensor] | None = None

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
        Raises RenderStopped; EngineError: prompt-empty, size-impossible, setting-out-of-range,
        strength-out-of-band, lora-does-not-fit and those of lora_files.read, picture-not-finite.
        All requests are checked before the first picture is begun.
        """
        for request in requests:
            check_request(request, self.base)
        pictures: list[Image.Image] = []
        for i, request in enumerate(requests):
            if should_stop and should_stop():
                raise RenderStopped(pictures)
            self._use_packs(request.packs)
            picture = self._one(i, request, on_step, should_stop)
            if picture is None:
                raise RenderStopped(pictures)
            pictures.append(picture)
            if on_picture:
                on_picture(i, picture)
        return pictures

    def count_tokens(self, prompt: str) -> int:
        """Tokens of a prompt, both end marks included; beyond base.token_limit nothing is read."""
        return len(self.pipe.tokenizer(prompt, truncation=False)["input_ids"])

    def to(self, device) -> None:
        """Move everything to a device, e.g. to host memory while another job has the card."""
        self.pipe.to(device)
        self._preview = None

    def _use_packs(self, packs) -> None:
        """Load what is missing, drop what was not used for longest, set the strengths."""
        strengths: dict[str, float] = {}
        for path, strength in packs:
            if not strength:
                continue
            name = "l_" + sha256(path)[:16]
            if name not in self._resident:
                adapters.load_pack(self.pipe, path, name, self.base.name)
            self._resident[name] = None
            self._resident.move_to_end(name)
            strengths[name] = strengths.get(name, 0.0) + float(strength)
        while len(self._resident) > max(RESIDENT_PACKS, len(strengths)):
            oldest, _ = self._resident.popitem(last=False)
            adapters.unload_pack(self.pipe, oldest)
        if self._resident:
            adapters.set_strengths(self.pipe, strengths)

    def _one(self, i: int, request: SampleRequest, on_step, should_stop) -> Image.Image | None:
        stopped = False

        def after_step(pipe, step, timestep, values):
            nonlocal stopped
            if should_stop and should_stop():
                stopped = True
                pipe._interrupt = True
                return values
            if on_step:
                wanted = step % PREVIEW_EVERY == PREVIEW_EVERY - 1
                on_step(i, step + 1, request.steps, self._preview_of() if wanted else None)
            return values

        # The noise is drawn on the CPU, so that a seed means the same on every device.
        generator = torch.Generator("cpu").manual_seed(request.seed)
        with torch.inference_mode(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = self.pipe(
                request.prompt,
                negative_prompt=request.negative_prompt,
                width=request.width or self.base.default_width,
                height=request.height or self.base.default_height,
                num_inference_steps=request.steps,
                guidance_scale=request.guidance,
                generator=generator,
                callback_on_step_end=after_step,
                output_type="np",
            )
        if stopped:
            return None
        pixels = result.images[0]
        if not np.isfinite(pixels).all():
            raise EngineError("picture-not-finite")
        return Image.fromarray((pixels * 255).round().astype(np.uint8))

    def _preview_of(self) -> Image.Image | None:
        """What the picture is becoming, one px per latent cell."""
        guesses = [guess for guess in self.pipe.scheduler.model_outputs if guess is not None]
        if not guesses:
            return None
        factors, bias = self._preview_factors()
        colours = torch.einsum("chw,cr->hwr", guesses[-1][0].float(), factors) + bias
        pixels = (colours / 2 + 0.5).clamp(0, 1).mul(255).round().byte()
        return Image.fromarray(pixels.cpu().numpy())

    def _preview_factors(self) -> tuple[torch.Tensor, torch.Tensor]:
        """Linear map latent → RGB in -1 … 1, measured once by decoding flat latents.

        Returns ((channels, 3), (3,)): what each channel adds, and the colour of empty latents.
        """
        if self._preview is None:
            vae = self.pipe.vae
            channels = self.base.latent_channels
            probes = torch.zeros(2 * channels + 1, channels, 4, 4)
            for c in range(channels):
                probes[1 + 2 * c, c] = 1.0
                probes[2 + 2 * c, c] = -1.0
            rows = []
            for probe in probes:
                latent = probe[None].to(vae.device, vae.dtype) / vae.config.scaling_factor
                rows.append(vae.decode(latent).sample.float().mean(dim=(0, 2, 3)))
            means = torch.stack(rows)
            self._preview = ((means[1::2] - means[2::2]) / 2, means[0])
        return self._preview


def check_request(request: SampleRequest, base: BaseInfo) -> None:
    """Raise an EngineError when a request can't become a picture on this base."""
    if not request.prompt.strip():
        raise EngineError("prompt-empty")
    width = request.width or base.default_width
    height = request.height or base.default_height
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
    ):
        if not low <= value <= high:
            raise EngineError(
                "setting-out-of-range", setting=setting, value=value, minimum=low, maximum=high
            )
    for path, strength in request.packs:
        if not -2 <= strength <= 2:
            raise EngineError(
                "strength-out-of-band",
                name=Path(path).stem,
                strength=strength,
                minimum=-2,
                maximum=2,
            )
