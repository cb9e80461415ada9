"""The six places: what stands behind the road, in scene units.

Each painter gets a brush and a random source for the small things a caption does not name.
`ground` is the height at which the road begins. Layouts barely move, so that a small model can
learn them; wider frames show more of the same street, never a second landmark.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from training.minibase.artist.brush import Brush
from training.minibase.artist.houses import arcade, garden, teahouse
from training.minibase.artist.landscapes import bridge, harbour, mountain

PAINTERS: dict[str, Callable[[Brush, float, random.Random], None]] = {
    "harbour": harbour,
    "arcade": arcade,
    "teahouse": teahouse,
    "bridge": bridge,
    "mountain": mountain,
    "garden": garden,
}
