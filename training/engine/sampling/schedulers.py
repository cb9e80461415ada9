"""The ways to walk from noise to a picture that a request may name."""

from __future__ import annotations

import warnings

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerDiscreteScheduler,
    LCMScheduler,
)

from training.engine.errors import EngineError

DEFAULT = "dpm++"
SCHEDULERS: dict[str, type] = {
    DEFAULT: DPMSolverMultistepScheduler,  # 2M, second order: 20 steps
    "euler": EulerDiscreteScheduler,
    "ddim": DDIMScheduler,
    "lcm": LCMScheduler,  # 4 to 8 steps at guidance 1 to 2, with a base or pack distilled for it
}


def make(name: str, config):
    """A scheduler by name for a base's own noise schedule. Raises EngineError(setting-unknown)."""
    check(name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # settings of one class that another does not know
        return SCHEDULERS[name].from_config(config)


def check(name: str) -> None:
    """Raise EngineError("setting-unknown") unless there is such a scheduler."""
    if name not in SCHEDULERS:
        raise EngineError(
            "setting-unknown", setting="scheduler", value=name, choices=", ".join(SCHEDULERS)
        )
