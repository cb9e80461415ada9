"""The figures of a strength sheet, without what measures them: they are read where no torch is."""

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np

from training.engine.errors import EngineError
from training.engine.evaluate.copy_check import Nearest

READING = 2
"""How the scene of these figures is read. Figures that don't tell theirs are of the first way: half
edges of whole pictures, half a CLIP."""


@dataclass(frozen=True)
class Spread:
    """A figure over the seeds of a sheet: its mean, and the least and greatest of one seed."""

    mean: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """values: one per seed. Raises EngineError("evidence-not-finite")."""
        if not values or not all(math.isfinite(value) for value in values):
            raise EngineError("evidence-not-finite")
        return cls(float(np.mean(values)), float(min(values)), float(max(values)))


@dataclass(frozen=True)
class StrengthFigures:
    """What the pictures of one strength are like.

    style: likeness of colours to the training set, 0 nothing in common … 1 equal; None without one.
    scene: how much of the scene is there, 0 … 1: correlation of outlines with strength 0, and,
    where there is a judge, a third of it the chance that what the prompt names is still seen.
    least_scene: the same of the prompt that keeps least of it, mean over the seeds.
    drift: mean pixel difference from strength 0, 0 … 1.
    distortion: clipping, glare and roughness beyond the set's own and the base's, 0 none … 1.
    copy: similarity to the nearest training picture, -1 … 1; None without a training set.
    copied: share of the pictures, 0 … 1, that are as near to a training picture as a copy is.
    nearest: the picture that is nearest to a training picture; None without a training set.
    """

    strength: float
    style: Spread | None
    scene: Spread
    least_scene: float
    drift: Spread
    distortion: Spread
    copy: Spread | None = None
    copied: float = 0.0
    nearest: Nearest | None = None


@dataclass(frozen=True)
class Figures:
    """The figures of a sheet, by rising strength from 0.

    judge: "prompt" where somebody read what is seen of the prompt, else "edges" alone.
    copy_limit: similarity from which a picture counts as a copy, -1 … 1; None without a set.
    reading: as READING; scenes read in two ways are not to be compared.
    """

    rows: tuple[StrengthFigures, ...]
    judge: str
    copy_limit: float | None
    reading: int = READING

    def to_json(self) -> dict:
        """As plain lists and dicts."""
        return asdict(self)
