"""The command line: build or refine the weights, print their figures, write a single file."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.minibase.schedule import STAGES, stage_named

DEFAULT_FOLDER = Path("var/minibase")


def parser() -> argparse.ArgumentParser:
    """Return the argument parser."""
    top = argparse.ArgumentParser(prog="python -m training.minibase", description=__doc__)
    commands = top.add_subparsers(dest="command", required=True)

    build = commands.add_parser("build", help="train the weights from nothing")
    build.add_argument(
        "--stage", type=stage_named, choices=STAGES, action="append", help="only this stage"
    )
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
    """Run one command; return the exit status (1 when a figure misses its mark)."""
    options = parser().parse_args(arguments)
    from training.minibase import commands  # noqa: PLC0415 -- torch; --help skips it

    return commands.COMMANDS[options.command](options)
