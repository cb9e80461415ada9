"""The loop that turns noise into latents: from nothing, from a picture, or around kept parts."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch

from training.engine.sampling.prompt_encoding import Conditioning


@dataclass(frozen=True)
class Start:
    """Where denoising begins other than at pure noise.

    latents: (1, C, h, w), a picture as the VAE encodes it. change: 0 … 1, the share of the steps
    that are taken. mask: (1, 1, h, w) in 0 … 1 or None; cells at 1 are painted anew, cells at 0
    keep the picture, and cells between are let go the later the smaller they are.
    """

    latents: torch.Tensor
    change: float = 1.0
    mask: torch.Tensor | None = None


def steps_taken(steps: int, change: float | None) -> int:
    """How many of the steps are taken when a picture is to change by so much (None: no picture)."""
    if change is None:
        return steps
    return max(1, round(steps * change)) if change > 0 else 0


@torch.inference_mode()
def denoise(
    pipe,
    wanted: Sequence[Conditioning],
    unwanted: Sequence[Conditioning] | None,
    generators: Sequence[torch.Generator],
    size: tuple[int, int],
    device: torch.device,
    *,
    steps: int,
    guidance: float,
    start: Start | None = None,
    tile: tuple[int, int] | None = None,
    after_step: Callable[[int, torch.Tensor], bool] = lambda step, guess: True,
) -> torch.Tensor | None:
    """Latents (B, C, h, w) of B pictures, one per conditioning and generator.

    wanted, unwanted: what to paint and to avoid, all of one length; None for unwanted paints
    without guidance. size: (height, width) in latent cells. device: where the network computes.
    start: the same for all B.
    tile: (height, width) in cells of overlapping tiles that the network sees one by one, their
    answers blended at every step (MultiDiffusion: Bar-Tal et al. 2023,
    https://arxiv.org/abs/2302.08113); None shows it the whole.
    after_step(done, guess): after each step; guess is (B, C, h, w), the picture as it looks so
    far. False ends the loop, and None is returned.
    """
    unet, scheduler = pipe.unet, pipe.scheduler
    count = len(wanted)
    shape = (1, unet.config.out_channels, *size)
    # The noise is drawn on the CPU in fp32, so that a seed means the same on every device, and
    # latents stay in fp32: half precision would be rounded again at every step.
    noise = torch.cat([torch.randn(shape, generator=generator) for generator in generators])
    noise = noise.to(device)
    timesteps = _timesteps(scheduler, steps, start, device)
    kept = None
    if start is None:
        latents = noise * scheduler.init_noise_sigma
    else:
        kept = start.latents.to(noise).expand(count, -1, -1, -1)
        if not len(timesteps):
            return kept
        latents = scheduler.add_noise(kept, noise, timesteps[:1].expand(count))
    seen = size if tile is None else (min(tile[0], size[0]), min(tile[1], size[1]))
    like = {"device": device, "dtype": unet.dtype}
    distilled = _guidance_told(pipe, guidance, count, like)
    tokens, extra = _conditions(wanted, unwanted, seen, pipe.vae_scale_factor, like)

    def ask(part):
        answer = unet(
            part.to(unet.dtype),
            timestep,
            encoder_hidden_states=tokens,
            timestep_cond=distilled,
            added_cond_kwargs=extra,
            return_dict=False,
        )[0]
        return answer.float()

    for done, timestep in enumerate(timesteps, start=1):
        doubled = latents if unwanted is None else torch.cat([latents] * 2)
        doubled = scheduler.scale_model_input(doubled, timestep)
        answer = ask(doubled) if seen == size else _in_tiles(ask, doubled, seen)
        if unwanted is not None:
            without, with_prompt = answer.chunk(2)
            answer = without + guidance * (with_prompt - without)
        latents, *guesses = scheduler.step(
            answer, timestep, latents, generator=list(generators), return_dict=False
        )
        if start is not None and start.mask is not None:
            latents = _with_kept(scheduler, latents, kept, noise, start, timesteps, done)
        # The solvers of several steps keep their guess of the picture, the others return it.
        if not after_step(done, guesses[0] if guesses else scheduler.model_outputs[-1]):
            return None
    return latents


def _with_kept(scheduler, latents, kept, noise, start: Start, timesteps, done: int):
    """The latents with the picture, at this step's noise, put back where it is kept.

    A cell is let go once the share of steps left is no more than its mask value, as in
    Differential Diffusion: Levin and Fried 2023, https://arxiv.org/abs/2306.00950
    """
    if done == len(timesteps):
        level = kept
    else:
        level = scheduler.add_noise(kept, noise, timesteps[done : done + 1].expand(len(kept)))
    left = 1 - done / len(timesteps)
    free = (start.mask.to(latents) > left).to(latents.dtype)
    return latents * free + level * (1 - free)


def _timesteps(scheduler, steps: int, start: Start | None, device) -> torch.Tensor:
    """The timesteps to take, the last ones where a picture is there to start from."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # its own use of numpy
        scheduler.set_timesteps(steps, device=device)
    skipped = steps - steps_taken(steps, start.change if start else None)
    if hasattr(scheduler, "set_begin_index"):
        scheduler.set_begin_index(skipped)
    return scheduler.timesteps[skipped:]


def _guidance_told(pipe, guidance: float, count: int, like: dict):
    """(B, D) for a network that is told the guidance instead of asked twice (LCM), else None."""
    width = pipe.unet.config.time_cond_proj_dim
    if width is None:
        return None
    scales = torch.full((count,), guidance - 1.0)
    return pipe.get_guidance_scale_embedding(scales, embedding_dim=width).to(**like)


def _conditions(wanted, unwanted, size, factor, like: dict):
    """(tokens, added_cond_kwargs) for the UNet; with guidance the unwanted come first.

    like: device and dtype of the network.
    """
    both = list(wanted) if unwanted is None else [*unwanted, *wanted]
    tokens = torch.cat([one.tokens for one in both]).to(**like)
    if both[0].pooled is None:
        return tokens, None
    height, width = size[0] * factor, size[1] * factor
    # SDXL is told the picture's first size, its cut, and the size wanted: all of it, uncut.
    sizes = torch.tensor([[height, width, 0, 0, height, width]] * len(both))
    pooled = torch.cat([one.pooled for one in both]).to(**like)
    return tokens, {"text_embeds": pooled, "time_ids": sizes.to(**like)}


def _in_tiles(ask, latents: torch.Tensor, tile: tuple[int, int]) -> torch.Tensor:
    """The network's answer to (B, C, h, w), put together from overlapping tiles."""
    weight = _hat(tile[0])[:, None] * _hat(tile[1])[None]
    weight = weight.to(latents)
    total = torch.zeros_like(latents)
    weights = torch.zeros_like(latents[:1, :1])
    for top in _places(latents.shape[2], tile[0]):
        for left in _places(latents.shape[3], tile[1]):
            here = (..., slice(top, top + tile[0]), slice(left, left + tile[1]))
            total[here] += ask(latents[here]) * weight
            weights[here] += weight
    return total / weights


def _places(whole: int, tile: int) -> list[int]:
    """Where tiles begin along one side: from edge to edge, at least a quarter over each other."""
    count = math.ceil((whole - tile) / (0.75 * tile)) + 1
    return [round(i * (whole - tile) / max(1, count - 1)) for i in range(count)]


def _hat(length: int) -> torch.Tensor:
    """(length,) weights that fall from the middle to the ends, never to nothing."""
    middle = (length - 1) / 2
    return 1.02 - (torch.arange(length) - middle).abs() / (middle + 0.5)
