"""A poster drawn from its plan: ground, picture, ornament, words, logo; the label comes last, with
every other file's.

The preview is drawn by the same function from the same plan, scaled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image, ImageColor, ImageDraw

from gallery.engine import ornaments, typesetting
from gallery.engine.poster_layouts import Plan, Style
from gallery.engine.sizes import Box

_FONTS = Path(__file__).parent / "fonts" / "posters"
SERIF, SANS, TEXT = (str(_FONTS / f"poster-{name}.otf") for name in ("serif", "sans", "text"))
_LIGHT_INK, _DARK_INK = "#ffffff", "#161412"
_LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3


@dataclass(frozen=True)
class Template:
    """How a kind of poster looks. layout: as of Style. ground, ink, accent, light: #rrggbb."""

    layout: str
    ground: str
    ink: str
    accent: str
    light: str
    ornament: str
    font: str
    largest: float = 12.0


TEMPLATES = {
    "plain": Template("frame", "#f6f3ec", "#1b1916", "#b3261e", "#ffffff", "none", SANS, 11.0),
    "spring": Template("panel", "#a50f1a", "#fdeccb", "#e9b65a", "#ffd98a", "spring", SERIF),
    "lanterns": Template("fade", "#171b45", "#fff2d2", "#f0a23c", "#ffdc91", "lanterns", SERIF),
    "dragon-boat": Template("panel", "#0d4a3c", "#f4f1de", "#a9cf8f", "#dcefc4", "waves", SERIF),
    "mid-autumn": Template("fade", "#16223f", "#faeac6", "#e0b45c", "#f8e3a6", "moon", SERIF),
    "national": Template("panel", "#ab1119", "#fff1d0", "#f6c453", "#ffe7a3", "fireworks", SANS),
    "motor-show": Template("fade", "#101317", "#f4f6f8", "#4bb3d6", "#cdeefa", "beams", SANS, 11.0),
}


@dataclass(frozen=True)
class Palette:
    """#rrggbb of the ground, of words and of what stands out."""

    ground: str
    ink: str
    accent: str
    light: str


def palette(template: Template, ground: str = "") -> Palette:
    """The template's colours; on another ground, ink and accent that can be read there."""
    if not ground or ground.lower() == template.ground:
        return Palette(template.ground, template.ink, template.accent, template.light)
    ink = max((_LIGHT_INK, _DARK_INK), key=lambda colour: contrast(colour, ground))
    accent = template.accent if contrast(template.accent, ground) >= _LEAST_CONTRAST else ink
    return Palette(ground, ink, accent, template.light)


def style(template: Template, font: str = "") -> Style:
    """What the layout needs of a template. font: a path, of a brand font for the headline."""
    return Style(template.layout, font or template.font, TEXT, template.largest)


def draw(
    plan: Plan,
    template: Template,
    colours: Palette,
    image_at: Callable[[tuple[int, int]], Image.Image],
    logo: Image.Image | None = None,
) -> Image.Image:
    """The poster as an RGB image of the plan's size, without its label.

    image_at(size): the picture, RGB, cut to fill so many px. logo: RGBA, for the plan's box.
    """
    size = (round(plan.size[0]), round(plan.size[1]))
    poster = Image.new("RGB", size, colours.ground)
    _decorate(poster, plan, template, colours)
    left, top, right, foot = (round(side) for side in plan.picture)
    shown = image_at((right - left, foot - top))
    poster.paste(shown, (left, top), _faded(shown.size, plan) if plan.fade else None)
    pen = ImageDraw.Draw(poster)
    pen.rectangle(_edges(plan.rule), fill=colours.accent)
    for setting in plan.settings:
        colour = colours.accent if setting.role == "price" else colours.ink
        typesetting.draw(poster, setting.block, setting.at, colour, align=setting.align)
    if logo and plan.logo:
        left, top, right, foot = (round(side) for side in plan.logo)
        fitted = logo.resize((max(1, right - left), max(1, foot - top)), Image.Resampling.LANCZOS)
        poster.paste(fitted, (left, top), fitted)
    return poster


def is_dark(ground: str) -> bool:
    """Whether white can be read better than black on a ground, #rrggbb."""
    return contrast(ground, _LIGHT_INK) > contrast(ground, "#000000")


def contrast(first: str, second: str) -> float:
    """How far two colours are apart in lightness, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    shares = [value / 255 for value in ImageColor.getrgb(colour)[:3]]
    linear = [s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _edges(box: Box) -> tuple[int, int, int, int]:
    left, top, right, foot = (round(side) for side in box)
    return left, top, max(left, right - 1), max(top, foot - 1)


def _faded(size: tuple[int, int], plan: Plan) -> Image.Image:
    """The picture's mask: from nothing at the column's side to all of it."""
    length = round(plan.fade)
    values = [_eased(step / max(1, length - 1)) for step in range(length)]
    mask = Image.new("L", size, 255)
    if plan.side == "top":
        ramp = Image.new("L", (1, length))
        ramp.putdata(values)
        mask.paste(ramp.resize((size[0], length)), (0, 0))
        return mask
    ramp = Image.new("L", (length, 1))
    ramp.putdata(values if plan.side == "left" else values[::-1])
    mask.paste(ramp.resize((length, size[1])), (0 if plan.side == "left" else size[0] - length, 0))
    return mask


def _eased(share: float) -> int:
    """0 at the outer edge to 255, without a visible beginning or end."""
    return round(255 * share * share * (3 - 2 * share))


def _decorate(poster: Image.Image, plan: Plan, template: Template, colours: Palette) -> None:
    left, top, right, foot = (round(side) for side in plan.column)
    size = (right - left, foot - top)
    # A column beside the picture is narrower, and over a square the headline stands higher.
    smaller = min(1, 0.75 * plan.size[1] / plan.size[0]) if plan.side == "top" else 0.72
    unit = plan.unit * smaller
    ornament = ornaments.drawn(
        template.ornament, size, unit, colours.ground, colours.accent, colours.light
    )
    if ornament:
        poster.paste(ornament, (left, top))
