"""The two marks that every picture carries when it leaves: one to see, one in its metadata.

And the watermark across those that are not for publication.

Sources: GB 45438-2025 clause 5.2 (text at an edge or corner, at least 5 % of the short side high)
and 6.1 c) (exactly one metadata mark); its annex E (the JSON); TC260 practice guide 20259A (XMP);
IPTC photo metadata standard (DigitalSourceType). Pillow only: no torch.
"""

from __future__ import annotations

import io
import math
from functools import lru_cache
from pathlib import Path
from typing import IO

from PIL import Image, ImageCms, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from gallery.engine import xmp
from gallery.engine.xmp import Mark

LABEL = "人工智能生成"
LABELLED_FROM = 0.5  # of its native size: a picture shown at so much carries the visible label
LEAST_SHARE = 0.05  # of the short side, for the ink of the lowest glyph
_ROOM = 1.03  # a JPEG or a messenger softens edges; a little more keeps the rule all the same
_LEAST_PIXELS = 11  # below this Chinese glyphs cannot be told apart
_FONTS = Path(__file__).parent / "fonts"
_BACKING = (16, 13, 11, 166)  # dark and mostly solid: white stays legible over any picture
_INK = (255, 255, 255, 255)
_WATERMARK_SHARE = 0.08  # of the short side, for the height of its words
_WATERMARK_ANGLE = 30  # degrees
_WATERMARK_INK = (255, 255, 255, 110)  # light with a dark edge: seen over any picture
_WATERMARK_EDGE = (0, 0, 0, 70)


def write(
    image: Image.Image,
    target: Path | IO[bytes],
    *,
    form: str,
    mark: Mark,
    packet: str = "",
    watermark: str = "",
) -> None:
    """Write the picture with both marks to target, a path or a binary file.

    form: "png" or "jpg". packet: XMP to keep beside the marks; its own marks are replaced.
    watermark: words across the whole picture, under the label.
    """
    labelled = draw_label(draw_watermark(image, watermark) if watermark else image)
    stamped = xmp.stamp(packet, mark)
    profile = _srgb_profile()
    if form == "png":
        chunks = PngInfo()
        chunks.add_itxt("XML:com.adobe.xmp", stamped)
        labelled.save(target, "PNG", pnginfo=chunks, icc_profile=profile)
    elif form == "jpg":
        labelled.save(
            target,
            "JPEG",
            quality=92,
            subsampling=0,
            optimize=True,
            xmp=stamped.encode(),
            icc_profile=profile,
        )
    else:
        raise ValueError(f"form must be png or jpg, not {form!r}")


def for_screens(
    image: Image.Image,
    mark: Mark,
    *,
    native: tuple[int, int] | None = None,
    longest: int | None = None,
    quality: int = 90,
    watermark: str = "",
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
        copy = draw_label(copy)
    file = io.BytesIO()
    copy.save(file, "WEBP", quality=quality, method=2, xmp=xmp.stamp("", mark).encode())
    return file.getvalue()


def is_label_due(size: tuple[int, int], native: tuple[int, int]) -> bool:
    """Whether a picture of this size must carry the visible label, made in `native` size."""
    return any(side >= LABELLED_FROM * whole for side, whole in zip(size, native, strict=True))


def draw_label(image: Image.Image) -> Image.Image:
    """A copy of the picture, RGB, with the visible label in its lower right corner."""
    layer = Image.new("RGBA", image.size)
    draw = ImageDraw.Draw(layer)
    font = _fitting_font(image.size)
    left, top, right, bottom = font.getbbox(LABEL)
    pad = max(2, round((bottom - top) * 0.32))
    margin = max(2, round(min(image.size) * 0.02))
    backing_right, backing_bottom = image.width - margin, image.height - margin
    backing_left = max(0, backing_right - (right - left) - 2 * pad)
    backing_top = backing_bottom - (bottom - top) - 2 * pad
    draw.rounded_rectangle(
        (backing_left, backing_top, backing_right - 1, backing_bottom - 1),
        radius=pad,
        fill=_BACKING,
    )
    draw.text((backing_left + pad - left, backing_top + pad - top), LABEL, font=font, fill=_INK)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def draw_watermark(image: Image.Image, words: str) -> Image.Image:
    """A copy of the picture, RGB, with the words in slanting rows from edge to edge."""
    font = _font(max(_LEAST_PIXELS, round(min(image.size) * _WATERMARK_SHARE)))
    side = math.ceil(math.hypot(*image.size))  # of the square that covers it, however turned
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
    left, top = (side - image.width) // 2, (side - image.height) // 2
    cut = turned.crop((left, top, left + image.width, top + image.height))
    return Image.alpha_composite(image.convert("RGBA"), cut).convert("RGB")


def least_ink(size: tuple[int, int]) -> int:
    """Pixels that the lowest glyph's ink must measure on a picture of this size."""
    return math.ceil(LEAST_SHARE * min(size))


def _fitting_font(size: tuple[int, int]) -> ImageFont.FreeTypeFont:
    """The smallest font whose lowest glyph has enough ink; smaller only if the width forbids it."""
    # One pixel more: inside a line of text a glyph may sit between two rows of pixels.
    height = max(math.ceil(LEAST_SHARE * min(size) * _ROOM) + 1, _LEAST_PIXELS)
    points = height
    while _lowest_ink(points) < height:
        points += 1
    while points > 6 and _font(points).getlength(LABEL) > 0.94 * size[0]:
        points -= 1
    return _font(points)


@lru_cache(maxsize=512)
def _lowest_ink(points: int) -> int:
    """Rows that the lowest glyph inks at least half, at this font size."""
    return min(_ink_rows(glyph, _font(points)) for glyph in LABEL)


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


@lru_cache(maxsize=1)
def _srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
