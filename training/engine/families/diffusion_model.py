"""A base model in memory, as the training loop, the renderer and the caches ask it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import torch
from torch import Tensor

from training.engine.diffusion import Objective
from training.engine.families.base_info import BaseInfo
from training.engine.families.family import Family
from training.engine.families.prompt_embeds import PromptEmbeds

if TYPE_CHECKING:
    from diffusers.models.modeling_utils import ModelMixin


@dataclass(frozen=True)
class LatentSpread:
    """What the VAE says of images, scaled as the network takes it. mean, std: (B, C, h, w)."""

    mean: Tensor
    std: Tensor


class Sampler(Protocol):
    """One walk from noise to latents. All latents: (B, C, h, w), fp32."""

    def set_timesteps(
        self, steps: int, skipped: int, shape: Sequence[int], device: torch.device
    ) -> Tensor:
        """The timesteps of a walk of so many steps, the first ones left out, on the device.

        shape: of the latents (C, h, w).
        """

    def start(self, noise: Tensor) -> Tensor:
        """Noise (mean 0, deviation 1) as the walk begins with it."""

    def add_noise(self, latents: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        """Latents with as much noise as they have at a timestep ()."""

    def scaled(self, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        """Noisy latents as the network takes them."""

    def step(
        self,
        model_output: Tensor,
        timestep: Tensor,
        noisy_latents: Tensor,
        generators: Sequence[torch.Generator],
    ) -> tuple[Tensor, Tensor]:
        """(latents of the next timestep, the image's latents as they look so far)."""


class DiffusionModel(ABC):
    """The half of a family that computes: one base and its networks.

    pipe: the diffusers pipeline that holds the networks; a part that was let go is None there.
    takes_guidance: the network is told the guidance, instead of being asked twice (LCM and other
    distilled bases).
    """

    takes_guidance = False

    def __init__(self, family: Family, info: BaseInfo, pipe):
        self.family = family
        self.info = info
        self.pipe = pipe

    # -- its parts ------------------------------------------------------------------------

    @property
    def network(self) -> ModelMixin:
        """The part that denoises."""
        return getattr(self.pipe, self.family.network)

    @property
    def has_vae(self) -> bool:
        """Whether the VAE is in memory."""
        return self.pipe.vae is not None

    @property
    def vae(self) -> ModelMixin:
        """The part between images and latents. Raises ValueError where it was let go."""
        if not self.has_vae:
            raise ValueError("the VAE was let go; load_vae has it back")
        return self.pipe.vae

    @property
    def text_encoders(self) -> dict[str, torch.nn.Module]:
        """The text encoders that are in memory, by the part's name."""
        pairs = ((part, getattr(self.pipe, part, None)) for part in self.family.text_encoders)
        return {part: encoder for part, encoder in pairs if encoder is not None}

    @property
    def lora_networks(self) -> dict[str, torch.nn.Module]:
        """The parts that may carry LoRA, by name: the network first, then the text encoders."""
        return {self.family.network: self.network, **self.text_encoders}

    @property
    def device(self) -> torch.device:
        return self.network.device

    @property
    def dtype(self) -> torch.dtype:
        return self.network.dtype

    def move_network(self, device, **layout) -> None:
        """Put the network on a device. layout: what else torch.nn.Module.to takes."""
        self.network.to(device, **layout)

    def move_encoders(self, device, *, text: bool = True) -> None:
        """Put the VAE and, with `text`, the text encoders on a device."""
        for encoder in self._encoders(text).values():
            encoder.to(device)

    def drop_encoders(self, *, text: bool = True) -> None:
        """Let the VAE and, with `text`, the text encoders go from memory."""
        for part in self._encoders(text):
            setattr(self.pipe, part, None)

    def load_vae(self, device) -> None:
        """Have the VAE on a device, in fp32; it is read again where it was let go."""
        if not self.has_vae:
            without_text = dict.fromkeys(self.family.text_encoders)
            parts = {self.family.network: self.network, **without_text}
            fresh = self.family.load(self.info, device, torch.float32, **parts)
            self.pipe.vae = fresh.vae
        self.vae.to(device)

    @contextmanager
    def vae_in(self, dtype) -> Iterator[None]:
        """A block in which the VAE works in another number format."""
        vae: torch.nn.Module = self.vae
        former = self.vae.dtype
        vae.to(dtype)
        try:
            yield
        finally:
            vae.to(former)

    def loaded_around(self, parts: Iterable[str]) -> DiffusionModel:
        """The same base, loaded again around these parts of this one, which stay as they are."""
        components = {part: getattr(self.pipe, part) for part in parts}
        return self.family.load(self.info, self.device, self.dtype, **components)

    def _encoders(self, text: bool) -> dict[str, torch.nn.Module]:
        vae: dict[str, torch.nn.Module] = {"vae": self.vae} if self.has_vae else {}
        return vae | (self.text_encoders if text else {})

    # -- prompts --------------------------------------------------------------------------

    @abstractmethod
    def count_tokens(self, text: str) -> int:
        """Tokens of a text without weights, start and end marks included."""

    @abstractmethod
    def count_parts(self, prompt: str) -> int:
        """Parts in which a prompt is read: prompts of as many parts may share passes."""

    @abstractmethod
    def encode_prompt(self, prompt: str) -> PromptEmbeds:
        """One prompt, however long, with the weights of its words, for rendering."""

    @abstractmethod
    def encode_captions(self, captions: list[str]) -> PromptEmbeds:
        """Captions as the base was trained on them, with gradients where the encoders have any."""

    @abstractmethod
    def batch(self, prompts: Sequence[PromptEmbeds]) -> PromptEmbeds:
        """Prompts one below the other, the shorter filled up to the length of the longest."""

    # -- images ---------------------------------------------------------------------------

    @abstractmethod
    def encode_images(self, pixels: Tensor, *, tiled: bool = False) -> LatentSpread:
        """What the VAE makes of images (B, 3, H, W) in -1 … 1. tiled: in tiles, to save memory."""

    @abstractmethod
    def decode_latents(self, latents: Tensor, *, tiled: bool = False) -> Tensor:
        """The images (B, 3, H, W), about -1 … 1, of latents (B, C, h, w)."""

    # -- denoising ------------------------------------------------------------------------

    @abstractmethod
    def objective(self, min_snr_gamma: float) -> Objective:
        """What the network learns, on its device. min_snr_gamma: 0 is off."""

    @abstractmethod
    def sampler(self, name: str) -> Sampler:
        """A walk from noise to latents. name: one of family.schedulers."""

    @abstractmethod
    def predict(
        self,
        noisy_latents: Tensor,
        timesteps: Tensor,
        prompts: PromptEmbeds,
        guidance: float | None = None,
    ) -> Tensor:
        """One forward pass: the network's output, (B, C, h, w).

        noisy_latents and prompts: on the network's device, in its format or under autocast.
        timesteps: () or (B,), as the objective draws and the scheduler steps them. guidance: for
        a network that takes_guidance.
        """

    # -- LoRA -----------------------------------------------------------------------------

    @abstractmethod
    def kohya_names(self, part: str, path: str) -> tuple[str, ...]:
        """Every kohya name of a layer by its path in a part, first the one that is written."""
