"""The act of a pair grid's job: both packs at all their strengths, drawn and measured."""

from collections.abc import Iterator
from dataclasses import asdict, replace

from brandstudio.core import blobs
from gallery.models import PairImage
from gallery.services.style_files import fitting_weights
from gallery.worker import sheets
from gallery.worker.evidence import judge_of
from training.engine.evaluate import evidence as measuring
from training.engine.evaluate import pair_grid
from training.engine.prompts import word_weights
from training.worker.checkpoint_advice import thresholds


def render_grid(grid, turn, stopped):
    """Paint the pictures of a grid that are not there yet, and measure them.

    Raises as `render_asset` does; first of all EngineError if weights don't fit their base.
    """
    versions = grid.pair.versions
    weights = [fitting_weights(version) for version in versions]
    there = sheets.sound_images(
        grid.images.all(), lambda image: (image.prompt, image.seed, image.first, image.second)
    )

    def draw(scene_renderer, key):
        prompt, seed, first, second = key
        packs = list(zip(weights, (first, second), strict=True))
        sha256 = sheets.image_hash(scene_renderer, grid, prompt, seed, packs, stopped)
        return PairImage.objects.create(
            grid=grid, prompt=prompt, seed=seed, first=first, second=second, sha256=sha256
        )

    sheets.paint(grid, versions[0].base, plan_of(grid), there, draw, turn)
    grid.finish(cells=[asdict(cell) for cell in _measured(grid, there)])


def mixtures_of(grid) -> list[tuple[float, float]]:
    """Both strengths of each cell, after those of the base alone."""
    cells = [(first, second) for first in grid.plan["first"] for second in grid.plan["second"]]
    return [(0.0, 0.0), *cells]


def plan_of(grid) -> Iterator[tuple[str, int, float, float]]:
    """(prompt, seed, first, second) of every picture, a prompt after the other."""
    for prompt, seed in _rows_of(grid):
        for mixture in mixtures_of(grid):
            yield (prompt, seed, *mixture)


def _rows_of(grid):
    """[(prompt, seed)] with the trigger words of both packs, as an order has them."""
    words = [version.trigger_words.strip() for version in grid.pair.versions]
    opening = ", ".join(word_weights.literal(one) for one in words if one)
    return [
        (f"{opening}, {entry['prompt']}" if opening else entry["prompt"], grid.plan["seed"] + row)
        for row, entry in enumerate(grid.plan["prompts"])
    ]


def _measured(grid, there):
    """The cells of a grid whose pictures all are there; those within its limit are allowed."""
    mixtures = mixtures_of(grid)
    figures = measuring.measure(
        {  # a row of pictures per mixture; the base alone stands where a sheet has strength 0
            float(place): [[blobs.local(there[(*row, *mixture)].sha256) for row in _rows_of(grid)]]
            for place, mixture in enumerate(mixtures)
        },
        [entry["prompt"] for entry in grid.plan["prompts"]],
        judge=judge_of(grid.pair.first.base.family),
    )
    greatest = (grid.pair.first.strength_max, grid.pair.second.strength_max)
    cells = pair_grid.cells_of(mixtures[1:], figures, greatest, thresholds())
    limit = pair_grid.limit_of(cells) or 0
    return [replace(cell, is_allowed=cell.shares <= limit) for cell in cells]
