"""The pictures as files: names, order, and writing them one by one so that a stop costs little."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from gallery.demo.vehicles import render
from gallery.demo.vehicles.bodies import BODIES
from gallery.demo.vehicles.light import LIGHTS
from gallery.demo.vehicles.paint import PAINTS
from gallery.demo.vehicles.shade import Lit
from gallery.demo.vehicles.view import View, view_of

FACINGS = ("right", "left")
QUALITY = {"quality": 80, "alpha_quality": 90, "method": 5}  # of WebP


@dataclass(frozen=True)
class Cutout:
    """One picture to make."""

    vehicle: str
    colour: str
    facing: str
    light: str

    @property
    def name(self) -> str:
        return f"{self.vehicle}-{self.colour}-{self.facing}-{self.light}.webp"


def all_cutouts(vehicles=None, colours=None, facings=None, lights=("day",)) -> list[Cutout]:
    """Every combination, those of one view and light together; None means all of them."""
    return [
        Cutout(vehicle, colour, facing, light)
        for vehicle in vehicles or BODIES
        for light in lights or LIGHTS
        for facing in facings or FACINGS
        for colour in colours or PAINTS
    ]


def make(cutouts, folder: Path, width: int = render.WIDTH):
    """Render what the folder lacks; yields each Cutout as its file is there. Safe to stop.

    width: px of a picture; the car fills it but for a narrow margin.
    """
    folder.mkdir(parents=True, exist_ok=True)
    view: View | None = None
    scene: list[Lit] | None = None
    of_view, of_scene = "", ("", "")
    for cutout in cutouts:
        path = folder / cutout.name
        if path.exists():
            yield cutout
            continue
        if view is None or of_view != cutout.vehicle:
            view = view_of(cutout.vehicle, render.FINE * width)
            of_view, scene = cutout.vehicle, None
        if scene is None or of_scene != (cutout.light, cutout.facing):
            scene = render.lit(view, cutout.light, cutout.facing)
            of_scene = (cutout.light, cutout.facing)
        save(render.finish(view, scene, cutout.colour, cutout.facing), path)
        yield cutout


def save(image: Image.Image, path: Path) -> None:
    """Write a WebP whole or not at all."""
    part = path.with_suffix(".part")
    image.save(part, "WEBP", **QUALITY)
    os.replace(part, path)
