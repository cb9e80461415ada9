"""Drawing in scene units on a supersampled Pillow canvas, under the light of one time of day.

A scene unit is one pixel of a 256 x 256 picture; bigger pictures scale it.
"""

from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw

Colour = tuple[float, float, float]

# What a surface sends back of its own colour (0..255 in, 0..255 out), per time of day.
AMBIENT = {"day": (1.0, 1.0, 1.0), "sunset": (1.0, 0.80, 0.68), "night": (0.32, 0.36, 0.56)}
SKY = {
    "day": ((104, 172, 226), (222, 238, 244)),
    "sunset": ((96, 70, 138), (255, 176, 104)),
    "night": ((10, 14, 40), (46, 54, 108)),
}
RAIN_SKY = {
    "day": ((134, 150, 164), (194, 204, 210)),
    "sunset": ((92, 82, 112), (204, 154, 122)),
    "night": ((14, 18, 34), (44, 52, 80)),
}
LAMP = (255, 214, 128)


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Return the colour `share` of the way from one to the other."""
    red, green, blue = (a + (b - a) * share for a, b in zip(one, other, strict=True))
    return red, green, blue


def shade(colour: Colour, factor: float) -> Colour:
    """Return the colour made lighter or darker by a factor, clipped to 0..255."""
    red, green, blue = (min(255.0, c * factor) for c in colour)
    return red, green, blue


def whole(colour: Colour) -> tuple[int, int, int]:
    """Return the colour as Pillow wants it."""
    red, green, blue = (int(min(255, max(0, c))) for c in colour)
    return red, green, blue


class Brush:
    """A canvas `width` x `height` scene units large, drawn `supersample` times finer."""

    def __init__(self, width: float, height: float, scale: float, time: str, rain: bool) -> None:
        self.width, self.height, self.time, self.rain = width, height, time, rain
        self.scale = scale
        self.sky_top, self.sky_bottom = (RAIN_SKY if rain else SKY)[time]
        self.image = Image.new("RGB", (round(width * scale), round(height * scale)))
        self._pen = ImageDraw.Draw(self.image)

    @property
    def night(self) -> bool:
        return self.time == "night"

    def lit(self, colour: Colour) -> Colour:
        """The colour of a surface in this light."""
        light = AMBIENT[self.time]
        red, green, blue = (c * a for c, a in zip(colour, light, strict=True))
        dry = (red, green, blue)
        return mix(dry, self.sky_bottom, 0.12) if self.rain else dry

    def far(self, colour: Colour, share: float) -> Colour:
        """The colour of a surface seen through air: `share` of it is sky."""
        return mix(self.lit(colour), self.sky_bottom, share)

    def _points(self, points):
        return [(x * self.scale, y * self.scale) for x, y in points]

    def polygon(self, points, colour: Colour) -> None:
        self._pen.polygon(self._points(points), fill=whole(colour))

    def box(self, left, top, right, bottom, colour: Colour) -> None:
        if right <= left or bottom <= top:
            return
        s = self.scale
        self._pen.rectangle([left * s, top * s, right * s - 1, bottom * s - 1], fill=whole(colour))

    def ellipse(self, left, top, right, bottom, colour: Colour) -> None:
        s = self.scale
        self._pen.ellipse([left * s, top * s, right * s, bottom * s], fill=whole(colour))

    def disc(self, x, y, radius, colour: Colour) -> None:
        self.ellipse(x - radius, y - radius, x + radius, y + radius, colour)

    def line(self, points, colour: Colour, width: float) -> None:
        pixels = max(1, round(width * self.scale))
        self._pen.line(self._points(points), fill=whole(colour), width=pixels, joint="curve")

    def gradient(self, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
        """Fill the full width between two heights with a vertical gradient."""
        first, last = round(top * self.scale), round(bottom * self.scale)
        if last <= first:
            return
        share = np.linspace(0, 1, last - first)[:, None]
        rows = np.array(upper)[None] * (1 - share) + np.array(lower)[None] * share
        column = Image.fromarray(rows.astype(np.uint8)[:, None, :], "RGB")
        self.image.paste(column.resize((self.image.width, last - first)), (0, first))

    def arch(self, left, top, right, bottom, colour: Colour) -> None:
        """A round-headed opening."""
        radius = (right - left) / 2
        self.ellipse(left, top, right, top + 2 * radius, colour)
        self.box(left, top + radius, right, bottom, colour)
