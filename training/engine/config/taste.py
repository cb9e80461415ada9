"""The settings of a taste: a minute of training that shows where a run would go."""

from collections.abc import Mapping, Sequence
from typing import Any

MOST_PICTURES = 8
STEPS = 40
STRENGTH = 0.7
PROMPTS = 2
RATE = 2.0
"""On the run's own rate: at that, 40 steps show what the whole run begins to be."""


def taste(settings: Mapping[str, Any], prompts: Sequence[str]) -> dict[str, Any]:
    """A run's settings, cut down to a taste of it.

    prompts: of the run; the first two are drawn before the first step, by the base alone, and after
    the last. Layers, rank, captions and what else makes the style stay as they are.
    """
    finds_its_own_rate = settings.get("optimizer") == "prodigy"
    return {
        **settings,
        "learning_rate": settings["learning_rate"] * (1 if finds_its_own_rate else RATE),
        "batch_size": min(settings["batch_size"], MOST_PICTURES // 2),
        "gradient_accumulation": 1,
        "lr_schedule": "constant",
        "warmup": 0.0,
        "ema": 0.0,
        "epochs": STEPS,
        "max_steps": STEPS,
        "save_steps": STEPS,
        "validation_share": 0.0,
        "early_stop": 0,
        "tensorboard": False,
        "sample_at_first": True,
        "sample_strength": STRENGTH,
        "sample_prompts": list(prompts[:PROMPTS]),
    }
