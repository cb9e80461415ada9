"""The loop that turns noise into latents: from nothing, from an image, or around kept parts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from training.engine.families.diffusion_model import DiffusionModel, Sampler
from training.engine.families.prompt_embeds import PromptEmbeds


@dataclass(frozen=True)
class InitLatents:
    """Where denoising begins other than at pure noise.

    latents: (1, C, h, w), an image as the VAE encodes it. denoising_strength: 0 … 1, the share of
    the steps that are taken. mask: (1, 1, h, w) in 0 … 1 or None; cells at 1 are painted anew,
    cells at 0 keep the image, and cells between are let go the later the smaller they are.
    """

    latents: Tensor
    denoising_strength: float = 1.0
    mask: Tensor | None = None


def steps_taken(steps: int, denoising_strength: float | None) -> int:
    """How many of the steps are taken when an image is to change by so much (None: no image)."""
    if denoising_strength is None:
        return steps
    return max(1, round(steps * denoising_strength)) if denoising_strength > 0 else 0


@torch.inference_mode()
def denoise(
    model: DiffusionModel,
    sampler: Sampler,
    prompt_embeds: PromptEmbeds,
    negative_prompt_embeds: PromptEmbeds | None,
    generators: Sequence[torch.Generator],
    size: tuple[int, int],
    *,
    steps: int,
    guidance: float,
    init: InitLatents | None = None,
    after_step: Callable[[int, Tensor], bool] = lambda step, pred_original: True,
) -> Tensor | None:
    """Latents (B, C, h, w) of B images, one per prompt and generator.

    prompt_embeds, negative_prompt_embeds: B prompts each, of one length; None for the negative
    ones paints without guidance. size: (height, width) in latent cells. init: the same for all B.
    after_step(done, pred_original): after each step; pred_original is (B, C, h, w), the image as
    it looks so far. False ends the loop, and None is returned.
    """
    noise = _noise(generators, (model.info.latent_channels, *size)).to(model.device)
    skipped = steps - steps_taken(steps, init.denoising_strength if init else None)
    timesteps = sampler.set_timesteps(steps, skipped, noise.shape[1:], model.device)
    original = init.latents.to(noise).expand(len(noise), -1, -1, -1) if init else None
    if original is not None and not len(timesteps):
        return original
    latents = _first_latents(sampler, noise, original, timesteps)
    predict = _predict(model, prompt_embeds, negative_prompt_embeds, guidance)
    for done, timestep in enumerate(timesteps, start=1):
        model_output = predict(sampler.scaled(latents, timestep), timestep)
        latents, pred_original = sampler.step(model_output, timestep, latents, generators)
        if init is not None and original is not None and init.mask is not None:
            following = timesteps[done] if done < len(timesteps) else None
            noisy = original if following is None else sampler.add_noise(original, noise, following)
            latents = _masked(latents, noisy, init.mask, done / len(timesteps))
        if not after_step(done, pred_original):
            return None
    return latents


def _noise(generators: Sequence[torch.Generator], shape: tuple[int, ...]) -> Tensor:
    """Noise (B, C, h, w), fp32, one generator each.

    It is drawn on the CPU in fp32, so that a seed means the same on every device, and latents stay
    in fp32: half precision would be rounded again at every step.
    """
    return torch.cat([torch.randn((1, *shape), generator=one) for one in generators])


def _first_latents(sampler: Sampler, noise, original: Tensor | None, timesteps) -> Tensor:
    """The latents before the first step: noise alone, or the image under as much as is due."""
    if original is None:
        return sampler.start(noise)
    return sampler.add_noise(original, noise, timesteps[0])


Predict = Callable[[Tensor, Tensor], Tensor]
"""(noisy latents (B, C, h, w), timestep ()) → the network's output (B, C, h, w), fp32."""


def _predict(
    model: DiffusionModel,
    prompt_embeds: PromptEmbeds,
    negative_prompt_embeds: PromptEmbeds | None,
    guidance: float,
) -> Predict:
    """The network with its prompts, guided."""
    predict = _network(model, prompt_embeds, negative_prompt_embeds, guidance)
    return predict if negative_prompt_embeds is None else _guided(predict, guidance)


def _network(model: DiffusionModel, prompt_embeds, negative_prompt_embeds, guidance) -> Predict:
    """The network with its prompts; with negative ones it takes all latents twice, those first."""
    prompts = prompt_embeds
    if negative_prompt_embeds is not None:
        prompts = PromptEmbeds.cat([negative_prompt_embeds, prompt_embeds])
    prompts = prompts.to(model.device, model.dtype)
    guidance = guidance if model.takes_guidance else None

    def predict(noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        return model.predict(noisy_latents.to(model.dtype), timestep, prompts, guidance).float()

    return predict


def _guided(predict: Predict, guidance: float) -> Predict:
    """Both sides of the guidance in one pass, and the difference between them made larger."""

    def predict_guided(noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        negative, positive = predict(torch.cat([noisy_latents] * 2), timestep).chunk(2)
        return negative + guidance * (positive - negative)

    return predict_guided


def _masked(latents: Tensor, original: Tensor, mask: Tensor, share_done: float) -> Tensor:
    """The latents with the original, at this step's noise, put back where it is kept.

    A cell is let go once the share of steps that remain is no more than its mask value, as in
    Differential Diffusion: Levin and Fried 2023, https://arxiv.org/abs/2306.00950
    """
    free = (mask.to(latents) > 1 - share_done).to(latents.dtype)
    return latents * free + original * (1 - free)
