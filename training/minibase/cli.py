"""The command line: build the weights, print their figures, write a single-file checkpoint."""

from __future__ import annotations

import argparse
import json
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

    figures = commands.add_parser("evaluate", help="print the figures of the weights")
    figures.add_argument("--json", action="store_true", help="as one JSON object")
    figures.add_argument("--pictures", type=int, default=320)
    figures.add_argument("--weights", type=Path, help="weights folder (default: the bundled one)")
    figures.add_argument("--lora", action="store_true", help="also train and sweep all styles")

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
        "evaluate": _evaluate,
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
