"""The UNet's shape, its noise schedule, and a plain sampler for progress sheets."""

from __future__ import annotations

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from torch import Tensor

from training.minibase.basis import CHANNELS
from training.minibase.text import WIDTH

WIDTHS = (64, 96, 160, 192)  # features at 32 x 32, 16 x 16, 8 x 8 and 4 x 4


def new_unet(channels: tuple[int, ...] = WIDTHS, text_width: int = WIDTH) -> UNet2DConditionModel:
    """Return an untrained UNet for 32 x 32 x 12 latents.

    Text is attended to at 8 x 8 and 4 x 4 only: attention at 16 x 16 cost as much again as all
    convolutions there, and places, colours and silhouettes are settled in the coarse levels.
    """
    return UNet2DConditionModel(
        sample_size=32,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        block_out_channels=channels,
        layers_per_block=1,
        down_block_types=("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"),
        cross_attention_dim=text_width,
        # diffusers calls it head "dim", but for this class it is the number of heads.
        attention_head_dim=tuple(max(1, c // 32) for c in channels),
        norm_num_groups=16,
    )


def noise_schedule() -> DDIMScheduler:
    """Return the schedule: v-prediction, ending in pure noise.

    Without the rescaling a trace of the picture's brightness is left at the last step, and
    every night scene would come out half lit (Lin et al. 2023, https://arxiv.org/abs/2305.08891).
    """
    return DDIMScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        rescale_betas_zero_snr=True,
        timestep_spacing="trailing",
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


@torch.no_grad()
def sample_latents(
    unet: UNet2DConditionModel,
    states: Tensor,
    empty: Tensor,
    *,
    seed: int,
    shape: tuple[int, int] = (32, 32),
    steps: int = 20,
    guidance: float = 3.0,
) -> Tensor:
    """Return latents (B, 12, h, w) for text states (B, 77, width); `empty` is (1, 77, width)."""
    schedule = noise_schedule()
    schedule.set_timesteps(steps)
    generator = torch.Generator().manual_seed(seed)
    count = len(states)
    latents = torch.randn(count, CHANNELS, *shape, generator=generator)
    both = torch.cat([empty.expand(count, -1, -1), states])
    for step in schedule.timesteps:
        plain, conditional = unet(torch.cat([latents, latents]), step, both).sample.float().chunk(2)
        guess = plain + guidance * (conditional - plain)
        latents = schedule.step(guess, step, latents).prev_sample
    return latents
