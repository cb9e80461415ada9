"""The command line: build or refine the weights, print their figures, write a single file."""

from __future__ import annotations

import argparse
import json
import math
import shutil
from pathlib import Path

DEFAULT_FOLDER = Path("var/minibase")
STAGES = ("tokenizer", "basis", "scenes", "text", "unet", "vae", "judge", "clip", "bundle")
# Minutes of a full build on two cores; --minutes overrides the one of a single stage.
MINUTES = {"text": 1.7, "unet": 90.0, "vae": 12.0, "judge": 4.0, "clip": 7.5}


def parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    top = argparse.ArgumentParser(prog="python -m training.minibase", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    build = commands.add_parser("build", help="train the weights from nothing")
    build.add_argument("--stage", choices=STAGES, action="append", help="only this stage")
    build.add_argument("--minutes", type=float, help="how long each chosen stage may train")
    build.add_argument("--resume", action="store_true", help="keep what is there and go on")
    build.add_argument("--folder", type=Path, default=DEFAULT_FOLDER, help="where parts are kept")
    build.add_argument("--out", type=Path, help="weights folder (default: the bundled one)")
    build.add_argument("--scenes", type=int, default=20_000, help="how many scenes to draw")
    build.add_argument("--workers", type=int, default=2, help="processes, one thread each")
    build.add_argument("--seed", type=int, default=0)

    further = commands.add_parser("refine", help="train the bundled UNet on, from its last state")
    further.add_argument("--steps", type=int, default=4000, help="in all; the rate falls with them")
    further.add_argument("--minutes", type=float, help="processor time of this call at most")
    further.add_argument("--folder", type=Path, help="state (default: below the user's cache)")
    further.add_argument("--scenes", type=int, default=6000, help="how many to draw at first")
    further.add_argument("--crops", type=float, default=0.0, help="share of steps on car crops")
    further.add_argument("--rate", type=float, default=5e-5, help="learning rate")
    further.add_argument("--seed", type=int, default=0)
    further.add_argument(
        "--idle", action="store_true", help="run only when nothing else on the machine would"
    )

    figures = commands.add_parser("evaluate", help="print the figures of the weights")
    figures.add_argument("--json", action="store_true", help="as one JSON object")
    figures.add_argument("--pictures", type=int, default=320)
    figures.add_argument("--weights", type=Path, help="weights folder (default: the bundled one)")
    figures.add_argument("--lora", action="store_true", help="also train and sweep all styles")

    sharp = commands.add_parser("sharpness", help="print how sharp the weights paint")
    sharp.add_argument("--json", action="store_true", help="as one JSON object")
    sharp.add_argument("--scenes", type=int, default=24, help="how many to repaint")
    sharp.add_argument("--pictures", type=int, default=64, help="how many to paint")
    sharp.add_argument("--weights", type=Path, help="weights folder (default: the bundled one)")
    sharp.add_argument("--keep", type=Path, help="folder for the painted pictures")
    sharp.add_argument("--unet", type=Path, help="folder of another UNet, such as a refined one")

    pictures = commands.add_parser("sheets", help="paint the contact sheets of the docs")
    pictures.add_argument("out", type=Path, help="folder for the sheets")
    pictures.add_argument("--weights", type=Path, help="weights folder (default: the bundled one)")

    single = commands.add_parser("single-file", help="write one original-layout checkpoint")
    single.add_argument("out", type=Path)
    single.add_argument("--weights", type=Path, help="weights folder (default: the bundled one)")
    return top


def main(arguments: list[str] | None = None) -> int:
    """Run one command; return the exit status (1 when a wanted figure is missed)."""
    options = parser().parse_args(arguments)
    commands = {
        "build": _build,
        "refine": _refine,
        "evaluate": _evaluate,
        "sharpness": _sharpness,
        "sheets": _sheets,
        "single-file": _single_file,
    }
    return commands[options.command](options)


def _say(text: str) -> None:
    print(text, flush=True)


def _build(options) -> int:
    # Torch takes seconds to load; --help should not.
    from training.minibase import stages  # noqa: PLC0415

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


def _refine(options) -> int:
    import torch  # noqa: PLC0415

    from training.minibase import refine  # noqa: PLC0415

    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    if options.idle:
        refine.lowest_priority()
    plan = refine.Plan(
        options.folder or refine.default_folder(),
        options.steps,
        seconds=60 * options.minutes if options.minutes else math.inf,
        scenes=options.scenes,
        crop_share=options.crops,
        learning_rate=options.rate,
        seed=options.seed,
    )
    refine.refine(plan, _say)
    return 0


def _evaluate(options) -> int:
    from training.minibase import bundle, evaluate  # noqa: PLC0415

    weights = options.weights or bundle.WEIGHTS
    figures = evaluate.evaluate(weights, options.pictures)
    if options.lora:
        from training.minibase import lora_probe  # noqa: PLC0415

        say = None if options.json else _say
        figures["lora"], _ = lora_probe.all_styles(weights, say=say)
    print(json.dumps(figures, indent=1) if options.json else evaluate.report(figures))
    return 0 if all(figures["met"].values()) else 1


def _sharpness(options) -> int:
    from training.minibase import bundle, sharpness  # noqa: PLC0415

    pipe = sharpness.load(options.weights or bundle.WEIGHTS, options.unet)
    figures = sharpness.measure(pipe, options.scenes, options.pictures, options.keep)
    print(json.dumps(figures, indent=1) if options.json else sharpness.report(figures))
    return 0


def _sheets(options) -> int:
    from training.minibase import bundle, contact, lora_probe  # noqa: PLC0415

    weights = options.weights or bundle.WEIGHTS
    _say(f"wrote {contact.write_base(weights, options.out)}")
    _, pictures = lora_probe.all_styles(weights, say=_say)
    _say(f"wrote {contact.write_styles(pictures, options.out)}")
    return 0


def _single_file(options) -> int:
    from training.minibase import bundle, single_file  # noqa: PLC0415

    size = single_file.write(options.weights or bundle.WEIGHTS, options.out)
    _say(f"wrote {options.out} ({size / 1e6:.1f} MB)")
    return 0
