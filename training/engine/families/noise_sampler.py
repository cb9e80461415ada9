"""Walking from noise to latents with diffusers' schedulers, for bases trained to tell noise."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import Protocol

import torch
from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
)
from torch import Tensor


class Scheduler(Protocol):
    """A scheduler of diffusers in use. model_outputs: of the solvers of several steps alone."""

    timesteps: Tensor
    init_noise_sigma: float
    model_outputs: list[Tensor]

    def set_timesteps(self, steps: int, *, device: torch.device) -> None: ...

    def add_noise(self, latents: Tensor, noise: Tensor, timesteps: Tensor) -> Tensor: ...

    def scale_model_input(self, latents: Tensor, timestep: Tensor) -> Tensor: ...

    def step(
        self,
        model_output: Tensor,
        timestep: Tensor,
        latents: Tensor,
        *,
        generator: list[torch.Generator],
        return_dict: bool,
    ) -> tuple[Tensor, ...]: ...


class SchedulerClass(Protocol):
    """A scheduler's class in diffusers."""

    def from_config(self, config: Mapping, /) -> Scheduler: ...


SCHEDULERS: dict[str, SchedulerClass] = {
    "dpm++": DPMSolverMultistepScheduler,  # 2M, second order: 20 steps
    "euler": EulerDiscreteScheduler,
    "ddim": DDIMScheduler,
    "lcm": LCMScheduler,  # 4 to 8 steps at guidance 1 to 2, with a base or pack distilled for it
}


class NoiseSampler:
    """One walk. See diffusion_model.Sampler.

    name: one of SCHEDULERS. config: the base's own noise schedule.
    """

    def __init__(self, name: str, config: Mapping):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # settings of one class that another does not know
            self.scheduler = SCHEDULERS[name].from_config(config)

    def set_timesteps(
        self, steps: int, skipped: int, shape: Sequence[int], device: torch.device
    ) -> Tensor:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # its own use of numpy
            self.scheduler.set_timesteps(steps, device=device)
        if hasattr(self.scheduler, "set_begin_index"):
            self.scheduler.set_begin_index(skipped)
        return self.scheduler.timesteps[skipped:]

    def start(self, noise: Tensor) -> Tensor:
        return noise * self.scheduler.init_noise_sigma

    def add_noise(self, latents: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
        return self.scheduler.add_noise(latents, noise, timestep.expand(len(latents)))

    def scaled(self, noisy_latents: Tensor, timestep: Tensor) -> Tensor:
        return self.scheduler.scale_model_input(noisy_latents, timestep)

    def step(
        self,
        model_output: Tensor,
        timestep: Tensor,
        noisy_latents: Tensor,
        generators: Sequence[torch.Generator],
    ) -> tuple[Tensor, Tensor]:
        following, *originals = self.scheduler.step(
            model_output, timestep, noisy_latents, generator=list(generators), return_dict=False
        )
        # The solvers of several steps keep their guess of the image, the others return it.
        return following, originals[0] if originals else self.scheduler.model_outputs[-1]
