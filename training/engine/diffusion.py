"""What the network is asked at a step, and how far off its answer is."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Objective:
    """The training target of a base model.

    alphas_cumprod: (T,) float in [0, 1], share of signal variance left at each noise level.
    prediction: "epsilon", "v_prediction" or "sample". gamma: min-SNR cap, 0 is off.
    """

    alphas_cumprod: Tensor
    prediction: str
    gamma: float

    @property
    def levels(self) -> int:
        return len(self.alphas_cumprod)

    def noisy(self, clean: Tensor, noise: Tensor, levels: Tensor) -> Tensor:
        """(B, C, h, w) latents with noise of the given levels (B,) mixed in."""
        signal, spread = self._mix(levels)
        return signal * clean + spread * noise

    def target(self, clean: Tensor, noise: Tensor, levels: Tensor) -> Tensor:
        """What the network should answer, (B, C, h, w)."""
        if self.prediction == "epsilon":
            return noise
        if self.prediction == "sample":
            return clean
        signal, spread = self._mix(levels)
        return signal * noise - spread * clean

    def loss(self, answer: Tensor, target: Tensor, levels: Tensor) -> Tensor:
        """(B,) weighted mean squared error per picture, fp32."""
        error = (answer.float() - target.float()).square().mean(dim=(1, 2, 3))
        if not self.gamma:
            return error
        return error * min_snr_weights(self.alphas_cumprod, levels, self.gamma, self.prediction)

    def _mix(self, levels: Tensor) -> tuple[Tensor, Tensor]:
        left = self.alphas_cumprod[levels].view(-1, 1, 1, 1)
        return left.sqrt(), (1 - left).sqrt()


def min_snr_weights(
    alphas_cumprod: Tensor, levels: Tensor, gamma: float, prediction: str = "epsilon"
) -> Tensor:
    """Loss weight per picture, so that nearly clean images do not drown the noisy ones.

    Min-SNR: Hang et al. 2023, https://arxiv.org/abs/2303.09556. With s = signal-to-noise ratio:
    min(s, γ)/s for noise prediction, min(s, γ)/(s + 1) for v, min(s, γ) for the clean picture.
    alphas_cumprod: (T,) float in [0, 1]. levels: (B,) int64, 0 is the least noisy. gamma: > 0.
    Returns (B,) float32. Raises ValueError if the schedule is not one-dimensional.
    """
    if alphas_cumprod.ndim != 1:
        raise ValueError(f"alphas_cumprod must have shape (T,), got {tuple(alphas_cumprod.shape)}")
    signal = alphas_cumprod[levels].float()
    noise = 1 - signal
    # Written with signal and noise instead of their ratio: a schedule that ends in pure noise, or
    # begins with none, then gives a number and not 0/0.
    if prediction == "epsilon":
        return (gamma * noise / signal).clamp(max=1.0)
    if prediction == "v_prediction":
        return torch.minimum(signal, gamma * noise)
    return (signal / noise).clamp(max=gamma)


def offset_noise(noise: Tensor, offsets: Tensor, strength: float) -> Tensor:
    """Noise with a constant per channel added, which lets a picture learn to be dark or bright.

    noise: (B, C, h, w); offsets: (B, C, 1, 1) standard normal; strength: 0.05 for studio shots.
    """
    return noise + strength * offsets
