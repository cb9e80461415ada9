"""The stages of a build: what each makes, where it lies, and how it is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from transformers import CLIPTextModel

from training.minibase import (
    basis,
    bundle,
    cache,
    classifier,
    clip,
    text,
    tokenizer,
    unet_training,
    vae,
)

# Stages that are finished once their output exists; the others train on when resumed.
ONCE = ("tokenizer", "basis", "text", "classifier")


def output(folder: Path, stage: str) -> Path:
    """Return the file or folder a stage makes."""
    names = {"basis": "basis.npz", "text": "text_encoder", "bundle": ".bundled"}
    return folder / names.get(stage, stage)


def run(stage: str, options, *, seconds: float, say: Callable[[str], None]) -> None:
    """Run one stage. `options` carries folder, seed, workers, scenes and out."""
    torch.set_num_threads(1)
    _RUNNERS[stage](options, seconds, say)


def _tokenizer(options, seconds, say) -> None:
    tokenizer.build(options.folder / "tokenizer", options.seed)


def _basis(options, seconds, say) -> None:
    basis.fit(options.seed).save(options.folder / "basis.npz")


def _scenes(options, seconds, say) -> None:
    cache.build(
        options.folder / "scenes",
        options.folder / "basis.npz",
        options.scenes,
        seed=options.seed,
        workers=options.workers,
        say=say,
    )


def _text(options, seconds, say) -> None:
    torch.manual_seed(options.seed)
    words = tokenizer.load(options.folder / "tokenizer")
    encoder = CLIPTextModel(text.text_config(words))
    share = text.warm_up(encoder, words, seconds=seconds, seed=options.seed, say=say)
    say(f"text encoder names {100 * share:.1f} % of attributes right")
    encoder.save_pretrained(options.folder / "text_encoder")


def _unet(options, seconds, say) -> None:
    settings = unet_training.UNetTrainingSettings(
        options.folder, seconds=seconds, workers=options.workers, seed=options.seed
    )
    unet_training.train(settings)


def _vae(options, seconds, say) -> None:
    vae.train(options.folder, seconds=seconds, seed=options.seed, say=say)


def _classifier(options, seconds, say) -> None:
    figures = classifier.train(
        options.folder, seconds=seconds, seed=options.seed, workers=options.workers, say=say
    )
    say(f"classifier on unseen drawn scenes: {figures}")


def _clip(options, seconds, say) -> None:
    figures = clip.train(
        options.folder, seconds=seconds, seed=options.seed, workers=options.workers, say=say
    )
    say(f"CLIP zero-shot on unseen drawn scenes: {figures}")


def _bundle(options, seconds, say) -> None:
    say(f"weights {bundle.assemble(options.folder, options.out or bundle.WEIGHTS)}")


_RUNNERS = {
    "tokenizer": _tokenizer,
    "basis": _basis,
    "scenes": _scenes,
    "text": _text,
    "unet": _unet,
    "vae": _vae,
    "classifier": _classifier,
    "clip": _clip,
    "bundle": _bundle,
}
