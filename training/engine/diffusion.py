"""What the network learns at a step, and how far off its output is."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor


class Objective(Protocol):
    """The training target of a family. Latents and noise: (B, C, h, w); timesteps: (B,)."""

    def draw_timesteps(self, shape: Sequence[int], generator: torch.Generator) -> Tensor:
        """Timesteps for latents of this shape (B, C, h, w), on the CPU."""

    def fixed_timesteps(self, shares: Sequence[float], shape: Sequence[int]) -> Tensor:
        """The timesteps at these shares of the way from the image to noise, on the CPU. shape: of
        the latents (C, h, w)."""

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """Noisy latents: as much noise mixed in as the timesteps say."""

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        """What the network's output should be."""

    def loss(self, model_output: Tensor, target: Tensor, timesteps: Tensor) -> Tensor:
        """(B,) weighted mean squared error per image, fp32."""

    def unweighted(self) -> Objective:
        """The same with every timestep's loss counted alike, for measuring."""


@dataclass(frozen=True)
class NoiseObjective:
    """Noise added along a schedule of T timesteps (DDPM); the network tells it from the image.

    alphas_cumprod: (T,) float in [0, 1], share of signal variance left at each timestep.
    prediction_type: "epsilon", "v_prediction" or "sample". gamma: min-SNR cap, 0 is off.
    """

    alphas_cumprod: Tensor
    prediction_type: str
    gamma: float

    def draw_timesteps(self, shape: Sequence[int], generator: torch.Generator) -> Tensor:
        return torch.randint(len(self.alphas_cumprod), (shape[0],), generator=generator)

    def fixed_timesteps(self, shares: Sequence[float], shape: Sequence[int]) -> Tensor:
        return torch.tensor([round(share * len(self.alphas_cumprod)) for share in shares])

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        signal, spread = self._factors(timesteps)
        return signal * latents + spread * noise

    def target(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor:
        if self.prediction_type == "epsilon":
            return noise
        if self.prediction_type == "sample":
            return latents
        signal, spread = self._factors(timesteps)
        return signal * noise - spread * latents

    def loss(self, model_output: Tensor, target: Tensor, timesteps: Tensor) -> Tensor:
        error = (model_output.float() - target.float()).square().mean(dim=(1, 2, 3))
        if not self.gamma:
            return error
        alphas, kind = self.alphas_cumprod, self.prediction_type
        return error * min_snr_weights(alphas, timesteps, self.gamma, kind)

    def unweighted(self) -> NoiseObjective:
        return dataclasses.replace(self, gamma=0)

    def _factors(self, timesteps: Tensor) -> tuple[Tensor, Tensor]:
        signal = self.alphas_cumprod[timesteps].view(-1, 1, 1, 1)
        return signal.sqrt(), (1 - signal).sqrt()


def min_snr_weights(
    alphas_cumprod: Tensor, timesteps: Tensor, gamma: float, prediction_type: str = "epsilon"
) -> Tensor:
    """Loss weight per image, so that nearly clean images do not drown the noisy ones.

    Min-SNR: Hang et al. 2023, https://arxiv.org/abs/2303.09556. With s = signal-to-noise ratio:
    min(s, γ)/s for noise prediction, min(s, γ)/(s + 1) for v, min(s, γ) for the clean image.
    alphas_cumprod: (T,) float in [0, 1]. timesteps: (B,) int64, 0 is the least noisy. gamma: > 0.
    Returns (B,) float32. Raises ValueError if the schedule is not one-dimensional.
    """
    if alphas_cumprod.ndim != 1:
        raise ValueError(f"alphas_cumprod must have shape (T,), got {tuple(alphas_cumprod.shape)}")
    signal = alphas_cumprod[timesteps].float()
    noise = 1 - signal
    # Written with signal and noise instead of their ratio: a schedule that ends in pure noise, or
    # begins with none, then gives a number and not 0/0.
    if prediction_type == "epsilon":
        return (gamma * noise / signal).clamp(max=1.0)
    if prediction_type == "v_prediction":
        return torch.minimum(signal, gamma * noise)
    return (signal / noise).clamp(max=gamma)


def offset_noise(noise: Tensor, offsets: Tensor, strength: float) -> Tensor:
    """Noise with a constant per channel added, which lets an image learn to be dark or bright.

    noise: (B, C, h, w); offsets: (B, C, 1, 1) standard normal; strength: 0.05 for studio shots.
    """
    return noise + strength * offsets
