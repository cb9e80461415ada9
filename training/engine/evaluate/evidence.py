"""What a strength sheet says of a style: figures per strength, each with its spread over seeds.

A sheet is the same prompts and seeds drawn at rising strengths, from 0, which is the base alone.
`measure` turns its pictures into figures; `strength_band` turns the figures into a band.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from training.engine.data.images import open_rgb
from training.engine.errors import EngineError
from training.engine.evaluate import distortion
from training.engine.evaluate.copy_check import CopyCheck, Nearest
from training.engine.evaluate.figures import Figures, Spread, StrengthFigures
from training.engine.evaluate.scene_judge import (
    SceneJudge,
    means_by_seed_and_prompt,
    scene_kept,
)
from training.engine.evaluate.strength_sheet import (
    Reference,
    colour_histogram,
    histogram_distance,
    outline_correlation,
    pixel_difference,
)


def measure(
    sheet: Mapping[float, Sequence[Sequence[str | Path]]],
    prompts: Sequence[str],
    references: Sequence[str | Path] = (),
    judge: SceneJudge | None = None,
) -> Figures:
    """The figures of a sheet.

    sheet: strength → for each seed the pictures of all prompts, in their order; 0 is among them.
    references: pictures of the training set; none for a style from elsewhere. judge: asked whether
    the prompt is still seen; None measures outlines.
    Raises EngineError: evidence-incomplete (a picture is missing), evidence-not-finite, and those
    of open_rgb; ValueError without strength 0.
    """
    _check_whole(sheet, prompts)
    opened = {
        strength: [[open_rgb(path) for path in row] for row in seeds]
        for strength, seeds in sorted(sheet.items())
    }
    plain = opened[0.0]
    training_set = [open_rgb(path) for path in references]
    seen = judge.seen(plain, prompts) if judge else None
    ruler = _Ruler(
        plain=plain,
        reference=Reference.of(references) if references else None,
        copies=CopyCheck(training_set) if training_set else None,
        usual=distortion.usual(training_set or [one for row in plain for one in row]),
        judge=judge if seen else None,
        seen=seen or [],
    )
    rows = tuple(ruler.figures(strength, seeds) for strength, seeds in opened.items())
    return Figures(
        rows,
        judge="prompt" if ruler.judge else "edges",
        copy_limit=ruler.copies.limit if ruler.copies else None,
    )


def _check_whole(sheet, prompts) -> None:
    if 0.0 not in sheet:
        raise ValueError("a sheet begins at strength 0")
    seeds = len(sheet[0.0])
    for strength, rows in sorted(sheet.items()):
        lacking = len(prompts) * seeds - sum(len(row) for row in rows)
        if lacking or not seeds or len(rows) != seeds:
            raise EngineError(
                "evidence-incomplete", strength=f"{strength:g}", count=max(1, lacking)
            )


@dataclass(frozen=True)
class _Ruler:
    """What every strength is measured against."""

    plain: list[list[Image.Image]]
    reference: Reference | None
    copies: CopyCheck | None
    usual: distortion.Usual
    judge: SceneJudge | None
    seen: list[list]

    def figures(self, strength: float, seeds: list[list[Image.Image]]) -> StrengthFigures:
        pairs = [list(zip(a, b, strict=True)) for a, b in zip(seeds, self.plain, strict=True)]
        drift = [float(np.mean([pixel_difference(a, b) for a, b in row])) for row in pairs]
        bent = [float(np.mean([self.usual.exceeded_by(a, b) for a, b in row])) for row in pairs]
        near = [[self.copies.nearest(one) for one in row] for row in seeds] if self.copies else []
        flat = [one for row in near for one in row]
        copied = self._copied(flat, [one for row in self.plain for one in row])
        scene, scene_by_prompt = self._scene(seeds, pairs)
        nearest = max(range(len(flat)), key=lambda n: flat[n].similarity) if flat else None
        return StrengthFigures(
            strength=strength,
            style=self._style(seeds),
            scene=Spread.of(scene),
            least_scene=min(scene_by_prompt),
            drift=Spread.of(drift),
            distortion=Spread.of(bent),
            copy=Spread.of([max(n.similarity for n in row) for row in near]) if near else None,
            copied=copied,
            nearest=flat[nearest].at(nearest) if nearest is not None else None,
        )

    def _copied(self, near: list[Nearest], plain: list[Image.Image]) -> float:
        if self.copies is None:
            return 0.0
        pairs = zip(near, map(self.copies.nearest, plain), strict=True)
        return float(np.mean([self.copies.is_copy(one, base) for one, base in pairs]))

    def _style(self, seeds: list[list[Image.Image]]) -> Spread | None:
        if self.reference is None:
            return None
        usual = self.reference.histogram
        return Spread.of([1 - histogram_distance(colour_histogram(row), usual) for row in seeds])

    def _scene(self, seeds, pairs) -> tuple[list[float], list[float]]:
        """(how much of the scene is there in each seed, in each prompt), 0 … 1."""
        lines = np.array([[outline_correlation(a, b) for a, b in row] for row in pairs])
        by_seed, by_prompt = lines.mean(axis=1).clip(min=0), lines.mean(axis=0).clip(min=0)
        if self.judge:
            chances = self.judge.chances_of_seen(seeds, self.seen)
            seen_by_seed, seen_by_prompt = means_by_seed_and_prompt(chances)
            by_seed = scene_kept(by_seed, np.array(seen_by_seed))
            by_prompt = scene_kept(by_prompt, np.array(seen_by_prompt))
        return by_seed.tolist(), by_prompt.tolist()
