"""What a grid of two packs' strengths says: where the scene is kept, and how strong both may be."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.engine.evaluate.figures import Figures
from training.engine.evaluate.strength_band import Thresholds
from training.engine.prompts.mixing import share_of

STEPS = 4  # strengths of either pack, its least and its greatest among them


@dataclass(frozen=True)
class Cell:
    """The figures of one mixture: strengths of both packs, the rest as in StrengthFigures, 0 … 1.

    shares: the sum of both strengths' shares of their bands' greatest. is_kept: whether the scene
    is there, at every place, and the picture sound. is_allowed: whether it is within the limit.
    """

    first: float
    second: float
    scene: float
    drift: float
    distortion: float
    shares: float
    is_kept: bool
    is_allowed: bool = False


def strengths_of(least: float, greatest: float) -> list[float]:
    """The strengths of one pack in a grid, rising; fewer where its band is narrow."""
    span = greatest - least
    return sorted({round(least + span * step / (STEPS - 1), 2) for step in range(STEPS)})


def cells_of(
    mixtures: Sequence[tuple[float, float]],
    figures: Figures,
    greatest: tuple[float, float],
    thresholds: Thresholds,
) -> list[Cell]:
    """The cells of a grid, whose figures are those of its mixtures after the base alone.

    mixtures: strengths of both packs. greatest: of their bands, > 0.
    """
    rows = zip(mixtures, figures.rows[1:], strict=True)
    return [
        Cell(
            first=first,
            second=second,
            scene=row.scene.mean,
            drift=row.drift.mean,
            distortion=row.distortion.mean,
            shares=share_of(first, greatest[0]) + share_of(second, greatest[1]),
            is_kept=row.scene.mean >= thresholds.scene
            and row.least_scene >= thresholds.scene_of_a_prompt
            and row.distortion.mean <= thresholds.distortion,
        )
        for (first, second), row in rows
    ]


def limit_of(cells: Sequence[Cell]) -> float | None:
    """The greatest sum of shares up to which every mixture of the grid keeps the scene.

    None where the weakest mixture has lost it already.
    """
    lost = min((cell.shares for cell in cells if not cell.is_kept), default=float("inf"))
    return max((cell.shares for cell in cells if cell.shares < lost), default=None)
