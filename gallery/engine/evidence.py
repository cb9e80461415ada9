"""How near a style's pictures are to what it was trained on, and how much of the scene is left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from training.engine.data.images import open_rgb
from training.engine.evaluate.strength_sheet import Reference


def scores(
    images: Mapping[float, Sequence[Path]], references: Sequence[Path]
) -> list[dict[str, float | None]]:
    """The scores of a strength sheet, weakest first, as JSON-able dicts.

    pictures: strength → the same prompts and seeds in the same order; strength 0 is among them.
    references: pictures of the training set; none for a style from elsewhere.
    Each dict: strength; style (1 is the training set's own colours, 0 has none of them; None
    without references); content (how much of the scene of strength 0 is there, at most 1); drift
    (mean pixel difference from strength 0, 0 … 1).
    """
    opened = {
        strength: [open_rgb(path) for path in paths] for strength, paths in sorted(images.items())
    }
    reference = Reference.of(references or images[0.0])
    rows = []
    for strength, row in opened.items():
        score = reference.score(strength, row, opened[0.0])
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
