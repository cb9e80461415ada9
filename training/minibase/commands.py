"""What the commands of the command line do. Imports torch and all the rest."""

import argparse
import json
import math
import shutil

import torch

from training.minibase import (
    bundle,
    contact,
    evaluate,
    lora_probe,
    refine,
    sharpness,
    single_file,
    stages,
)
from training.minibase.schedule import MINUTES, STAGES


def _say(text: str) -> None:
    print(text, flush=True)


def _build(options: argparse.Namespace) -> int:
    chosen = options.stage or list(STAGES)
    options.folder.mkdir(parents=True, exist_ok=True)
    for stage in STAGES:
        if stage not in chosen:
            continue
        done = stages.output(options.folder, stage)
        if done.exists() and not options.resume:
            shutil.rmtree(done) if done.is_dir() else done.unlink()
        if done.exists() and stage in stages.ONCE:
            _say(f"{stage}: kept")
            continue
        minutes = options.minutes or MINUTES.get(stage, 0.0)
        _say(f"{stage}: start")
        stages.run(stage, options, seconds=60 * minutes, say=_say)
        _say(f"{stage}: done")
    return 0


def _refine(options: argparse.Namespace) -> int:
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    if options.idle:
        refine.lowest_priority()
    settings = refine.RefineSettings(
        options.folder or refine.default_folder(),
        options.steps,
        seconds=60 * options.minutes if options.minutes else math.inf,
        scenes=options.scenes,
        crop_share=options.crops,
        learning_rate=options.rate,
        seed=options.seed,
    )
    refine.refine(settings, _say)
    return 0


def _evaluate(options: argparse.Namespace) -> int:
    weights = options.weights or bundle.WEIGHTS
    figures = evaluate.evaluate(weights, options.pictures)
    if options.lora:
        say = None if options.json else _say
        figures["lora"], _ = lora_probe.all_styles(weights, say=say)
    print(json.dumps(figures, indent=1) if options.json else evaluate.report(figures))
    return 0 if all(figures["met"].values()) else 1


def _sharpness(options: argparse.Namespace) -> int:
    pipe = sharpness.load(options.weights or bundle.WEIGHTS, options.unet)
    figures = sharpness.measure(pipe, options.scenes, options.pictures, options.keep)
    print(json.dumps(figures, indent=1) if options.json else sharpness.report(figures))
    return 0


def _sheets(options: argparse.Namespace) -> int:
    weights = options.weights or bundle.WEIGHTS
    _say(f"wrote {contact.write_base(weights, options.out)}")
    _, images = lora_probe.all_styles(weights, say=_say)
    _say(f"wrote {contact.write_styles(images, options.out)}")
    return 0


def _single_file(options: argparse.Namespace) -> int:
    size = single_file.write(options.weights or bundle.WEIGHTS, options.out)
    _say(f"wrote {options.out} ({size / 1e6:.1f} MB)")
    return 0


COMMANDS = {
    "build": _build,
    "refine": _refine,
    "evaluate": _evaluate,
    "sharpness": _sharpness,
    "sheets": _sheets,
    "single-file": _single_file,
}
