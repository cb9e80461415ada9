"""Contrast, computed from the tokens themselves in both themes (WCAG 2.2: 4.5 text, 3 edges)."""

import math
import re
from pathlib import Path

import pytest
from django.conf import settings

TOKENS = (Path(settings.ROOT) / "static/css/tokens.css").read_text()
NUMBER = r"\s*([\d.]+)%?\s+([\d.]+)\s+([\d.]+)\s*"
COLOUR = re.compile(rf"oklch\({NUMBER}\)")
TOKEN = re.compile(r"--([\w-]+):\s*(light-dark\((.+?\)),\s*(.+?\))\)|oklch\([^/)]+\));")
GROUNDS = ("ground", "surface", "surface-raised", "surface-sunken", "surface-hover")
INKS = ("ink", "ink-soft", "ink-faint")
WASHED = ("approved", "waiting", "danger")


def luminance(oklch):
    """Relative luminance, 0 to 1. oklch: (lightness in percent, chroma, hue in degrees)."""
    lightness, chroma, hue = oklch[0] / 100, oklch[1], math.radians(oklch[2])
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    # Björn Ottosson's OKLab to linear sRGB: https://bottosson.github.io/posts/oklab/
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(part, 0), 1) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colours():
    """{token: (light, dark)} as oklch triples, for every opaque colour token."""
    found = {}
    for name, value, *_rest in TOKEN.findall(TOKENS):
        triples = [tuple(map(float, match)) for match in COLOUR.findall(value)]
        if triples:
            found[name] = (triples[0], triples[-1])
    return found


def contrast(front, back, theme):
    lights = sorted(luminance(colours()[name][theme]) for name in (front, back))
    return (lights[1] + 0.05) / (lights[0] + 0.05)


TEXTS = [(ink, ground) for ink in INKS for ground in GROUNDS]
TEXTS += [(ink, f"{ink}-wash") for ink in WASHED]
TEXTS += [(ink, ground) for ink in (*WASHED, "accent-ink") for ground in ("ground", "surface")]
TEXTS += [("on-accent", "accent"), ("on-accent", "accent-hover"), ("on-accent", "approved-solid")]
EDGES = [("line-strong", ground) for ground in ("ground", "surface", "surface-raised")]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), TEXTS)
def test_text_can_be_read(front, back, theme):
    assert contrast(front, back, theme) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back"), EDGES)
def test_edges_of_fields_can_be_seen(front, back, theme):
    assert contrast(front, back, theme) >= 3
