"""Is the scene that the prompt asks for still to be seen? Asked of a reader, term by term.

The base's own picture is the measure: what it does not show at strength 0, no style has lost.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from training.engine.base.base_models import BUNDLED
from training.engine.evaluate.scene_readers import (
    BUNDLED_CLASSIFIER,
    ClassifierReader,
    SceneReader,
)

SURE = 0.5  # chance from which a term counts as shown at strength 0
OUTLINES = 2 / 3  # of the scene kept; the rest is what a judge still recognises


class SceneJudge:
    """reader: is asked which of the terms that a prompt names a picture shows."""

    def __init__(self, reader: SceneReader):
        self.reader = reader

    def seen(
        self, plain: Sequence[Sequence[Image.Image]], prompts: Sequence[str]
    ) -> list[list[list[tuple[int, int]]]]:
        """[seed][prompt] → (group, term) pairs that the prompt names and the base's picture shows.

        [] where no picture shows anything that the reader knows: then there is no judging.
        """
        named = [self.reader.named(prompt) for prompt in prompts]
        shown = [
            [
                [(g, t) for g, t in terms if chances[g][t] >= SURE]
                for terms, chances in zip(named, self.reader.chances(row), strict=True)
            ]
            for row in plain
        ]
        return shown if any(pairs for row in shown for pairs in row) else []

    def kept(self, seeds: Sequence[Sequence[Image.Image]], seen) -> list[float]:
        """One figure per seed, 0 … 1: the mean chance of what was seen. seen: of `seen`."""
        return _means([sum(row, []) for row in self.chances_of_seen(seeds, seen)])

    def chances_of_seen(
        self, seeds: Sequence[Sequence[Image.Image]], seen
    ) -> list[list[list[float]]]:
        """[seed][prompt] → chance, 0 … 1, of each thing that was seen there. seen: of `seen`."""
        return [
            [
                [float(chances[group][term]) for group, term in pairs]
                for pairs, chances in zip(pairs_of_row, self.reader.chances(row), strict=True)
            ]
            for row, pairs_of_row in zip(seeds, seen, strict=True)
        ]


def means_by_seed_and_prompt(chances: list[list[list[float]]]) -> tuple[list[float], list[float]]:
    """(a mean per seed, a mean per prompt) of `chances_of_seen`."""
    return (
        _means([sum(row, []) for row in chances]),
        _means([sum(column, []) for column in zip(*chances, strict=True)]),
    )


def _means(rows: Sequence[Sequence[float]]) -> list[float]:
    """The mean of each; where the base's pictures show nothing, so do these: as the others do."""
    means = [float(np.mean(row)) if row else None for row in rows]
    known = float(np.mean([mean for mean in means if mean is not None]))
    return [known if mean is None else mean for mean in means]


def scene_kept(outlines, recognised):
    """How much of the scene is there, 0 … 1. Each a number or an array of them, 0 … 1.

    outlines: of `outline_correlation`. recognised: chance of what was seen. Two figures, because
    each errs: a reader still finds the car that the eye has lost in its ground, and outlines
    count for lost what was painted over without becoming another thing.
    """
    return OUTLINES * outlines + (1 - OUTLINES) * recognised


def bundled_judge(family: str) -> SceneJudge | None:
    """The judge that comes with the bundled base, whose drawn scenes it knows; None for others."""
    if family != BUNDLED or not BUNDLED_CLASSIFIER.is_dir():
        return None
    return SceneJudge(ClassifierReader())
