"""What is drawn on each body: windows, seams, lamps, grille. Designs only, in metres.

Two ways to lay a drawing on: (x, z) for the side, and (q, z) for an end, where
q = |y| + distance back from the foremost (rearmost) point, so that a shape runs round a corner.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Details:
    pillar_line: tuple  # rear end of the side windows: two (x, z) points, glass before it
    header: float  # x where the windscreen meets the roof
    posts: tuple  # black posts in the side windows: (x at z = 1.0, lean in x per z, half width)
    seams: tuple  # side (x, z) lines
    handles: tuple  # (x, z, lean) of each handle's middle
    lamp: tuple  # (q, z) outline of the head lamp
    lamp_eyes: tuple  # (q, z) of its light modules
    running_light: tuple  # (q, z) line that shines by day
    grille: tuple  # (q, z) outline
    grille_bars: str  # "across", "upright" or "net"
    intake: tuple  # (q, z) outline of the lower side intake
    lower_intake: tuple  # (q, z) outline in the middle below
    blade: tuple  # (q, z) bright line beside the intake
    tail_lamp: tuple  # (q, z) outline, from the rear
    hood_seam: tuple  # (x, |y|) line on the hood
    bumper_seam: tuple  # (q, z) line
    rear_seam: tuple  # (q, z) line, from the rear
    cladding: float  # z below which the side is unpainted; 0 for none
    arch_trim: float  # m of unpainted trim around the arches
    sill_strip: tuple | None  # (x, z) line of a bright strip on the doors
    fuel_flap: tuple  # (x, z) of its middle
    eye_size: float = 0.026


EMPOW = Details(
    pillar_line=((-1.62, 0.95), (-1.28, 1.30)),
    header=0.16,
    posts=((-0.13, -0.10, 0.042), (-1.16, 0.30, 0.022)),
    seams=(
        ((0.93, 0.955), (0.86, 0.88), (0.80, 0.70), (0.80, 0.40), (0.83, 0.30), (0.80, 0.265)),
        ((-0.10, 1.02), (-0.13, 0.80), (-0.145, 0.50), (-0.13, 0.265)),
        (
            (-1.28, 1.05),
            (-1.24, 0.90),
            (-1.10, 0.82),
            (-0.985, 0.66),
            (-0.93, 0.45),
            (-0.85, 0.30),
            (-0.80, 0.265),
        ),
        ((0.80, 0.265), (-0.80, 0.265)),
    ),
    handles=((0.04, 0.845, 0.03), (-0.98, 0.885, 0.03)),
    lamp=(
        (0.505, 0.545),
        (0.53, 0.615),
        (0.95, 0.665),
        (1.42, 0.728),
        (1.60, 0.742),
        (1.46, 0.678),
        (1.16, 0.605),
        (0.86, 0.548),
    ),
    lamp_eyes=((0.71, 0.594), (0.86, 0.611), (1.01, 0.632)),
    running_light=((0.53, 0.560), (0.86, 0.563), (1.16, 0.620), (1.47, 0.698)),
    grille=(
        (-0.60, 0.45),
        (-0.50, 0.575),
        (0.50, 0.575),
        (0.60, 0.45),
        (0.47, 0.335),
        (-0.47, 0.335),
    ),
    grille_bars="net",
    intake=((0.74, 0.30), (0.70, 0.40), (0.80, 0.505), (1.13, 0.52), (1.20, 0.43), (1.10, 0.27)),
    lower_intake=((-0.52, 0.215), (-0.58, 0.285), (0.58, 0.285), (0.52, 0.215)),
    blade=((0.80, 0.50), (1.12, 0.512), (1.185, 0.43), (1.10, 0.30)),
    tail_lamp=(
        (0.30, 0.905),
        (0.30, 0.955),
        (1.20, 0.955),
        (1.52, 0.93),
        (1.34, 0.885),
        (1.10, 0.875),
    ),
    hood_seam=((1.02, 0.80), (1.5, 0.79), (1.9, 0.70), (2.06, 0.55)),
    bumper_seam=((1.30, 0.66), (1.34, 0.55), (1.42, 0.47)),
    rear_seam=((1.34, 0.885), (1.37, 0.72), (1.46, 0.64), (1.64, 0.60)),
    cladding=0.0,
    arch_trim=0.0,
    sill_strip=None,
    fuel_flap=(-1.74, 0.80),
    eye_size=0.029,
)

GS8 = Details(
    pillar_line=((-2.30, 1.08), (-2.06, 1.62)),
    header=0.36,
    posts=((0.03, -0.10, 0.045), (-1.03, -0.02, 0.045), (-1.72, 0.30, 0.05)),
    seams=(
        ((0.98, 1.10), (0.93, 0.95), (0.90, 0.70), (0.905, 0.45), (0.92, 0.36)),
        ((0.045, 1.15), (0.02, 0.90), (0.005, 0.60), (0.015, 0.36)),
        ((-1.06, 1.14), (-1.10, 1.02), (-1.08, 0.86), (-1.00, 0.62), (-0.92, 0.45), (-0.88, 0.36)),
        ((0.92, 0.36), (-0.88, 0.36)),
    ),
    handles=((0.20, 0.985, 0.0), (-0.86, 1.0, 0.0)),
    lamp=(
        (0.60, 0.805),
        (0.585, 0.910),
        (0.98, 0.925),
        (1.40, 0.945),
        (1.47, 0.92),
        (1.30, 0.855),
        (1.0, 0.810),
    ),
    lamp_eyes=((0.74, 0.862), (0.86, 0.868), (0.98, 0.875), (1.10, 0.882)),
    running_light=((0.615, 0.835), (0.61, 0.893), (0.98, 0.912), (1.38, 0.930)),
    grille=(
        (-0.60, 0.70),
        (-0.56, 0.915),
        (0.56, 0.915),
        (0.60, 0.70),
        (0.48, 0.535),
        (-0.48, 0.535),
    ),
    grille_bars="across",
    intake=((0.86, 0.44), (0.84, 0.66), (0.90, 0.71), (1.08, 0.72), (1.14, 0.60), (1.05, 0.42)),
    lower_intake=((-0.66, 0.355), (-0.70, 0.455), (0.70, 0.455), (0.66, 0.355)),
    blade=((0.88, 0.46), (0.865, 0.65), (0.915, 0.69), (1.06, 0.70)),
    tail_lamp=((0.30, 0.94), (0.30, 1.03), (1.20, 1.04), (1.56, 1.03), (1.50, 0.965), (1.20, 0.93)),
    hood_seam=((1.18, 0.84), (1.6, 0.83), (2.0, 0.77), (2.16, 0.64)),
    bumper_seam=((1.22, 0.845), (1.24, 0.72), (1.32, 0.62)),
    rear_seam=((1.36, 0.95), (1.38, 0.78), (1.44, 0.70), (1.58, 0.66)),
    cladding=0.365,
    arch_trim=0.062,
    sill_strip=((0.88, 0.435), (-0.90, 0.455)),
    fuel_flap=(-1.90, 0.86),
    eye_size=0.027,
)

M8 = Details(
    pillar_line=((-2.26, 1.02), (-2.02, 1.70)),
    header=0.58,
    posts=((0.10, -0.06, 0.05), (-1.10, 0.0, 0.05), (0.92, -0.72, 0.022)),
    seams=(
        ((1.13, 0.98), (1.08, 0.80), (1.07, 0.50), (1.10, 0.30), (1.08, 0.27)),
        ((0.10, 1.04), (0.08, 0.80), (0.07, 0.50), (0.08, 0.27)),
        ((-1.10, 1.06), (-1.12, 0.86), (-1.10, 0.62), (-1.04, 0.40), (-1.0, 0.27)),
        ((1.08, 0.27), (-1.0, 0.27)),
        ((-1.12, 0.985), (-2.42, 1.0)),
    ),
    handles=((0.30, 0.905, 0.02), (-0.14, 0.91, 0.02)),
    lamp=(
        (0.57, 0.645),
        (0.57, 0.770),
        (0.95, 0.795),
        (1.30, 0.838),
        (1.44, 0.845),
        (1.28, 0.745),
        (1.0, 0.670),
    ),
    lamp_eyes=((0.70, 0.715), (0.83, 0.727), (0.96, 0.74)),
    running_light=((0.60, 0.66), (0.98, 0.685), (1.24, 0.748), (1.39, 0.825)),
    grille=(
        (-0.53, 0.60),
        (-0.555, 0.775),
        (0.555, 0.775),
        (0.53, 0.60),
        (0.42, 0.345),
        (-0.42, 0.345),
    ),
    grille_bars="upright",
    intake=((0.74, 0.31), (0.76, 0.45), (0.82, 0.51), (1.02, 0.52), (1.08, 0.42), (1.0, 0.29)),
    lower_intake=((-0.56, 0.215), (-0.60, 0.285), (0.60, 0.285), (0.56, 0.215)),
    blade=((0.72, 0.30), (0.745, 0.46), (0.81, 0.53), (1.02, 0.54), (1.10, 0.46)),
    tail_lamp=((0.5, 0.90), (0.5, 0.99), (1.20, 1.0), (1.60, 0.985), (1.44, 0.93), (1.20, 0.885)),
    hood_seam=((1.58, 0.83), (1.9, 0.80), (2.2, 0.70), (2.30, 0.56)),
    bumper_seam=((1.20, 0.70), (1.24, 0.60), (1.32, 0.50)),
    rear_seam=((1.40, 0.915), (1.43, 0.74), (1.52, 0.66), (1.72, 0.63)),
    cladding=0.0,
    arch_trim=0.0,
    sill_strip=((1.05, 0.325), (-0.98, 0.345)),
    fuel_flap=(-1.95, 0.80),
)

DETAILS = {"empow": EMPOW, "gs8": GS8, "m8": M8}
