"""Watching a run: is the loss still sound, how fast does it go, and the log for TensorBoard."""

import math
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import torch

from training.engine.data.batch_sampler import BatchPlan
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

    def check(self, step: int, loss: float, saved_step: int, learning_rate: float) -> None:
        """Raise loss-not-finite or loss-diverged. saved_step: the last good checkpoint's step."""
        facts = {"step": step, "kept": saved_step, "learning_rate": learning_rate}
        if not math.isfinite(loss):
            raise EngineError("loss-not-finite", **facts)
        if len(self._early) < WINDOW:
            self._early.append(loss)
        self._late.append(loss)
        early = sum(self._early) / len(self._early)
        late = sum(self._late) / len(self._late)
        if len(self._late) == WINDOW and late > GROWTH * early and late > 2:
            raise EngineError("loss-diverged", ratio=round(late / early), **facts)


class Speed:
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


class StepLog:
    """Steps whose losses were not read yet, and how long training took.

    seconds: of all attempts, pauses and pictures left out.
    """

    def __init__(self):
        self.seconds = 0.0
        self._pending: list[tuple[int, float, int, torch.Tensor]] = []
        self._speed = Speed()
        self._watch = LossWatch()
        self._clock = time.monotonic()

    def __len__(self) -> int:
        return len(self._pending)

    def start_clock(self, skipped: float | None = None) -> None:
        """Count time from now on; or with `skipped` seconds left out of what is counted."""
        self._clock = time.monotonic() if skipped is None else self._clock + skipped

    def add(self, step: int, learning_rate: float, images: int, loss: torch.Tensor) -> None:
        """Note step 1, 2, … whose loss () is still on the device."""
        self._pending.append((step, learning_rate, images, loss))

    def read(
        self, plan: BatchPlan, total: int, saved_step: int, learning_rate: float
    ) -> Iterator[Step]:
        """The steps since the last reading. saved_step: the last good checkpoint's step.

        Raises loss-not-finite, loss-diverged.
        """
        if not self._pending:
            return
        values = torch.stack([loss for *_, loss in self._pending]).tolist()
        now = time.monotonic()
        elapsed = (now - self._clock) / len(values)
        self.seconds += now - self._clock
        self._clock = now
        pending, self._pending = self._pending, []
        for (step, rate, images, _), loss in zip(pending, values, strict=True):
            self._watch.check(step, loss, saved_step, learning_rate)
            self._speed.add(elapsed, images)
            yield Step(
                step=step,
                total=total,
                epoch=plan.epoch_of(step - 1) + 1,
                loss=loss,
                lr=rate,
                images_per_second=self._speed.images_per_second,
                seconds_left=self._speed.seconds_for(total - step),
            )


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
