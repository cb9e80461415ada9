"""The paints, by the names that scenes use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gallery.demo.vehicles.light import from_srgb


@dataclass(frozen=True)
class Paint:
    """colour: 8-bit sRGB of the base coat. flakes: share of metal in it, 0 to 1."""

    colour: tuple[int, int, int]
    flakes: float

    @property
    def linear(self) -> np.ndarray:
        return from_srgb(self.colour).astype(np.float32)


PAINTS = {
    "white": Paint((240, 240, 236), 0.05),
    "black": Paint((12, 12, 14), 0.15),
    "red": Paint((186, 12, 20), 0.35),
    "blue": Paint((20, 72, 178), 0.55),
    "green": Paint((10, 104, 66), 0.55),
    "gold": Paint((222, 156, 42), 0.55),
}
