"""Watching a run: is the loss still sound, how fast does it go, and the log for TensorBoard."""

import math
from collections import deque
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.events import Event, Step, Validation

WINDOW = 10
GROWTH = 5
"""A run diverges when ten steps together lose five times what the first ten lost."""


class LossWatch:
    """Looks at every loss; one noisy step may be large, ten together may not."""

    def __init__(self):
        self._early: list[float] = []
        self._late: deque[float] = deque(maxlen=WINDOW)

    def check(self, step: int, loss: float, kept: int, learning_rate: float) -> None:
        """Raise loss-not-finite or loss-diverged. kept: the last good checkpoint's step."""
        facts = {"step": step, "kept": kept, "learning_rate": learning_rate}
        if not math.isfinite(loss):
            raise EngineError("loss-not-finite", **facts)
        if len(self._early) < WINDOW:
            self._early.append(loss)
        self._late.append(loss)
        early = sum(self._early) / len(self._early)
        late = sum(self._late) / len(self._late)
        if len(self._late) == WINDOW and late > GROWTH * early and late > 2:
            raise EngineError("loss-diverged", ratio=round(late / early), **facts)


class Pace:
    """How fast the last steps went."""

    def __init__(self):
        self._steps: deque[tuple[float, int]] = deque(maxlen=20)

    def add(self, seconds: float, images: int) -> None:
        self._steps.append((seconds, images))

    @property
    def images_per_second(self) -> float:
        return sum(images for _, images in self._steps) / max(self._seconds, 1e-9)

    def seconds_for(self, steps: int) -> float:
        """An estimate for so many more steps."""
        return steps * self._seconds / max(1, len(self._steps))

    @property
    def _seconds(self) -> float:
        return sum(seconds for seconds, _ in self._steps)


class TensorBoardLog:
    """Writes losses and rates to a folder that `tensorboard --logdir` reads.

    Raises EngineError("package-missing").
    """

    def __init__(self, folder: Path):
        try:
            from torch.utils.tensorboard import (  # noqa: PLC0415 -- an optional package
                SummaryWriter,
            )
        except ImportError as error:
            raise EngineError(
                "package-missing", feature="tensorboard", package="tensorboard", setting="setting"
            ) from error
        self._writer = SummaryWriter(str(folder))

    def note(self, event: Event) -> None:
        if isinstance(event, Step):
            self._writer.add_scalar("loss/train", event.loss, event.step)
            self._writer.add_scalar("rate/learning", event.lr, event.step)
            self._writer.add_scalar("speed/images_per_second", event.images_per_second, event.step)
        elif isinstance(event, Validation):
            self._writer.add_scalar("loss/validation", event.loss, event.step)

    def close(self) -> None:
        self._writer.close()
