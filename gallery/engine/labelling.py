"""The two marks that every picture carries when it leaves: one to see, one in its metadata.

And the watermark across those that are not for publication.

Sources: GB 45438-2025 clause 5.2 (text at an edge or corner, at least 5 % of the short side high)
and 6.1 c) (exactly one metadata mark); its annex E (the JSON); TC260 practice guide 20259A (XMP);
IPTC photo metadata standard (DigitalSourceType). No torch.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

import numpy as np
from PIL import Image, ImageDraw, ImageFont, ImageStat

from gallery.engine import file_forms, sizes, xmp
from gallery.engine.file_forms import FileForm
from gallery.engine.xmp import Mark
from training.engine.errors import EngineError

# Clause 5.2 wants an element for AI and one for its making; this is half as wide as in full.
LABEL = "AI生成"
LONGEST_LABEL = 12  # characters: more don't fit across an upright picture at the legal height
AI_ELEMENTS, MAKING_ELEMENTS = ("人工智能", "AI"), ("生成", "合成")
LOWER_RIGHT = "lower-right"
CORNERS = (LOWER_RIGHT, "lower-left", "upper-right", "upper-left")
LABELLED_FROM = 0.5  # of its native size: a picture shown at so much carries the visible label
LEAST_SHARE = 0.05  # of the short side, for the ink of the lowest glyph
_ROOM = 1.03  # a JPEG or a messenger softens edges; a little more keeps the rule all the same
_LEAST_CONTRAST = 60  # of 255, between letters and backing: 150 when drawn, and JPEG blurs them
_LEAST_PIXELS = 11  # below this Chinese glyphs cannot be told apart
_AIR = 0.04  # of the short side, between label and subject
_CORNER_SLACK = 0.02  # of the short side, around the label
_FONTS = Path(__file__).parent / "fonts"
_BACKING = (16, 13, 11, 166)  # dark and mostly solid: white stays legible over any picture
_INK = (255, 255, 255, 255)
_WATERMARK_SHARE = 0.08  # of the short side, for the height of its words
_WATERMARK_ANGLE = 30  # degrees
_WATERMARK_INK = (255, 255, 255, 110)  # light with a dark edge: seen over any picture
_WATERMARK_EDGE = (0, 0, 0, 70)


@dataclass(frozen=True)
class LabelPlace:
    """Where the label stands, and its words. corner: one of CORNERS.

    insets: px above, on the right, below and on the left that are cut off or covered.
    words: as `check_words` lets them through.
    """

    corner: str = LOWER_RIGHT
    insets: tuple[int, int, int, int] = (0, 0, 0, 0)
    words: str = LABEL

    def scaled(self, factor: float) -> LabelPlace:
        """The same on a picture so many times as large."""
        above, on_right, below, on_left = (round(inset * factor) for inset in self.insets)
        return replace(self, insets=(above, on_right, below, on_left))


IN_LOWER_RIGHT = LabelPlace()


def check_words(words: str) -> None:
    """Raise EngineError for words that clause 5.2 does not let stand, or that can't be drawn:
    label-without-ai, label-without-making, label-long, label-glyph."""
    if not any(element in words for element in AI_ELEMENTS):
        raise EngineError("label-without-ai", words=words)
    if not any(element in words for element in MAKING_ELEMENTS):
        raise EngineError("label-without-making", words=words)
    if len(words) > LONGEST_LABEL:
        raise EngineError("label-long", count=len(words), limit=LONGEST_LABEL)
    blank = _font(32).getmask("\U0010ffff")
    for character in words:
        if not character.isspace() and bytes(_font(32).getmask(character)) == bytes(blank):
            raise EngineError("label-glyph", character=character)


def write(
    image: Image.Image,
    target: IO[bytes],
    *,
    file_form: FileForm,
    mark: Mark,
    packet: str = "",
    source_type: str = xmp.GENERATED,
    watermark: str = "",
    place: LabelPlace | None = IN_LOWER_RIGHT,
) -> None:
    """Write the picture with both marks to target, a seekable binary file.

    packet: XMP to keep beside the marks; its own marks are replaced. source_type: of xmp.
    watermark: words across the whole picture, under the label. place: None for an original, which
    has the metadata mark alone.
    Raises EngineError as `file_forms.write`.
    """
    if watermark:
        image = draw_watermark(image, watermark)
    if place:
        image = draw_label(image, place)
    file_forms.write(image, target, file_form, xmp.stamp(packet, mark, source_type))


def for_screens(
    image: Image.Image,
    mark: Mark,
    *,
    native: tuple[int, int] | None = None,
    longest: int | None = None,
    quality: int = 90,
    watermark: str = "",
    place: LabelPlace = IN_LOWER_RIGHT,
) -> bytes:
    """A WebP of the picture for a browser: with the metadata mark, and the label where it is due.

    native: the size it was made in, in px, when `picture` is a smaller one; nothing is ever larger.
    longest: px that neither side exceeds. watermark: words across the whole picture.
    """
    native = native or image.size
    copy = image.convert("RGB")
    side = min(longest or max(native), max(native))
    copy.thumbnail((side, side), Image.Resampling.LANCZOS)
    if watermark:
        copy = draw_watermark(copy, watermark)
    if is_label_due(copy.size, native):
        copy = draw_label(copy, place)
    file = io.BytesIO()
    copy.save(file, "WEBP", quality=quality, method=2, xmp=xmp.stamp("", mark).encode())
    return file.getvalue()


def is_label_due(size: tuple[int, int], native: tuple[int, int]) -> bool:
    """Whether a picture of this size must carry the visible label, made in `native` size."""
    return any(side >= LABELLED_FROM * whole for side, whole in zip(size, native, strict=True))


def draw_label(image: Image.Image, place: LabelPlace = LabelPlace()) -> Image.Image:
    """A copy of the picture, RGB, with the visible label.

    Only the corner is copied in four bands: a poster has a hundred million pixels.
    """
    labelled = image.convert("RGB") if image.mode != "RGB" else image.copy()
    label = _label(image.size, place)
    corner_before = labelled.crop(label.box).convert("RGBA")
    labelled.paste(Image.alpha_composite(corner_before, label.image), label.box[:2])
    return labelled


def label_ink(size: tuple[int, int], place: LabelPlace = IN_LOWER_RIGHT) -> Image.Image:
    """What `draw_label` lays over a picture of this size in px; RGBA."""
    label, ink = _label(size, place), Image.new("RGBA", size)
    ink.paste(label.image, label.box[:2])
    return ink


def is_labelled(image: Image.Image, place: LabelPlace = LabelPlace()) -> bool:
    """Whether the picture shows the label there: letters clearly lighter than what backs them."""
    label = _label(image.size, place)
    seen = np.asarray(image.crop(label.box).convert("RGB").convert("L"), np.float32)
    ink = np.asarray(label.ink, np.float32) / 255
    letters = (seen * ink).sum() / max(ink.sum(), 1)
    between = (seen * (1 - ink)).sum() / max((1 - ink).sum(), 1)
    return bool(letters - between >= _LEAST_CONTRAST)


def label_box(
    size: tuple[int, int],
    place: LabelPlace = IN_LOWER_RIGHT,
) -> tuple[int, int, int, int]:
    """Left, top, right and bottom, in px, of the label on a picture of this size."""
    return _label(size, place).box


def clearest_place(
    size: tuple[int, int],
    corners: Sequence[str],
    insets: tuple[int, int, int, int],
    subject: sizes.Box,
    words: str = LABEL,
) -> LabelPlace:
    """The place, clear of the insets, for a label that stays away from the subject.

    The first corner if it leaves air between label and subject; else, of those that hide least of
    the subject and of the air around it, the farthest from it.
    size: px. corners: those to choose from, the one to prefer first. subject: left, top, right,
    bottom in px.
    """
    air = _AIR * min(size)
    around = (subject[0] - air, subject[1] - air, subject[2] + air, subject[3] + air)
    places = [LabelPlace(corner, insets, words) for corner in corners]
    if not sizes.overlap(label_box(size, places[0]), around):
        return places[0]

    def badness(place):
        box = label_box(size, place)
        hidden, close = (sizes.overlap(box, area) for area in (subject, around))
        return hidden, close, -sizes.gap(box, subject)

    return min(places, key=badness)


def without_corners(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    """A copy, RGB, with its mean colour over every corner where a label may stand.

    So a picture and its labelled file look alike. size: px in which it was labelled, where `image`
    is a smaller copy.
    """
    blank = image.convert("RGB")
    blank = blank.copy() if blank is image else blank
    mean = tuple(round(value) for value in ImageStat.Stat(blank).mean)
    left, top, _right, _bottom = label_box(size)
    slack = _CORNER_SLACK * min(size)  # of another size its font is a little smaller or larger
    width = math.ceil((size[0] - left + slack) * image.width / size[0])
    height = math.ceil((size[1] - top + slack) * image.height / size[1])
    for x in (0, image.width - width):
        for y in (0, image.height - height):
            blank.paste(mean, (x, y, x + width, y + height))
    return blank


@dataclass(frozen=True)
class _Label:
    """box: px. image: RGBA of the box's size. ink: the letters alone, L."""

    box: tuple[int, int, int, int]
    image: Image.Image
    ink: Image.Image


