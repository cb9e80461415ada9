"""What a training run tells while it goes: plain frozen values, JSON-able."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar


@dataclass(frozen=True)
class Event:
    """Base of all events. `kind` names the event in JSON ("phase", "step", …)."""

    kind: ClassVar[str] = "event"

    def to_json(self) -> dict[str, Any]:
        """A JSON-able dict: {"event": kind, …fields}."""
        return {"event": self.kind, **dataclasses.asdict(self)}


@dataclass(frozen=True)
class Phase(Event):
    """The run is doing something that is not a step, `done` of `total` parts.

    name: "checking", "loading", "caching-images", "caching-captions", "training", "sampling",
    "validating", "saving" or "waiting" (another job has the device).
    """

    kind = "phase"
    name: str
    done: int = 0
    total: int = 0


@dataclass(frozen=True)
class Estimate(Event):
    """The memory that the run will need, told before it starts: 10⁶ bytes by purpose, and in all.

    See memory_estimate.MemoryEstimate.
    """

    kind = "estimate"
    weights: int
    adapter: int
    activations: int
    encoding: int
    total: int


@dataclass(frozen=True)
class Step(Event):
    """One optimizer step was made.

    step: 1 … total. epoch: 1 … epochs. loss: mean over the step's images, unitless.
    lr: learning rate of the UNet at that step. images_per_second: over the last few steps.
    seconds_left: estimate to the end of the run.
    """

    kind = "step"
    step: int
    total: int
    epoch: int
    loss: float
    lr: float
    images_per_second: float
    seconds_left: float


@dataclass(frozen=True)
class Validation(Event):
    """Loss on the held-back images at fixed noise: comparable from step to step."""

    kind = "validation"
    step: int
    loss: float


@dataclass(frozen=True)
class Sample(Event):
    """A sample picture was written (PNG)."""

    kind = "sample"
    step: int
    path: str
    prompt: str
    seed: int


@dataclass(frozen=True)
class Checkpoint(Event):
    """The weights of a step were written whole: a LoRA file in kohya format."""

    kind = "checkpoint"
    step: int
    path: str
    sha256: str


@dataclass(frozen=True)
class Recommended(Event):
    """The checkpoint to take of a finished run, and why.

    step, path: of the checkpoint. reasons: codes of checkpoint_reasons; sentences: in English.
    """

    kind = "recommended"
    step: int
    path: str
    reasons: tuple[str, ...]
    sentences: tuple[str, ...] = ()


@dataclass(frozen=True)
class Warning(Event):
    """Something went wrong that the run survives. code and facts as in EngineError."""

    kind = "warning"
    code: str
    facts: dict[str, Any] = field(default_factory=dict)
    sentence: str = ""


@dataclass(frozen=True)
class Paused(Event):
    """The run stopped at a step boundary with its state saved; `resume=True` goes on from it.

    reason: "asked" (control.should_pause) or "disk-full".
    """

    kind = "paused"
    step: int
    reason: str = "asked"


@dataclass(frozen=True)
class Cancelled(Event):
    """The run ended because control.should_cancel() said so. What was saved stays."""

    kind = "cancelled"
    step: int


@dataclass(frozen=True)
class Finished(Event):
    """The run is complete. seconds: training time of all attempts, pauses left out.

    reason: "early-stop" where it ended before its last step, since no save after best_step was
    better; "" where it went all the way.
    """

    kind = "finished"
    path: str
    sha256: str
    seconds: float
    steps: int = 0
    reason: str = ""
    best_step: int = 0
