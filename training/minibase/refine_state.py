"""What a stopped refinement needs to go on: tensors as safetensors, its progress as JSON inside."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

import torch
from diffusers import UNet2DConditionModel
from safetensors import safe_open
from safetensors.torch import save_file


@dataclass
class Progress:
    """How far the training is; losses are running means."""

    step: int = 0
    frames: int = 0
    crops: int = 0
    seconds: float = 0.0  # of processor time
    frame_loss: float = 0.0
    crop_loss: float = 0.0

    def note(self, kind: str, count: int, loss: float) -> None:
        """Count one step over `count` samples of a kind, "frame" or "crop"."""
        self.step += 1
        before = getattr(self, f"{kind}_loss")
        setattr(self, f"{kind}_loss", 0.98 * before + 0.02 * loss if before else loss)
        setattr(self, f"{kind}s", getattr(self, f"{kind}s") + count)


def path(folder: Path) -> Path:
    """Return the state's file."""
    return folder / "state.safetensors"


def save(training, folder: Path) -> None:
    """Write the state under another name and move it into place, so that one is always whole."""
    tensors = {f"model.{name}": p.detach() for name, p in training.parameters.items()}
    tensors |= {f"average.{name}": value for name, value in training.average.items()}
    for name, p in training.parameters.items():
        for part, value in training.optimizer.state[p].items():
            tensors[f"optimizer.{part}.{name}"] = value
    partial = path(folder).with_suffix(".part")
    save_file(tensors, partial, metadata={"progress": json.dumps(vars(training.progress))})
    os.replace(partial, path(folder))


@torch.no_grad()
def restore(training, folder: Path) -> Progress:
    """Put the state into model, average and optimizer; return the progress.

    Raises KeyError or RuntimeError when the state belongs to a model of another shape.
    """
    with safe_open(path(folder), framework="pt") as stored:
        progress = Progress(**json.loads(stored.metadata()["progress"]))
        for name, p in training.parameters.items():
            p.copy_(stored.get_tensor(f"model.{name}"))
            training.average[name].copy_(stored.get_tensor(f"average.{name}"))
        names = set(stored.keys())
        for name, p in training.parameters.items():
            for part in ("step", "exp_avg", "exp_avg_sq"):
                if (key := f"optimizer.{part}.{name}") in names:
                    training.optimizer.state[p][part] = stored.get_tensor(key)
    return progress


def export(config, average: dict[str, torch.Tensor], folder: Path) -> None:
    """Write the averaged UNet in float16, as diffusers loads it."""
    model = UNet2DConditionModel.from_config(config)
    model.load_state_dict(average)
    partial = folder.with_name(folder.name + ".part")
    model.half().save_pretrained(partial)
    folder.mkdir(exist_ok=True)
    for written in sorted(partial.iterdir()):
        os.replace(written, folder / written.name)
    partial.rmdir()
