"""A small classifier that reads what a picture shows. It has seen drawn scenes only."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from training.minibase import views
from training.minibase.text import ATTRIBUTES, labels

READS = ("place", "time", "vehicle", "colour", "facing")


class Classifier(nn.Module):
    """Reads (B, 3, 128, 128) pictures in 0..1; answers logits per attribute of READS."""

    def __init__(self, width: int = 24) -> None:
        super().__init__()
        channels = (3, width, width * 2, width * 3, width * 4, width * 5)
        layers = []
        for before, after in zip(channels, channels[1:], strict=False):
            layers += [
                nn.Conv2d(before, after, 3, stride=2, padding=1),
                nn.GroupNorm(8, after),
                nn.SiLU(),
            ]
        self.layers = nn.Sequential(*layers)
        self.mix = nn.Conv2d(channels[-1], channels[-1], 3, padding=1)
        # Where something stands matters (a car's nose is left or right): keep rows and columns.
        self.heads = nn.ModuleDict(
            {name: nn.Linear(channels[-1] * 16, len(ATTRIBUTES[name])) for name in READS}
        )

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        features = F.silu(self.mix(self.layers(images - 0.5)))
        return {name: head(features.flatten(1)) for name, head in self.heads.items()}

    @torch.no_grad()
    def read(self, images: list[Image.Image]) -> list[dict[str, str]]:
        """Return, for each picture, the value of each attribute that it seems to show."""
        small = np.stack([np.asarray(views.shrink(p.convert("RGB"))) for p in images])
        answers = self(views.as_batch(small))
        chosen = {name: logits.argmax(1).tolist() for name, logits in answers.items()}
        rows = range(len(images))
        return [{n: ATTRIBUTES[n][chosen[n][row]] for n in READS} for row in rows]


def load(folder: Path) -> Classifier:
    """Return the classifier kept in `folder`."""
    classifier = Classifier()
    weights = load_file(folder / "classifier.safetensors")
    classifier.load_state_dict({name: value.float() for name, value in weights.items()})
    return classifier.eval()


def save(classifier: Classifier, folder: Path, figures: dict) -> None:
    """Keep the classifier as float16, with its figures beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    halves = {name: value.half().contiguous() for name, value in classifier.state_dict().items()}
    save_file(halves, folder / "classifier.safetensors")
    (folder / "figures.json").write_text(json.dumps(figures, indent=1) + "\n")


def train(
    folder: Path,
    *,
    seconds: float,
    seed: int = 0,
    workers: int = 2,
    images: int = 7000,
    say: Callable[[str], None] = print,
) -> dict[str, float]:
    """Train one for `seconds` of processor time; return its held-out share right per name."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    generator = np.random.default_rng(seed)
    pictures, specs = views.drawn(folder / "views", f"train-{seed}", images, workers)
    truth, classifier = labels(specs), Classifier()
    optimizer = torch.optim.AdamW(classifier.parameters(), 2e-3, weight_decay=0.05)
    started, step = time.process_time(), 0
    while (spent := time.process_time() - started) < seconds:
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * min(1, (step + 1) / 50) * max(0.01, 1 - spent / seconds)
        rows = generator.integers(0, len(specs), 48)
        batch, repainted = views.roughened(views.as_batch(pictures[rows]), generator)
        loss = torch.zeros(())
        for name, logits in classifier(batch).items():
            each = F.cross_entropy(
                logits, truth[name][rows], reduction="none", label_smoothing=0.02
            )
            if name in views.PALETTE_ATTRIBUTES:
                each = each * ~repainted
            loss = loss + each.mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        step += 1
        if step % 100 == 0:
            say(f"classifier step {step}, {spent:.0f} s, loss {loss.item():.3f}")
    figures = measure(classifier, folder, workers)
    save(classifier.eval(), folder / "classifier", figures)
    return figures


@torch.no_grad()
def measure(
    classifier: Classifier, folder: Path, workers: int = 1, count: int = 1000
) -> dict[str, float]:
    """Return the share read right on scenes drawn with seeds it has never seen."""
    classifier.eval()
    pictures, specs = views.drawn(folder / "views", "held-out", count, workers)
    truth, right = labels(specs), {name: 0.0 for name in READS}
    for start in range(0, len(specs), 100):
        rows = slice(start, start + 100)
        for name, logits in classifier(views.as_batch(pictures[rows])).items():
            right[name] += (logits.argmax(1) == truth[name][rows]).sum().item()
    return {name: round(value / len(specs), 4) for name, value in right.items()}
