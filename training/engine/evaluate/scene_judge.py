"""Is the scene that the prompt asks for still to be seen? Asked of CLIP, term by term.

The base's own picture is the measure: what it does not show at strength 0, no style has lost.
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from training.engine.base.base_models import BUNDLED
from training.engine.data import labelers
from training.engine.data.labelers import ClipVocabularyLabeler
from training.engine.evaluate.caption_agreement import names_term

SURE = 0.5  # chance from which a term counts as shown at strength 0


class SceneJudge:
    """labeler: its CLIP is asked which term of each group of its vocabulary a picture shows."""

    def __init__(self, labeler: ClipVocabularyLabeler):
        self.labeler = labeler

    def seen(
        self, plain: Sequence[Sequence[Image.Image]], prompts: Sequence[str]
    ) -> list[list[list[tuple[int, int]]]]:
        """[seed][prompt] → (group, term) pairs that the prompt names and the base's picture shows.

        [] where no picture shows anything that the vocabulary knows: then there is no judging.
        """
        said = [self._said(prompt) for prompt in prompts]
        shown = [
            [
                [(g, t) for g, t in terms if chances[g][t] >= SURE]
                for terms, chances in zip(said, self._chances(row), strict=True)
            ]
            for row in plain
        ]
        return shown if any(pairs for row in shown for pairs in row) else []

    def kept(self, seeds: Sequence[Sequence[Image.Image]], seen) -> list[float]:
        """One figure per seed, 0 … 1: the mean chance of what was seen. seen: of `seen`."""
        kept = []
        for row, pairs_of_row in zip(seeds, seen, strict=True):
            chances = self._chances(row)
            values = [
                float(chances[n][group][term])
                for n, pairs in enumerate(pairs_of_row)
                for group, term in pairs
            ]
            kept.append(float(np.mean(values)) if values else None)
        known = [value for value in kept if value is not None]
        # A seed whose base pictures show nothing says nothing: it counts as the others do.
        return [float(np.mean(known)) if value is None else value for value in kept]

    def _said(self, prompt: str) -> list[tuple[int, int]]:
        return [
            (g, t)
            for g, group in enumerate(self.labeler.vocabulary.groups)
            if group.pick == 1
            for t, (english, _chinese) in enumerate(group.terms)
            if names_term(prompt, english)
        ]

    def _chances(self, images: Sequence[Image.Image]) -> list[list[np.ndarray]]:
        """[picture][group] → chance of each of its terms."""
        features = self.labeler.clip.image_features(list(images))
        by_group = [
            (self.labeler.clip.sharpness * features @ phrases.T).softmax(dim=-1).cpu().numpy()
            for phrases in self.labeler.phrase_features
        ]
        return [[chances[n] for chances in by_group] for n in range(len(images))]


def bundled_judge(family: str) -> SceneJudge | None:
    """The judge that comes with the bundled base, whose drawn scenes it knows; None for others."""
    if family != BUNDLED or not labelers.BUNDLED_CLIP.is_dir():
        return None
    return SceneJudge(ClipVocabularyLabeler())
