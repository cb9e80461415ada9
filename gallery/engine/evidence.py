"""Whether a style file fits its base, and how near its pictures are to what it was trained on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.engine import base_models, lora_files
from training.engine.errors import EngineError
from training.engine.evaluation import Reference
from training.engine.images import open_rgb


def check_fit(weights: Path, base: str | Path, name: str) -> None:
    """Raise EngineError unless the file holds sound LoRA weights for the base.

    base: path of the base model. name: what messages call the style.
    """
    report = lora_files.inspect(weights)
    if not report.usable:
        raise report.problems[0]
    info = base_models.describe(base)
    if report.family not in (info.family, "unknown"):
        raise EngineError(
            "lora-does-not-fit",
            name=name,
            family=report.family,
            base=info.name,
            reason=f"{report.family} ≠ {info.family}",
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
