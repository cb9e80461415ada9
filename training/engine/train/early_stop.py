"""Ends a run early, once its saves no longer get better.

A run goes on while its evidence improves: the loss on the images held back falls, or the sample
pictures come nearer to the style without losing their scene. Judged at regular saves alone, so
that a save asked for by hand changes nothing.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from training.engine.events import Event, Sample, Validation

EARLY = "early-stop"
"""Why a run finished before its last step, in its Finished event."""

LOSS_GAIN = 0.03
"""Share by which the validation loss must fall below the best so far, to count."""

SCORE_GAIN = 0.02
"""By which the score of the samples must rise above the best so far, to count."""

LEAST_SCENE = 0.3
"""Share of the scene that samples must keep for their score to count. At full strength, at which
they are usually drawn, one of the demo's styles keeps 0.6 of it, the other 0.1."""

SampleJudge = Callable[[Sequence[Path]], tuple[float, float]]
"""Judges the sample pictures of a save, one per prompt: (score, share of the scene kept 0 … 1)."""

JudgeMaker = Callable[[str, Sequence[str], Sequence[Path], Sequence[Path]], SampleJudge]
"""Makes the judge of a run: from the base's family, the prompts, the pictures of the training set,
and the base's own pictures at those prompts and seeds."""


@dataclass(frozen=True)
class SaveEvidence:
    """What is known of one save. loss: on the images held back, None without any.

    score, scene: of the sample pictures, None where none were drawn or nobody judged them.
    """

    step: int
    loss: float | None = None
    score: float | None = None
    scene: float | None = None


class EarlyStop:
    """Follows the saves of one run.

    patience: saves without improvement after which the run ends; 0 never ends it.
    saves: what was judged so far, in order of steps.
    """

    def __init__(self, patience: int):
        self.patience = patience
        self.saves: list[SaveEvidence] = []
        self._losses: dict[int, float] = {}
        self._samples: dict[int, list[Path]] = {}

    def note(self, event: Event) -> None:
        """Take in what the run tells of itself."""
        if isinstance(event, Validation):
            self._losses[event.step] = event.loss
        elif isinstance(event, Sample):
            self._samples.setdefault(event.step, []).append(Path(event.path))

    def judge(self, step: int, judge: SampleJudge | None) -> None:
        """Judge the save of this step by what was noted of it."""
        evidence = SaveEvidence(step, self._losses.get(step))
        images = self._samples.pop(step, [])
        if judge and images:
            score, scene = judge(images)
            evidence = replace(evidence, score=score, scene=scene)
        self.saves = [save for save in self.saves if save.step < step] + [evidence]

    @property
    def best(self) -> SaveEvidence | None:
        """The last save that was an improvement; None before the first."""
        return self._followed()[0]

    @property
    def is_over(self) -> bool:
        return bool(self.patience) and self._followed()[1] >= self.patience

    def _followed(self) -> tuple[SaveEvidence | None, int]:
        """(the last save that improved, how many came after it)."""
        best, since = None, 0
        loss, score = float("inf"), float("-inf")
        for save in self.saves:
            keeps_scene = save.scene is None or save.scene >= LEAST_SCENE
            falls = save.loss is not None and save.loss < loss * (1 - LOSS_GAIN)
            rises = save.score is not None and save.score > score + SCORE_GAIN and keeps_scene
            if falls or rises:
                best, since = save, 0
                loss = min(loss, save.loss) if save.loss is not None else loss
                score = max(score, save.score) if save.score is not None else score
            else:
                since += 1
        return best, since

    def to_json(self) -> list[dict]:
        return [asdict(save) for save in self.saves]

    def restore(self, saves: list[dict]) -> None:
        """Go on from what a saved state holds."""
        self.saves = [SaveEvidence(**save) for save in saves]
