"""Which strengths a style may be used at: computed from the figures of its sheet, with the reasons.

A strength is allowed while the scene is kept, on average and, a little less, of every prompt by
itself, the picture is sound and copies nothing, and as soon as the style shows. The value of a
strength is √style · scene²: half of a style is seen as most of it, and a lost scene weighs double.
The default is where that is greatest, and the recommended part is where it is nearly so and the
style is plainly there; the weights were set by eye (docs/evidence.md). Between the sheet's
strengths the figures are taken on a straight line.
"""

import math
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

import numpy as np

from training.engine.evaluate.figures import Figures

STEP = 0.05  # bands are told in such steps
SHOWS = 0.15  # share of the whole effect from which a style shows
USUAL = 0.8  # the strongest that styles are usually used at
PLAINLY = 0.5  # share of the most style that may be had, from which it is plainly there
NEARLY_BEST = 0.94  # share of the greatest value that still is recommended
ONE_PROMPT = 0.1  # what a single prompt may lose more of its scene than all of them on average


@dataclass(frozen=True)
class Thresholds:
    """What a band must keep to. All 0 … 1.

    scene: least share of the scene that must be kept. distortion: most of it that is borne.
    copied: most of the pictures that may be near-copies. gain: least rise of likeness to the
    training set, over all strengths, for a style to count. reach: least share of the way from the
    base model's likeness to that of the training set itself, at strengths that may be used; what
    shows as ruin alone is no style. drift: as gain, of the pixel difference, which alone tells of a
    style without a training set.
    """

    scene: float = 0.7
    distortion: float = 0.35
    copied: float = 0.2
    gain: float = 0.05
    reach: float = 0.2
    drift: float = 0.02

    @property
    def scene_of_a_prompt(self) -> float:
        """The least share of its scene that every single prompt must keep."""
        return self.scene - ONE_PROMPT


@dataclass(frozen=True)
class Band:
    """Strengths, rising: least allowed, recommended from, default, recommended to, greatest."""

    strength_min: float
    best_min: float
    strength: float
    best_max: float
    strength_max: float

    def __post_init__(self):
        values = list(asdict(self).values())
        if not all(math.isfinite(value) for value in values) or values != sorted(values):
            raise ValueError("the strengths of a band rise from least to greatest")


@dataclass(frozen=True)
class Finding:
    """What the figures say: a band, or the verdict why there is none; and the reasons.

    verdict: a code of VERDICTS, "" with a band. facts: of the verdict. reasons: (code, facts).
    scene_lost_from: the least strength, 0 … 1.5, from which the scene is lost; None where the sheet
    knows none. No band may reach it, whoever sets it.
    """

    band: Band | None = None
    verdict: str = ""
    facts: dict = field(default_factory=dict)
    reasons: tuple[tuple[str, dict], ...] = ()
    scene_lost_from: float | None = None

    def to_json(self) -> dict:
        """As plain lists and dicts."""
        return asdict(self)


def find(figures: Figures, thresholds: Thresholds | None = None) -> Finding:
    """The band of a style, or why it has none.

    Raises ValueError for a sheet without strength 0 or of one strength only.
    """
    curve = _Curve(figures, thresholds or Thresholds())
    verdict = curve.no_effect() or curve.copies()
    fault = curve.first_fault
    if not verdict and fault is not None and fault <= max(curve.least, curve.surest):
        verdict = curve.unusable(fault)
    verdict = verdict or curve.hardly_shows()
    if verdict:
        code, facts = verdict
        return Finding(verdict=code, facts=facts, scene_lost_from=curve.scene_lost_from)
    band = curve.band()
    reasons = tuple(curve.reasons(band))
    return Finding(band, reasons=reasons, scene_lost_from=curve.scene_lost_from)


