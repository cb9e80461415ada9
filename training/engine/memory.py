"""What is tried, in order, when a device runs out of memory; the effective batch never changes."""

import gc
from dataclasses import dataclass, field

import torch


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


@dataclass
class Ladder:
    """The rungs of one run: caches → smaller pieces → checkpointing.

    piece: pictures per pass through the network; the pieces of a step add up to its batch.
    climbed: what was done so far, in words, for events and run.json.
    """

    piece: int
    checkpointing: bool = False
    emptied: bool = False
    climbed: list[str] = field(default_factory=list)

    def climb(self) -> str | None:
        """Take the next rung and say what it is; None when there is none left."""
        change = self._next()
        if change:
            self.climbed.append(change)
        return change

    def _next(self) -> str | None:
        if not self.emptied:
            self.emptied = True
            return "emptied caches"
        if self.piece > 1:
            self.piece = (self.piece + 1) // 2
            return f"passes of {self.piece} images"
        if not self.checkpointing:
            self.checkpointing = True
            return "gradient checkpointing"
        return None

    def to_json(self) -> dict:
        return {
            "piece": self.piece,
            "checkpointing": self.checkpointing,
            "emptied": self.emptied,
            "climbed": list(self.climbed),
        }
