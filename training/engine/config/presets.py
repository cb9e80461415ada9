"""Settings for those who want none: light, standard, strong."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PRESETS = ("light", "standard", "strong")
FEW = 30  # pictures; fewer are learned by heart fast
ENOUGH_TO_HOLD_BACK = 20  # pictures
HELD_BACK = 0.1  # share of them
LEAST_STEPS, MOST_STEPS = 150, 4000
PHOTOGRAPH_RATE = 0.3
"""Of the rate of drawings: photographs wear the scene away sooner. Measured on the bundled base
(docs/training.md, Presets), taken over for all."""


@dataclass(frozen=True)
class _Strength:
    """rate, rank, length: factors on the base's advice. exposures: how often each picture is seen
    where the base gives none, by the rule of thumb of 20 to 30."""

    rate: float
    rank: float
    length: float
    exposures: int


_STRENGTHS = {
    "light": _Strength(rate=0.85, rank=0.5, length=0.6, exposures=15),
    "standard": _Strength(rate=1, rank=1, length=1, exposures=25),
    "strong": _Strength(rate=math.sqrt(1.4), rank=1, length=1.4, exposures=35),
}
# For a base that gives no advice.
_RULE_OF_THUMB = {"lora_rank": 16, "learning_rate": 1e-4, "batch_size": 4}


def preset(
    name: str, images: int, *, are_drawn: bool = True, advice: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Settings for a set of `images` pictures, to be laid under what the person chose.

    light: a hint of the style; standard: the usual; strong: the style leads. are_drawn: see
    data.medium. advice: training keys that the base asks for; it stands above the rule of thumb,
    since it was measured on that base.
    Raises ValueError for an unknown name.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}; there are {PRESETS}")
    strength, base = _STRENGTHS[name], _RULE_OF_THUMB | dict(advice or {})
    images = max(1, images)
    smaller = strength.rank * (0.5 if images < FEW else 1)
    rank = max(min(4, base["lora_rank"]), round(base["lora_rank"] * smaller))
    rate = base["learning_rate"] * strength.rate * (1 if are_drawn else PHOTOGRAPH_RATE)
    batch = min(base["batch_size"], images)
    epochs = _epochs(base.get("epochs"), strength, images, batch)
    steps = epochs * -(-images // batch)
    return {
        **base,
        "lora_rank": rank,
        "lora_alpha": float(rank * base.get("lora_alpha", base["lora_rank"]) / base["lora_rank"]),
        "learning_rate": float(f"{rate:.2g}"),
        "batch_size": batch,
        "epochs": epochs,
        "save_steps": max(10, steps // 10),
        "validation_share": HELD_BACK if images >= ENOUGH_TO_HOLD_BACK else 0.0,
    }


def _epochs(advised: int | None, strength: _Strength, images: int, batch: int) -> int:
    """A small set needs more rounds to see as many steps, a large one must not take days."""
    usual = advised * strength.length if advised else float(strength.exposures)
    per_epoch = -(-images // batch)
    least = LEAST_STEPS * strength.length / per_epoch
    most = MOST_STEPS / per_epoch
    return max(1, round(min(most, max(least, usual))))
