"""The one place where a picture is made from a prompt.

A picture depends on its own request only: every request has its own random generator. On a CPU it
also has its own passes through the network, so the same request gives the same bytes in any
company; on a GPU pictures that are alike share passes, and may differ in their last bits.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch
from PIL import Image

from training.engine.base import base_models, loading
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.families.prompt_embeds import PromptEmbeds
from training.engine.lora.packs import Packs
from training.engine.prompts import word_weights
from training.engine.sampling import image_latents
from training.engine.sampling.denoising import denoise
from training.engine.sampling.image_latents import LatentColours
from training.engine.sampling.sample_request import (
    InitImage,
    SampleRequest,
    check_request,
    init_image_of,
    size_of,
)

REMEMBERED_PROMPTS = 32
PREVIEW_EVERY = 3
BATCH_PIXELS = 8 * 512 * 512  # of all pictures that share the passes of a GPU
_WORKING_MEMORY = 3_000_000_000  # bytes that a card needs beside the weights

OnStep = Callable[[int, int, int, Image.Image | None], None]


class RenderStopped(Exception):
    """should_stop() said so. `.pictures` holds those that were finished before."""

    def __init__(self, pictures: list[Image.Image]):
        self.pictures = pictures
        super().__init__(f"stopped after {len(pictures)} pictures")


class Renderer:
    """Keeps a base model and its last few packs warm and makes pictures with them.

    base: BaseInfo, or a name or path. device, dtype: see loading.load_model.
    model: that base, where it is already in memory; its networks stay as they are.
    batch: pictures that may share passes; None is 1 on a CPU, on a GPU as many as BATCH_PIXELS.
    offload: keep text encoders and VAE in host memory between uses; None means on a small card,
    where the base is loaded here.
    compile: backend of torch.compile for the network's blocks, such as "inductor"; "" is none. As
    packs are in the weights, a change of packs or strengths compiles nothing anew.
    Not safe for several threads.
    """

    def __init__(
        self,
        base: BaseInfo | str | Path,
        device=None,
        dtype=None,
        model: DiffusionModel | None = None,
        *,
        batch: int | None = None,
        offload: bool | None = None,
        compile: str = "",
    ):
        self.base = base if isinstance(base, BaseInfo) else base_models.describe(base)
        self.device = model.device if model else loading.choose_device(device)
        if offload is None:
            # A model that was passed may be in training: its parts stay where they are.
            offload = model is None and _is_tight(self.base, self.device)
        self.offload = offload
        if model is None:
            dtype = dtype or loading.choose_dtype(self.device)
            model = loading.load_model(self.base, "cpu" if self.offload else self.device, dtype)
            model.move_network(self.device)
        self.model = model
        self.batch = batch
        self.packs = Packs(model, self.base.name)
        self._prompts: OrderedDict[tuple, PromptEmbeds] = OrderedDict()
        self._colours: LatentColours | None = None
        if compile:
            model.network.compile_repeated_blocks(backend=compile)

    def render(
        self,
        requests: Sequence[SampleRequest],
        on_step: OnStep | None = None,
        should_stop: Callable[[], bool] | None = None,
        on_image: Callable[[int, Image.Image], None] | None = None,
    ) -> list[Image.Image]:
        """The pictures, in the order of the requests.

        on_step(i, step, total, preview): after each denoising step (1 … total) of request i;
        preview is a small picture every few steps, else None.
        should_stop(): asked before each picture and at each step.
        on_image(i, picture): as soon as picture i is ready.
        Raises RenderStopped; EngineError: those of check_request and init_image_of,
        lora-does-not-fit and those of weight_files.read, picture-not-finite.
        All requests are checked before the first picture is begun.
        """
        for request in requests:
            check_request(request, self.base)
        init_images = [init_image_of(request, self.base) for request in requests]
        pictures: list[Image.Image] = []
        for group in self._groups(requests):
            if should_stop and should_stop():
                raise RenderStopped(pictures)
            self.packs.use(requests[group[0]].packs)
            painted = self._together(
                group, [requests[i] for i in group], init_images[group[0]], on_step, should_stop
            )
            if painted is None:
                raise RenderStopped(pictures)
            for i, picture in zip(group, painted, strict=True):
                pictures.append(picture)
                if on_image:
                    on_image(i, picture)
        return pictures

    def count_tokens(self, prompt: str) -> int:
        """Tokens of a prompt, both end marks included; those over base.token_limit cost a part."""
        return self.model.count_tokens(word_weights.words_of(prompt))

    @property
    def colours(self) -> LatentColours:
        if self._colours is None:
            with self._at_hand(self.model.vae):
                self._colours = LatentColours(self.model)
        return self._colours

    def _groups(self, requests: Sequence[SampleRequest]) -> Iterator[list[int]]:
        """The requests' numbers in order, those together that share their passes."""
        group: list[int] = []
        for i, request in enumerate(requests):
            if group and len(group) < self._room(request):
                first = requests[group[0]]
                # Filled up to a neighbour's length, a prompt would give another picture.
                if _alike(first, request) and self._parts(first) == self._parts(request):
                    group.append(i)
                    continue
            if group:
                yield group
            group = [i]
        if group:
            yield group

    def _parts(self, request: SampleRequest) -> int:
        """Parts in which the longer of a request's prompts is read."""
        return max(map(self.model.count_parts, (request.prompt, request.negative_prompt)))

    def _room(self, request: SampleRequest) -> int:
        if self.batch is not None:
            return self.batch
        if self.device.type == "cpu":
            return 1  # kernels choose their order of adding by the batch: bits would differ
        width, height = size_of(request, self.base)
        return max(1, BATCH_PIXELS // (width * height))

    def _together(
        self,
        group: list[int],
        requests: list[SampleRequest],
        init_image: InitImage | None,
        on_step: OnStep | None,
        should_stop: Callable[[], bool] | None,
    ) -> list[Image.Image] | None:
        """The images of requests that are alike; None when it was stopped."""
        first = requests[0]
        prompt_embeds, negative_prompt_embeds = self._embeds_of(requests)
        latents = denoise(
            self.model,
            self.model.sampler(first.scheduler or self.model.family.schedulers[0]),
            prompt_embeds,
            negative_prompt_embeds,
            [torch.Generator("cpu").manual_seed(request.seed) for request in requests],
            self._latent_size(first),
            steps=first.steps,
            guidance=first.guidance,
            init=self._init_latents(init_image, first.denoising_strength),
            after_step=self._after_step(group, first.steps_taken, on_step, should_stop),
        )
        if latents is None:
            return None
        with self._at_hand(self.model.vae):
            # One by one: decoding takes far more memory than a step, and gains little.
            images = [image_latents.decode(self.model, one[None]) for one in latents]
        return [init_image.put_back(image) if init_image else image for image in images]

    def _latent_size(self, request: SampleRequest) -> tuple[int, int]:
        """(height, width) of a request in latent cells."""
        width, height = size_of(request, self.base)
        return height // self.base.vae_factor, width // self.base.vae_factor

    def _init_latents(self, init_image: InitImage | None, denoising_strength: float):
        if init_image is None:
            return None
        with self._at_hand(self.model.vae):
            return init_image.latents(self.model, denoising_strength)

    def _after_step(
        self,
        group: list[int],
        total: int,
        on_step: OnStep | None,
        should_stop: Callable[[], bool] | None,
    ) -> Callable[[int, torch.Tensor], bool]:
        """What `denoise` calls after each of `total` steps: tell the group's, and ask to go on."""

        def after_step(done, pred_originals):
            if should_stop and should_stop():
                return False
            if on_step:
                for i, latents in zip(group, pred_originals, strict=True):
                    preview = self.colours.image(latents) if done % PREVIEW_EVERY == 0 else None
                    on_step(i, done, total, preview)
            return True

        return after_step

    def _embeds_of(self, requests: list[SampleRequest]) -> tuple[PromptEmbeds, PromptEmbeds | None]:
        """(prompt_embeds, negative_prompt_embeds), of one length; the latter None without
        guidance."""
        positive = [self._encoded(request.prompt) for request in requests]
        negative = [self._encoded(request.negative_prompt) for request in requests]
        if requests[0].guidance <= 1 or self.model.takes_guidance:
            negative = []
        with self._at_hand(*self.model.text_encoders.values()):
            alike = self.model.batch([*positive, *negative])
        count = len(positive)
        return alike[:count], alike[count:] if negative else None

    def _encoded(self, prompt: str) -> PromptEmbeds:
        """The prompt's embeddings, from memory where the text encoders are as they were."""
        acting = tuple(map(self.packs.act_on, self.model.family.text_encoders))
        key = (prompt, acting)
        if key not in self._prompts:
            with self._at_hand(*self.model.text_encoders.values()):
                self._prompts[key] = self.model.encode_prompt(prompt)
        self._prompts.move_to_end(key)
        if len(self._prompts) > REMEMBERED_PROMPTS:
            self._prompts.popitem(last=False)
        return self._prompts[key]

    @contextmanager
    def _at_hand(self, *modules: torch.nn.Module):
        """With these parts of the model on the device, for the time of their use."""
        for module in modules if self.offload else ():
            module.to(self.device)
        try:
            yield
        finally:
            for module in modules if self.offload else ():
                module.to("cpu")


def _alike(first: SampleRequest, second: SampleRequest) -> bool:
    """Whether two requests may share passes: equal but for prompts and seed, from no picture."""
    shared = ("width", "height", "steps", "guidance", "scheduler")
    return (
        all(getattr(first, name) == getattr(second, name) for name in shared)
        and list(first.packs) == list(second.packs)
        and first.init_image is second.init_image is None
    )


def memory_needed(base: BaseInfo) -> int:
    """Bytes that a renderer of this base takes on a card: its weights, and the work on them."""
    files = [base.path] if base.is_single_file else base.path.glob("*/*.safetensors")
    return sum(file.stat().st_size for file in files) + _WORKING_MEMORY


def _is_tight(base: BaseInfo, device: torch.device) -> bool:
    """Whether the weights and the work on them do not fit the card together."""
    if device.type != "cuda":
        return False
    return memory_needed(base) > torch.cuda.get_device_properties(device).total_memory
