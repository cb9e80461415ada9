"""python -m gallery.demo.vehicles --output DIR: render the demo's cars."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from gallery.demo.vehicles import files, render, sheet
from gallery.demo.vehicles.bodies import BODIES
from gallery.demo.vehicles.light import LIGHTS
from gallery.demo.vehicles.paint import PAINTS


def main(argv=None) -> int:
    options = _parser().parse_args(argv)
    cutouts = files.all_cutouts(
        options.vehicle, options.colour, options.facing, options.light or ("day",)
    )
    began = time.monotonic()
    for number, cutout in enumerate(files.make(cutouts, options.output, options.width), start=1):
        seconds = time.monotonic() - began
        print(f"{number:3} of {len(cutouts)}  {seconds:6.0f} s  {cutout.name}", flush=True)
    if options.sheet:
        page = sheet.sheet(cutouts, options.output)
        page.save(options.sheet, quality=70, method=6)
        print(options.sheet)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gallery.demo.vehicles", description=__doc__)
    parser.add_argument("--output", type=Path, required=True, help="folder; what it has is kept")
    parser.add_argument("--width", type=int, default=render.WIDTH, help="px of each picture")
    parser.add_argument("--vehicle", action="append", choices=BODIES, help="default: all")
    parser.add_argument("--colour", action="append", choices=PAINTS, help="default: all")
    parser.add_argument("--facing", action="append", choices=files.FACINGS, help="default: both")
    parser.add_argument("--light", action="append", choices=LIGHTS, help="default: day")
    parser.add_argument("--sheet", type=Path, help="also one page with all of them")
    return parser


if __name__ == "__main__":
    sys.exit(main())
