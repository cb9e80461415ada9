"""Who reads what a picture shows, in chances of the terms that a prompt can name."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from PIL import Image

from training.engine.base.base_models import BUNDLED_FOLDER
from training.engine.data.labelers import ClipVocabularyLabeler
from training.engine.evaluate.caption_agreement import names_term
from training.minibase import classifier, views
from training.minibase.artist import COLOURS, FACINGS
from training.minibase.artist.captions import PLACE_WORDS, TIME_WORDS, VEHICLE_WORDS

BUNDLED_CLASSIFIER = BUNDLED_FOLDER / "classifier"


class SceneReader(Protocol):
    """A term is told by (group, term): places in what `chances` answers."""

    def named(self, prompt: str) -> list[tuple[int, int]]:
        """The terms that the prompt names."""

    def chances(self, images: Sequence[Image.Image]) -> list[list[np.ndarray]]:
        """[picture][group] → (terms,) chances, 0 … 1, that sum to 1."""


class ClipReader:
    """labeler: its CLIP is asked which term of each group of its vocabulary a picture shows."""

    def __init__(self, labeler: ClipVocabularyLabeler):
        self.labeler = labeler

    def named(self, prompt: str) -> list[tuple[int, int]]:
        return [
            (g, t)
            for g, group in enumerate(self.labeler.vocabulary.groups)
            if group.pick == 1
            for t, (english, _chinese) in enumerate(group.terms)
            if names_term(prompt, english)
        ]

    def chances(self, images: Sequence[Image.Image]) -> list[list[np.ndarray]]:
        features = self.labeler.clip.image_features(list(images))
        by_group = [
            (self.labeler.clip.sharpness * features @ phrases.T).softmax(dim=-1).cpu().numpy()
            for phrases in self.labeler.phrase_features
        ]
        return [[chances[n] for chances in by_group] for n in range(len(images))]


class ClassifierReader:
    """Place, time, vehicle, colour and facing of the bundled base's drawn scenes.

    The small classifier beside that base learned from new palettes and line drawings too, so it
    goes by shapes where the base's small CLIP goes by colours.
    """

    _WORDINGS = {
        "place": tuple(PLACE_WORDS.values()),
        "time": tuple(TIME_WORDS.values()),
        "vehicle": tuple(VEHICLE_WORDS.values()),
        "colour": tuple((colour,) for colour in COLOURS),
        "facing": tuple((f"facing {facing}",) for facing in FACINGS),
    }

    def __init__(self, folder: Path = BUNDLED_CLASSIFIER):
        self.classifier = classifier.load(folder)

    def named(self, prompt: str) -> list[tuple[int, int]]:
        return [
            (g, t)
            for g, name in enumerate(classifier.READS)
            for t, wordings in enumerate(self._WORDINGS[name])
            if any(names_term(prompt, wording) for wording in wordings)
        ]

    @torch.inference_mode()
    def chances(self, images: Sequence[Image.Image]) -> list[list[np.ndarray]]:
        small = np.stack([np.asarray(views.shrink(image)) for image in images])
        logits = self.classifier(views.as_batch(small))
        by_group = [logits[name].softmax(dim=1).numpy() for name in classifier.READS]
        return [[chances[n] for chances in by_group] for n in range(len(images))]
