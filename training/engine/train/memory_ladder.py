"""What is tried, in order, when a device runs out of memory; the effective batch never changes."""

import gc
from dataclasses import asdict, dataclass, field

import torch

from training.engine.errors import EngineError


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an exception means that the device (or the host) had no memory left."""
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and (
        "out of memory" in text or "can't allocate memory" in text
    )


def free_memory() -> None:
    """Give back what nobody uses any more."""
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


CAPS = (0.7, 0.5)
"""Shares of their area that pictures are cut down to when nothing else is left."""


@dataclass
class Ladder:
    """The rungs of one run: caches → smaller passes → checkpointing → optimizer → shapes.

    piece: pictures per pass through the network; the passes of a step add up to its batch.
    optimizer_shrinks: whether the optimizer has an 8-bit form to go on in; eight_bit: it is in it.
    cap: share of their area that pictures have.
    climbed: what was done so far, in words, for run.json and the end of the ladder.
    """

    piece: int
    checkpointing: bool = False
    optimizer_shrinks: bool = False
    emptied: bool = False
    eight_bit: bool = False
    cap: float = 1.0
    climbed: list[str] = field(default_factory=list)

    def climb(self, step: int) -> EngineError | None:
        """Take the next rung at a step; returns what to say of it, None when none is left."""
        code, words, facts = self._next()
        if not code:
            return None
        self.climbed.append(words)
        return EngineError(code, step=step, **facts)

    def _next(self) -> tuple[str, str, dict]:
        if not self.emptied:
            self.emptied = True
            return "memory-caches", "emptied caches", {}
        if self.piece > 1:
            self.piece = (self.piece + 1) // 2
            return "memory-passes", f"passes of {self.piece} images", {"images": self.piece}
        if not self.checkpointing:
            self.checkpointing = True
            return "memory-checkpointing", "gradient checkpointing", {}
        if self.optimizer_shrinks and not self.eight_bit:
            self.eight_bit = True
            return "memory-optimizer", "an 8-bit optimizer", {}
        smaller = [cap for cap in CAPS if cap < self.cap]
        if smaller:
            self.cap = smaller[0]
            percent = round(100 * self.cap)
            return "memory-shapes", f"images of {percent} % of their area", {"percent": percent}
        return "", "", {}

    def to_json(self) -> dict:
        return asdict(self)
