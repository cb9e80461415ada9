"""Model families: all that differs from one kind of base model to another, one object each.

`of(name)` gives a family, `ALL` are all of them. Everything here needs no torch, so a web process
may ask it; a family's `load` gives the half that computes. How to add one: docs/families.md.
"""

from training.engine.families.family import Family
from training.engine.families.layer_names import LayerNames
from training.engine.families.sd15 import StableDiffusion15
from training.engine.families.sdxl import StableDiffusionXL
from training.engine.families.studio_mini import StudioMini

ALL: tuple[Family, ...] = (StableDiffusion15(), StableDiffusionXL(), StudioMini())
NAMES = tuple(family.name for family in ALL)
BUNDLED = StudioMini.name
"""Of the base that comes with the studio, which is also that base's own name."""


def of(name: str) -> Family:
    """The family of that name. Raises KeyError where there is none: a caller's mistake."""
    return {family.name: family for family in ALL}[name]


def layer_names() -> tuple[LayerNames, ...]:
    """The ways in which LoRA files name the layers of our networks, each once."""
    return tuple(dict.fromkeys(family.layer_names for family in ALL))
