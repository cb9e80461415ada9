"""From a vehicle's name to its picture with transparency."""

from __future__ import annotations

import numpy as np
from PIL import Image

from gallery.demo.vehicles import shade
from gallery.demo.vehicles.light import LIGHTS, tone
from gallery.demo.vehicles.paint import PAINTS
from gallery.demo.vehicles.view import View, view_of

FINE = 2  # rays per pixel and axis
WIDTH = 2048  # px of a finished picture
SHADOW_STRENGTH = 0.48  # the cut-out's outline is where it is half opaque: the shadow stays below


def render(view: View, colour: str, light: str, facing: str, shadow_strength=SHADOW_STRENGTH):
    """RGBA picture of a view that was made FINE times too large.

    colour, light: as in PAINTS and LIGHTS. facing: "left" or "right"; the light stays where it is
    for the viewer. shadow_strength: opacity of the deepest shadow, 0 to 1.
    """
    return finish(view, lit(view, light, facing), colour, facing, shadow_strength)


def lit(view: View, light: str, facing: str) -> list[shade.Lit]:
    """The view in one light, in parts; every colour can be made of it."""
    return [shade.lit(part, LIGHTS[light], facing == "left") for part in view.parts()]


def finish(
    view: View, scene: list[shade.Lit], colour: str, facing: str, shadow_strength=SHADOW_STRENGTH
):
    """The picture of a lit view in one colour."""
    shape = (view.height, view.width)
    values = np.zeros((3, view.height * view.width), np.float32)
    for part in scene:
        linear = shade.painted(part, PAINTS[colour]) * np.float32(part.light.exposure)
        values[:, part.view.pixels] = tone(linear)
    cover = np.zeros(view.height * view.width, np.float32)
    cover[view.pixels] = 1
    colours = np.stack([_reduced(v.reshape(shape)) for v in values], axis=-1)
    alpha = _reduced(cover.reshape(shape))
    ground = _reduced(view.shadow) * np.float32(shadow_strength)
    return _layered(colours, alpha, ground, facing)


def _reduced(values: np.ndarray) -> np.ndarray:
    """Half the size, each pixel from 4 x 4 with weights 1 3 3 1: soft, without ringing."""
    padded = np.pad(values, 1, mode="edge")
    rows = padded[:-3:2] + 3 * padded[1:-2:2] + 3 * padded[2:-1:2] + padded[3::2]
    both = rows[:, :-3:2] + 3 * rows[:, 1:-2:2] + 3 * rows[:, 2:-1:2] + rows[:, 3::2]
    return both / 64


def _layered(colours, alpha, ground, facing: str) -> Image.Image:
    """The car over its shadow; colours are weighed by alpha, so that no edge pixel is darkened."""
    whole = alpha + (1 - alpha) * ground
    plain = colours / np.maximum(whole, 1e-4)[..., None]
    rgba = np.concatenate([np.clip(plain, 0, 1), whole[..., None]], axis=-1)
    image = Image.fromarray((rgba * 255 + 0.5).astype(np.uint8), "RGBA")
    if facing == "left":
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return image


def image_of(name: str, colour: str, light="day", facing="right", width=WIDTH, **options):
    """One finished picture, `width` px wide."""
    return render(view_of(name, FINE * width), colour, light, facing, **options)
