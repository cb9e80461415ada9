"""What the bundled models see in a picture: its likeness, and the body of its car. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from gallery.engine.drift import Features, features_of
from training.engine.base.base_models import BUNDLED, BUNDLED_FOLDER
from training.engine.data.labelers import BUNDLED_CLIP, Clip
from training.minibase import classifier, views
from training.minibase.text import ATTRIBUTES


class DriftReader:
    """Loads both models once. They know drawn scenes: bodies are read of the bundled base's
    pictures alone, and a likeness is only compared with others of the same campaign."""

    def __init__(self, folder: Path = BUNDLED_FOLDER) -> None:
        self.clip = Clip(BUNDLED_CLIP)
        self.classifier = classifier.load(folder / "classifier")

    def read(self, images: Sequence[Image.Image], families: Sequence[str]) -> list[Features]:
        """The Features of RGB pictures; families: of the base that painted each."""
        if not images:
            return []
        likeness = self.clip.image_features(list(images)).cpu().numpy()
        chances = self._bodies(images)
        return [
            features_of(image, vector, bodies if family == BUNDLED else {})
            for image, vector, bodies, family in zip(
                images, likeness, chances, families, strict=True
            )
        ]

    @torch.inference_mode()
    def _bodies(self, images):
        """{body: chance} of each picture."""
        small = np.stack([np.asarray(views.shrink(image)) for image in images])
        chances = self.classifier(views.as_batch(small))["vehicle"].softmax(dim=1).tolist()
        return [dict(zip(ATTRIBUTES["vehicle"], row, strict=True)) for row in chances]
