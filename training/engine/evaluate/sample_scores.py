"""The samples of a run that is under way, judged as its checkpoints are afterwards."""

from collections.abc import Sequence
from pathlib import Path

from training.engine.data.images import open_rgb
from training.engine.data.labelers import Clip
from training.engine.data.spread import MOST_REFERENCES, evenly
from training.engine.evaluate.checkpoint_scores import PictureScorer
from training.engine.evaluate.scene_judge import bundled_judge
from training.engine.train.early_stop import SampleJudge


def make_judge(
    family: str, prompts: Sequence[str], references: Sequence[Path], plain: Sequence[Path]
) -> SampleJudge:
    """An early_stop.SampleJudge.

    family: of the base. prompts, plain: what was drawn, and the base's own pictures of it at the
    same seeds. references: pictures of the training set, evenly thinned.
    """
    judge = bundled_judge(family)
    thinned = evenly(references, MOST_REFERENCES)
    clip = Clip() if judge else None
    scorer = PictureScorer([open_rgb(path) for path in plain], thinned, prompts, clip, judge)

    def score(images: Sequence[Path]) -> tuple[float, float]:
        figures = scorer.score([[open_rgb(path) for path in images]])
        return figures.total, figures.scene

    return score
