"""What the bundled models see in a picture: its likeness, and the body of its car. Needs torch."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image

from gallery.engine import car_outline
from gallery.engine.drift import Features, features_of, shape_of
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
            features_of(image, vector, bodies, _shape(image))
            if family == BUNDLED
            else features_of(image, vector)
            for image, vector, bodies, family in zip(
                images, likeness, chances, families, strict=True
            )
        ]

    @torch.inference_mode()
    def _bodies(self, images):
        """{body: [log of its chance in each reading]} of each picture."""
        small = views.as_batch(np.stack([np.asarray(views.shrink(image)) for image in images]))
        logits = [self.classifier(seen)["vehicle"] for seen in _readings(small)]
        chances = torch.stack(logits, dim=2).log_softmax(dim=1).tolist()
        return [dict(zip(ATTRIBUTES["vehicle"], row, strict=True)) for row in chances]


def _shape(image):
    found = car_outline.find(image)
    return shape_of(image, found.box) if found else ()


def _readings(batch):
    """The pictures as they are, soft, without colour, inverted: neon is read best as a negative."""
    half = F.interpolate(batch, scale_factor=0.5, mode="area")
    soft = F.interpolate(half, size=batch.shape[2:], mode="bilinear")
    for seen in (batch, soft):
        grey = seen.mean(dim=1, keepdim=True).expand_as(seen)
        yield from (seen, grey, 1 - seen, 1 - grey)
