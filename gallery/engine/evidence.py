"""Whether a style file fits its base, and how near its pictures are to what it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.engine import lora_files
from training.engine.errors import EngineError
from training.engine.evaluation import Reference
from training.engine.images import open_rgb


def check_fit(weights: Path, name: str, family: str, base: str) -> None:
    """Raise EngineError unless the file holds sound LoRA weights for bases of the family.

    name: what messages call the style. base: what they call the base. Flaws that loading gets over
    (LoraReport.usable) don't refuse a file, nor does an unknown family: the first picture tells.
    """
    report = lora_files.inspect(weights)
    if not report.usable:
        raise report.problems[0]
    if report.family not in (family, "unknown"):
        raise EngineError(
            "lora-does-not-fit",
            name=name,
            family=report.family,
            base=base,
            reason=f"{report.family} ≠ {family}",
        )


def scores(
    pictures: Mapping[float, Sequence[Path]], references: Sequence[Path]
) -> list[dict[str, float | None]]:
    """The scores of a strength sheet, weakest first, as JSON-able dicts.

    pictures: strength → the same prompts and seeds in the same order; strength 0 is among them.
    references: pictures of the training set; none for a style from elsewhere.
    Each dict: strength; style (1 is the training set's own colours, 0 has none of them; None
    without references); content (how much of the scene of strength 0 is there, at most 1); drift
    (mean pixel difference from strength 0, 0 … 1).
    """
    opened = {
        strength: [open_rgb(path) for path in paths] for strength, paths in sorted(pictures.items())
    }
    wanted = Reference.of(references or pictures[0.0])
    rows = []
    for strength, row in opened.items():
        score = wanted.score(strength, row, opened[0.0])
        style = 1 - score.colour if references else None
        rows.append(
            {
                "strength": strength,
                "style": style,
                "content": score.content,
                "drift": score.drift,
            }
        )
    return rows
