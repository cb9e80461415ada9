"""What is tried, in order, when a device runs out of memory; the effective batch never changes."""

import gc
from dataclasses import asdict, dataclass, field

import torch

from training.engine.errors import EngineError
from training.engine.fault_reasons import counted


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


AREA_SCALES = (0.7, 0.5)
"""Shares of their area that images are cut down to when nothing else is left."""


@dataclass
class MemoryLadder:
    """The rungs of one run: caches → smaller passes → checkpointing → optimizer → shapes.

    micro_batch_size: images per pass through the network; the passes of a step make its batch.
    optimizer_shrinks: whether the optimizer has an 8-bit form to go on in; eight_bit: it is in it.
    area_scale: share of their area that images have.
    measures: what was done so far, in words, for run.json and the end of the ladder.
    """

    micro_batch_size: int
    checkpointing: bool = False
    optimizer_shrinks: bool = False
    emptied: bool = False
    eight_bit: bool = False
    area_scale: float = 1.0
    measures: list[str] = field(default_factory=list)

    def step_down(self, step: int) -> EngineError | None:
        """Take the next rung at a step; returns what to say of it, None when none is left."""
        code, words, facts = self._next()
        if not code:
            return None
        self.measures.append(words)
        return EngineError(code, step=step, **facts)

    def _next(self) -> tuple[str, str, dict]:
        if not self.emptied:
            self.emptied = True
            return "memory-caches", "emptied caches", {}
        if self.micro_batch_size > 1:
            self.micro_batch_size = (self.micro_batch_size + 1) // 2
            return (
                "memory-passes",
                f"passes of {counted(self.micro_batch_size, 'image')}",
                {"images": self.micro_batch_size},
            )
        if not self.checkpointing:
            self.checkpointing = True
            return "memory-checkpointing", "gradient checkpointing", {}
        if self.optimizer_shrinks and not self.eight_bit:
            self.eight_bit = True
            return "memory-optimizer", "an 8-bit optimizer", {}
        smaller = [scale for scale in AREA_SCALES if scale < self.area_scale]
        if smaller:
            self.area_scale = smaller[0]
            percent = round(100 * self.area_scale)
            return "memory-shapes", f"images of {percent} % of their area", {"percent": percent}
        return "", "", {}

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict) -> "MemoryLadder":
        """As to_json gave it, also under the names that runs of earlier versions kept."""
        return cls(**{_EARLIER_NAMES.get(name, name): value for name, value in values.items()})


_EARLIER_NAMES = {"piece": "micro_batch_size", "cap": "area_scale", "climbed": "measures"}