@lru_cache(maxsize=64)
def _label(size: tuple[int, int], place: LabelPlace) -> _Label:
    words = place.words
    font = _fitting_font(size, words)
    left, top, right, bottom = map(round, font.getbbox(words))
    pad = max(2, round((bottom - top) * 0.32))
    margin = max(2, round(min(size) * 0.02))
    above, on_right, below, on_left = (inset + margin for inset in place.insets)
    width = min(right - left + 2 * pad, size[0] - margin)
    height = bottom - top + 2 * pad
    backing, ink = Image.new("RGBA", (width, height)), Image.new("L", (width, height))
    outline = (0, 0, width - 1, height - 1)
    ImageDraw.Draw(backing).rounded_rectangle(outline, radius=pad, fill=_BACKING)
    at = (pad - left, pad - top)
    ImageDraw.Draw(backing).text(at, words, font=font, fill=_INK)
    ImageDraw.Draw(ink).text(at, words, font=font, fill=255)
    vertical, horizontal = place.corner.split("-")
    x = on_left if horizontal == "left" else size[0] - on_right - width
    y = above if vertical == "upper" else size[1] - below - height
    x, y = max(0, x), max(0, y)
    return _Label((x, y, x + width, y + height), backing, ink)


def draw_watermark(image: Image.Image, words: str) -> Image.Image:
    """A copy of the picture, RGB, with the words in slanting rows from edge to edge."""
    ink = watermark_ink(image.size, words)
    return Image.alpha_composite(image.convert("RGBA"), ink).convert("RGB")


