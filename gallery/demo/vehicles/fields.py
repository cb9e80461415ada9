"""Distance fields: the primitives and the smooth joins that bodies are made of.

A field is negative inside, positive outside, and nowhere grows much faster than distance in
metres. Forms after Inigo Quilez, https://iquilezles.org/articles/distfunctions/ and
https://iquilezles.org/articles/smin/ (the cubic join, whose curvature is continuous).
"""

from __future__ import annotations

import numpy as np


def smooth_max(a, b, radius):
    """The larger of two fields, the edge rounded over `radius` metres (a number or an array)."""
    gap = np.maximum(radius - np.abs(a - b), 0) / radius
    return np.maximum(a, b) + gap * gap * gap * (radius * np.float32(1 / 6))


def smooth_min(a, b, radius):
    """The smaller of two fields, the groove between them filled over `radius` metres."""
    return -smooth_max(-a, -b, radius)


def rounded_box(x, y, z, half, radius: float):
    """Box with half sizes `half` (x, y, z in metres, rounding included) around the origin."""
    sides = [np.abs(c) - np.float32(h - radius) for c, h in zip((x, y, z), half, strict=True)]
    outside = np.sqrt(sum(np.maximum(side, 0) ** 2 for side in sides))
    inside = np.minimum(np.maximum(np.maximum(sides[0], sides[1]), sides[2]), 0)
    return outside + inside - np.float32(radius)


def capsule(x, y, z, start, end, radius: float):
    """Rod from start to end, both (x, y, z) in metres."""
    a, axis = np.array(start, np.float32), np.subtract(end, start).astype(np.float32)
    px, py, pz = x - a[0], y - a[1], z - a[2]
    along = np.clip((px * axis[0] + py * axis[1] + pz * axis[2]) / float(axis @ axis), 0, 1)
    gap = (px - along * axis[0]) ** 2 + (py - along * axis[1]) ** 2 + (pz - along * axis[2]) ** 2
    return np.sqrt(gap) - np.float32(radius)


def smoothstep(low: float | np.floating, high: float | np.floating, value):
    """0 at low and before, 1 at high and beyond, in between 3t² - 2t³; low may be the larger."""
    t = np.clip((value - low) * np.float32(1 / (high - low)), 0, 1)
    return t * t * (3 - 2 * t)
