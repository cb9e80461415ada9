"""The scene artist: draws captioned street scenes of the Greater Bay Area with Pillow.

Everything the bundled base model knows, it learned from these pictures. The same spec
always gives the same pixels.
"""

from training.minibase.artist.captions import NEUTRAL_PHRASE, caption
from training.minibase.artist.picture import draw, vehicle_box
from training.minibase.artist.spec import (
    COLOURS,
    EXTRAS,
    FACINGS,
    PLACES,
    POSITIONS,
    TIMES,
    VEHICLES,
    WEATHERS,
    SceneSpec,
    random_spec,
)
from training.minibase.artist.styles import STYLE_PHRASES, STYLES, apply_style, draw_style

__all__ = [
    "COLOURS",
    "EXTRAS",
    "FACINGS",
    "NEUTRAL_PHRASE",
    "PLACES",
    "POSITIONS",
    "STYLES",
    "STYLE_PHRASES",
    "TIMES",
    "VEHICLES",
    "WEATHERS",
    "SceneSpec",
    "apply_style",
    "caption",
    "draw",
    "draw_style",
    "random_spec",
    "vehicle_box",
]