def watermark_ink(size: tuple[int, int], words: str) -> Image.Image:
    """What `draw_watermark` lays over a picture of this size in px; RGBA."""
    font = _font(max(_LEAST_PIXELS, round(min(size) * _WATERMARK_SHARE)))
    side = math.ceil(math.hypot(*size))  # of the square that covers it, however turned
    layer = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(layer)
    step = font.getlength(words) + 2 * font.size
    for row, top in enumerate(range(0, side, round(2.2 * font.size))):
        left = -step / 2 * (row % 2)  # every second row stands between the words of the last
        while left < side:
            draw.text(
                (left, top),
                words,
                font=font,
                fill=_WATERMARK_INK,
                stroke_width=max(1, round(font.size / 24)),
                stroke_fill=_WATERMARK_EDGE,
            )
            left += step
    turned = layer.rotate(_WATERMARK_ANGLE, Image.Resampling.BICUBIC)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    return turned.crop((left, top, left + size[0], top + size[1]))


def least_ink(size: tuple[int, int]) -> int:
    """Pixels that the lowest glyph's ink must measure on a picture of this size."""
    return math.ceil(LEAST_SHARE * min(size))


def _fitting_font(size: tuple[int, int], words: str) -> ImageFont.FreeTypeFont:
    """The smallest font whose lowest glyph has enough ink; smaller only if the width forbids it."""
    # One pixel more: inside a line of text a glyph may sit between two rows of pixels.
    height = max(math.ceil(LEAST_SHARE * min(size) * _ROOM) + 1, _LEAST_PIXELS)
    points = height
    while _lowest_ink(points, words) < height:
        points += 1
    while points > 6 and _font(points).getlength(words) > 0.94 * size[0]:
        points -= 1
    return _font(points)


@lru_cache(maxsize=512)
def _lowest_ink(points: int, words: str) -> int:
    """Rows that the lowest glyph inks at least half, at this font size."""
    glyphs = (glyph for glyph in words if glyph in "".join((*AI_ELEMENTS, *MAKING_ELEMENTS)))
    return min(_ink_rows(glyph, _font(points)) for glyph in glyphs)


def _ink_rows(glyph: str, font: ImageFont.FreeTypeFont) -> int:
    side = int(font.size)
    canvas = Image.new("L", (side * 2, side * 2))
    # Whole pixels, as the label is drawn: a fraction would soften other edges than there.
    ImageDraw.Draw(canvas).text((side // 2, side // 4), glyph, font=font, fill=255)
    box = canvas.point(lambda value: 255 * (value > 140)).getbbox()
    return box[3] - box[1] if box else 0


@lru_cache(maxsize=64)
def _font(points: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_path()), points)


@lru_cache(maxsize=1)
def font_path() -> Path:
    """The vendored font that holds the label's glyphs."""
    return next(p for p in sorted(_FONTS.iterdir()) if p.suffix in {".otf", ".ttf"})
