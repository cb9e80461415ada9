"""The figures of a version's evidence, of now and of before, in one form."""

from dataclasses import dataclass

KINDS = ("style", "scene", "drift", "distortion", "copy")


@dataclass(frozen=True)
class Figure:
    """A figure over the seeds; low and high are equal for versions of before."""

    mean: float
    low: float
    high: float

    @property
    def has_spread(self):
        return self.high > self.low


def rows_of(version):
    """Per strength {"strength", one Figure or None of each of KINDS, "copied", "nearest"}."""
    if figures := version.evidence.get("figures"):
        return [
            row | {kind: Figure(**row[kind]) if row[kind] else None for kind in KINDS}
            for row in figures["rows"]
        ]
    return [_row_of_before(row) for row in version.evidence.get("scores") or []]


def _row_of_before(scores):
    named = {"style": "style", "scene": "content", "drift": "drift"}
    row = {"strength": scores["strength"], **dict.fromkeys(KINDS), "nearest": None}
    for kind, name in named.items():
        if (value := scores.get(name)) is not None:
            row[kind] = Figure(value, value, value)
    return row