class _Curve:
    """The figures on a grid of strengths, straight lines between those of the sheet."""

    def __init__(self, figures: Figures, thresholds: Thresholds):
        rows = figures.rows
        if len(rows) < 2 or rows[0].strength != 0:
            raise ValueError("a band needs a sheet from strength 0 on")
        self.rows, self.thresholds = rows, thresholds
        self.grid = [round(n * STEP, 2) for n in range(1, int(rows[-1].strength / STEP + 1.5))]
        self.has_set = rows[0].style is not None
        likeness = [(row.style or row.drift).mean for row in rows]
        self.gap = 1 - likeness[0] or 1.0  # of a style: from the base model to the training set
        self.gain = max(likeness) - likeness[0]
        shown = [(value - likeness[0]) / self.gain if self.gain else 0.0 for value in likeness]
        self.shown = self._on_grid(shown)
        self.scene = self._on_grid([row.scene.mean for row in rows])
        self.least_scene = self._on_grid([row.least_scene for row in rows])
        self.distortion = self._on_grid([row.distortion.mean for row in rows])
        self.copied = self._on_grid([row.copied for row in rows])

    def _on_grid(self, values: list[float]) -> dict[float, float]:
        at = np.interp(self.grid, [row.strength for row in self.rows], values)
        return dict(zip(self.grid, map(float, at), strict=True))

    def fault(self, strength: float) -> str:
        """Why this strength may not be used, "" when it may."""
        if self.copied[strength] > self.thresholds.copied:
            return "copies"
        if self.scene[strength] < self.thresholds.scene:
            return "scene"
        return "distorts" if self.distortion[strength] > self.thresholds.distortion else ""

    @property
    def scene_lost_from(self) -> float | None:
        return next((s for s in self.grid if self.scene[s] < self.thresholds.scene), None)

    @property
    def prompt_lost_from(self) -> float:
        """From where on one of the prompts has lost its scene, though not all on average."""
        lost = (s for s in self.grid if self.least_scene[s] < self.thresholds.scene_of_a_prompt)
        return next(lost, math.inf)

    @property
    def first_fault(self) -> float | None:
        return next((s for s in self.grid if self.fault(s)), None)

    @property
    def least(self) -> float:
        """From where on the style shows."""
        return next(s for s in self.grid if self.shown[s] >= SHOWS)

    @property
    def surest(self) -> float:
        """Up to where nothing may be amiss: a band rests on two strengths that were drawn. On one
        alone it would be a guess at how near to it the ruin is."""
        return self.rows[min(2, len(self.rows) - 1)].strength

    def value(self, strength: float) -> float:
        return math.sqrt(max(0.0, self.shown[strength])) * self.scene[strength] ** 2

    def band(self) -> Band:
        fault = self.first_fault
        allowed = [s for s in self.grid if s >= self.least and (fault is None or s < fault)]
        sure = [s for s in allowed if s < self.prompt_lost_from] or allowed[:1]
        most = max(self.shown[s] for s in sure)
        plain = [s for s in sure if self.shown[s] >= PLAINLY * most]
        default = max(plain, key=lambda s: (self.value(s), -s))
        good = [s for s in plain if self.value(s) >= NEARLY_BEST * self.value(default)]
        return Band(allowed[0], good[0], default, good[-1], sure[-1])

    def no_effect(self) -> tuple[str, dict] | None:
        drift = max(row.drift.mean for row in self.rows)
        if self.has_set and self.gain < self.thresholds.gain:
            return "no-effect", told_apart("gain", self.gain, self.thresholds.gain)
        if drift < self.thresholds.drift:
            return "no-effect-plain", told_apart("drift", drift, self.thresholds.drift)
        return None

    def hardly_shows(self) -> tuple[str, dict] | None:
        """Where the first fault comes before the style does; of a style with a training set."""
        if not self.has_set:
            return None
        usable = [s for s in self.grid if self.first_fault is None or s < self.first_fault]
        reach = max(self.shown[s] for s in usable) * self.gain / self.gap
        if reach >= self.thresholds.reach:
            return None
        facts = told_apart("reach", reach, self.thresholds.reach)
        return "hardly-shows", {"strength": f"{usable[-1]:g}", **facts}

    def copies(self) -> tuple[str, dict] | None:
        """A style that copies where styles are used: no narrower band makes it the brand's own."""
        first = next((s for s in self.grid if self.copied[s] > self.thresholds.copied), None)
        if first is None or first > USUAL:
            return None
        most = max(self.copied.values())
        return "copies", {"strength": f"{first:g}", "copied": _percent(most)}

    def unusable(self, at: float) -> tuple[str, dict]:
        """at: the first fault, too near to 0 for a band."""
        if self.fault(at) == "distorts":
            facts = told_apart("distortion", self.distortion[at], self.thresholds.distortion)
            return "distorts", {"strength": f"{at:g}", **facts}
        facts = told_apart("scene", self.scene[at], self.thresholds.scene)
        return "scene-lost", {"strength": f"{at:g}", **facts}

    def reasons(self, band: Band) -> Iterator[tuple[str, dict]]:
        yield (
            "band-default",
            {
                "strength": f"{band.strength:g}",
                "style": _percent(self.shown[band.strength]),
                "scene": _percent(self.scene[band.strength]),
            },
        )
        yield "band-least", {"strength": f"{band.strength_min:g}"}
        yield self._end_of(band)

    def _end_of(self, band: Band) -> tuple[str, dict]:
        """Why the band goes no further."""
        top = {"strength": f"{band.strength_max:g}"}
        at = round(band.strength_max + STEP, 2)
        if at not in self.scene:
            return "band-whole", top
        top["at"] = f"{at:g}"
        fault = self.fault(at)
        if not fault:
            needed = self.thresholds.scene_of_a_prompt
            return "band-one-prompt", top | told_apart("scene", self.least_scene[at], needed)
        if fault == "copies":
            return "band-copies", top | {"copied": _percent(self.copied[at])}
        name, value, needed = {
            "distorts": ("distortion", self.distortion[at], self.thresholds.distortion),
            "scene": ("scene", self.scene[at], self.thresholds.scene),
        }[fault]
        return f"band-{fault}", top | told_apart(name, value, needed)


def told_apart(name: str, value: float, needed: float) -> dict[str, str]:
    """{name: value, "needed": needed} in two digits, or as many as show which one is greater."""
    digits = next((n for n in (2, 3, 4) if f"{value:.{n}f}" != f"{needed:.{n}f}"), 2)
    return {name: f"{value:.{digits}f}", "needed": f"{needed:.{digits}f}"}


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
