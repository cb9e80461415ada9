"""The three bodies as designs: curves and numbers, no computing.

Everything is in metres. x runs to the nose with 0 midway between the axles, y to the side that is
seen, z up from the ground. The bodies are the project's own inventions in the class of each
vehicle; they carry no badge and no lettering.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Rim:
    """spokes: how many; arm: (offset at the hub, offset at the rim, half width at hub, at rim)."""

    spokes: int
    arm: tuple[float, float, float, float]
    share: float = 0.70  # of the wheel's radius


@dataclass(frozen=True)
class Body:
    """One vehicle. Point lists are (place, value); see each comment for the two axes."""

    axle: float  # x of the front axle; the rear one is at -axle
    wheel_radius: float
    half_width: float
    clearance: float  # z of the floor
    plan: tuple  # x -> share of half_width
    section: tuple  # z -> how far the side stands in from half_width (negative)
    top: tuple  # x -> z of hood, belt and deck on the centre line
    crown: tuple  # x -> how much lower they are at the side
    nose: tuple  # z -> x of the front on the centre line
    tail: tuple  # z -> -x of the rear on the centre line
    nose_sweep: float  # how far the front falls back towards the side, per m² of y
    tail_sweep: float
    shoulder: tuple  # x -> z of the crease along the side
    shoulder_depth: float
    sculpt: tuple  # x -> z of the hollow above the sill
    sculpt_depth: float
    roof: tuple  # x -> z of windscreen, roof and rear window on the centre line
    belt_width: tuple  # x -> half width of the cabin at the belt
    tumblehome: tuple[float, float]  # how the cabin narrows: share of height, and of its square
    cabin_tail: tuple | None  # z -> -x of the tailgate, where there is one
    pillar_blend: tuple  # x -> radius of the join of cabin and body
    mirror: tuple[float, float, float]  # centre of the outer mirror
    rim: Rim = field(default_factory=lambda: Rim(5, (0.012, 0.052, 0.016, 0.012)))
    flare: float = 0.022
    rails: tuple = ()  # roof rails: x from, x to, y, height above the roof


EMPOW = Body(
    axle=1.368,
    wheel_radius=0.352,
    half_width=0.925,
    clearance=0.165,
    plan=(
        (-2.45, 0.875),
        (-2.0, 0.95),
        (-1.37, 0.99),
        (-0.7, 1.0),
        (0.7, 0.99),
        (1.37, 0.99),
        (1.9, 0.955),
        (2.3, 0.88),
    ),
    section=(
        (0.10, -0.12),
        (0.17, -0.062),
        (0.24, -0.035),
        (0.34, -0.014),
        (0.48, 0.0),
        (0.62, 0.0),
        (0.74, -0.008),
        (0.84, -0.026),
        (0.92, -0.052),
        (1.08, -0.13),
    ),
    top=(
        (-2.50, 1.015),
        (-2.40, 1.045),
        (-2.1, 1.03),
        (-1.6, 1.005),
        (-0.8, 0.965),
        (0.0, 0.935),
        (0.6, 0.93),
        (0.9, 0.93),
        (1.2, 0.90),
        (1.6, 0.838),
        (1.9, 0.775),
        (2.1, 0.71),
        (2.3, 0.61),
    ),
    crown=((-2.4, 0.05), (-1.8, 0.03), (-1.0, 0.02), (0.6, 0.02), (1.1, 0.055), (2.2, 0.09)),
    nose=(
        (0.12, 2.08),
        (0.20, 2.18),
        (0.30, 2.24),
        (0.42, 2.265),
        (0.56, 2.265),
        (0.65, 2.235),
        (0.75, 2.17),
        (0.9, 2.0),
    ),
    tail=(
        (0.15, 2.18),
        (0.30, 2.33),
        (0.45, 2.39),
        (0.7, 2.39),
        (0.9, 2.40),
        (1.02, 2.435),
        (1.1, 2.43),
    ),
    nose_sweep=0.42,
    tail_sweep=0.30,
    shoulder=((-2.4, 0.90), (-1.4, 0.865), (0.0, 0.80), (1.2, 0.735), (2.1, 0.66)),
    shoulder_depth=0.030,
    sculpt=((-1.2, 0.50), (1.2, 0.40)),
    sculpt_depth=0.028,
    roof=(
        (-2.9, 0.3),
        (-2.5, 0.83),
        (-2.2, 0.975),
        (-1.9, 1.075),
        (-1.5, 1.215),
        (-1.1, 1.325),
        (-0.7, 1.395),
        (-0.35, 1.42),
        (-0.05, 1.405),
        (0.2, 1.345),
        (0.5, 1.195),
        (1.0, 0.915),
        (1.3, 0.74),
        (1.9, 0.35),
    ),
    belt_width=(
        (-2.3, 0.66),
        (-1.9, 0.74),
        (-1.4, 0.815),
        (-0.8, 0.85),
        (0.0, 0.86),
        (0.7, 0.85),
        (1.2, 0.79),
    ),
    tumblehome=(0.36, 0.38),
    cabin_tail=((0.5, 2.30), (1.2, 2.30)),
    pillar_blend=(
        (-2.4, 0.30),
        (-1.7, 0.26),
        (-1.35, 0.10),
        (-1.1, 0.03),
        (0.6, 0.03),
        (0.95, 0.05),
    ),
    mirror=(0.66, 1.0, 0.985),
)

GS8 = Body(
    axle=1.46,
    wheel_radius=0.385,
    half_width=0.965,
    clearance=0.21,
    plan=(
        (-2.55, 0.90),
        (-2.1, 0.96),
        (-1.46, 0.99),
        (-0.7, 1.0),
        (0.7, 0.995),
        (1.46, 0.99),
        (2.0, 0.965),
        (2.4, 0.90),
    ),
    section=(
        (0.14, -0.12),
        (0.22, -0.06),
        (0.30, -0.03),
        (0.45, -0.006),
        (0.65, 0.0),
        (0.8, -0.003),
        (0.95, -0.012),
        (1.04, -0.032),
        (1.12, -0.07),
        (1.25, -0.15),
    ),
    top=(
        (-2.6, 1.12),
        (-1.6, 1.12),
        (-0.8, 1.095),
        (0.0, 1.075),
        (0.6, 1.075),
        (1.0, 1.085),
        (1.4, 1.07),
        (1.8, 1.035),
        (2.1, 0.99),
        (2.25, 0.94),
        (2.42, 0.84),
    ),
    crown=((-2.4, 0.02), (0.7, 0.02), (1.2, 0.05), (2.3, 0.06)),
    nose=(
        (0.16, 2.14),
        (0.26, 2.26),
        (0.36, 2.32),
        (0.5, 2.35),
        (0.8, 2.355),
        (0.92, 2.33),
        (1.02, 2.25),
        (1.1, 2.15),
    ),
    tail=((0.2, 2.30), (0.36, 2.46), (0.55, 2.52), (0.85, 2.52), (1.1, 2.50), (1.3, 2.45)),
    nose_sweep=0.30,
    tail_sweep=0.24,
    shoulder=((-2.5, 0.985), (0.0, 0.955), (1.46, 0.94), (2.3, 0.89)),
    shoulder_depth=0.030,
    sculpt=((-1.2, 0.56), (1.2, 0.50)),
    sculpt_depth=0.024,
    roof=(
        (-2.6, 1.58),
        (-2.42, 1.655),
        (-2.1, 1.70),
        (-1.5, 1.74),
        (-0.8, 1.757),
        (-0.2, 1.75),
        (0.15, 1.715),
        (0.42, 1.62),
        (1.13, 1.08),
        (1.4, 0.875),
        (2.0, 0.4),
    ),
    belt_width=((-2.5, 0.80), (-2.1, 0.85), (-1.4, 0.885), (0.0, 0.90), (0.8, 0.885), (1.3, 0.82)),
    tumblehome=(0.20, 0.20),
    cabin_tail=((1.05, 2.50), (1.2, 2.465), (1.4, 2.40), (1.58, 2.33), (1.66, 2.38), (1.8, 2.42)),
    pillar_blend=((-2.4, 0.08), (-1.9, 0.05), (-1.6, 0.025), (0.8, 0.025), (1.1, 0.05)),
    mirror=(0.80, 1.045, 1.13),
    rim=Rim(6, (0.010, 0.046, 0.015, 0.012)),
    flare=0.026,
    rails=(-1.90, -0.05, 0.60, 0.035),
)

M8 = Body(
    axle=1.535,
    wheel_radius=0.372,
    half_width=0.945,
    clearance=0.165,
    plan=(
        (-2.7, 0.92),
        (-2.3, 0.965),
        (-1.5, 0.995),
        (-0.7, 1.0),
        (0.7, 0.99),
        (1.5, 0.985),
        (2.0, 0.955),
        (2.5, 0.88),
    ),
    section=(
        (0.10, -0.12),
        (0.17, -0.06),
        (0.25, -0.03),
        (0.38, -0.008),
        (0.55, 0.0),
        (0.72, -0.002),
        (0.86, -0.012),
        (0.95, -0.028),
        (1.03, -0.055),
        (1.2, -0.13),
    ),
    top=(
        (-2.7, 1.06),
        (-1.0, 1.03),
        (0.0, 1.005),
        (0.8, 0.985),
        (1.25, 0.98),
        (1.5, 0.96),
        (1.9, 0.90),
        (2.15, 0.845),
        (2.33, 0.77),
        (2.5, 0.66),
    ),
    crown=((-2.4, 0.02), (0.9, 0.02), (1.4, 0.05), (2.4, 0.08)),
    nose=(
        (0.12, 2.26),
        (0.22, 2.36),
        (0.34, 2.425),
        (0.5, 2.45),
        (0.68, 2.445),
        (0.78, 2.41),
        (0.88, 2.34),
        (1.0, 2.2),
    ),
    tail=((0.15, 2.46), (0.3, 2.58), (0.5, 2.64), (0.8, 2.65), (1.1, 2.64), (1.3, 2.62)),
    nose_sweep=0.36,
    tail_sweep=0.22,
    shoulder=((-2.6, 0.90), (0.0, 0.86), (1.5, 0.80), (2.3, 0.72)),
    shoulder_depth=0.028,
    sculpt=((-1.3, 0.50), (1.3, 0.42)),
    sculpt_depth=0.022,
    roof=(
        (-2.75, 1.63),
        (-2.55, 1.70),
        (-2.2, 1.745),
        (-1.5, 1.785),
        (-0.6, 1.80),
        (0.0, 1.79),
        (0.35, 1.745),
        (0.65, 1.635),
        (1.0, 1.42),
        (1.55, 1.0),
        (1.9, 0.73),
        (2.3, 0.4),
    ),
    belt_width=(
        (-2.65, 0.82),
        (-2.2, 0.86),
        (-1.4, 0.885),
        (0.0, 0.895),
        (1.0, 0.875),
        (1.5, 0.80),
    ),
    tumblehome=(0.15, 0.15),
    cabin_tail=((1.05, 2.64), (1.25, 2.62), (1.5, 2.57), (1.65, 2.52), (1.72, 2.56), (1.9, 2.60)),
    pillar_blend=((-2.6, 0.06), (-2.0, 0.03), (1.0, 0.03), (1.5, 0.06)),
    mirror=(1.0, 1.03, 1.06),
    rim=Rim(10, (0.0, 0.012, 0.012, 0.009)),
    flare=0.014,
)

BODIES = {"empow": EMPOW, "gs8": GS8, "m8": M8}
