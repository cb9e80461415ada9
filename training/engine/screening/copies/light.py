"""What made a picture brighter or darker, or of more contrast, than another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.engine.screening.copies import alignment

_DARKEST, _BRIGHTEST = 5, 249  # grey levels; beyond, light may have wiped details out
_DARKENED, _BRIGHTENED = 0.4, 2.5  # times as bright as before, at most
_STEP, _LEAST_PIXELS = 16, 20  # grey levels for which a light is told, and pixels that tell it


@dataclass(frozen=True)
class Light:
    """What made a picture brighter, or of more contrast, than another: a gain and an offset for
    each of its colours, (3,), as far as these go from 0 to 255."""

    gain: np.ndarray
    offset: np.ndarray

    def on(self, colours):
        """uint8"""
        lit = colours.astype(np.float32) * self.gain + self.offset
        return np.clip(lit, 0, 255).round().astype(np.uint8)

    def on_grey(self, levels):
        """float32, of grey levels: as `on`, nearly, and not rounded."""
        gain, offset = self.gain.mean(), self.offset.mean()
        return np.clip(levels * gain + offset, 0, 255)

    @classmethod
    def between(cls, view, colours, lies, hidden=None):
        """What makes another picture as bright as a View, where one lies on the other. hidden:
        bool, of the View, where something lies upon it; None for nowhere."""
        compared = alignment.overlap(view, colours, lies) & view.told
        if hidden is not None:
            compared &= ~hidden
        under = alignment.laid(colours, lies, view.grey)
        fits = [
            _line(under[..., colour][compared], view.colours[..., colour][compared])
            for colour in range(3)
        ]
        return cls(*np.array(fits, dtype=np.float32).T)


SAME_LIGHT = Light(np.ones(3, np.float32), np.zeros(3, np.float32))


def _line(before, after):
    """(gain, offset) of most pixels, but for those that are as dark or bright as can be."""
    steps = [after[before // _STEP == step] for step in range(256 // _STEP)]
    told = [
        ((step + 0.5) * _STEP, float(np.median(values)), len(values))
        for step, values in enumerate(steps)
        if len(values) >= _LEAST_PIXELS and _DARKEST < np.median(values) < _BRIGHTEST
    ]
    if len(told) < 2:
        return 1.0, 0.0
    levels, medians, counts = np.array(told).T
    gain, offset = np.polyfit(levels, medians, 1, w=np.sqrt(counts))
    return (gain, offset) if _DARKENED <= gain <= _BRIGHTENED else (1.0, 0.0)
