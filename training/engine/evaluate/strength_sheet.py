"""How a style acts over its strengths: a sheet of pictures, and figures to judge it by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw

from training.engine.data.images import open_rgb
from training.engine.data.labelers import Clip
from training.engine.sampling.renderer import Renderer, SampleRequest

STRENGTHS = (0.0, 0.3, 0.5, 0.7, 1.0)
BINS = 8
"""Bins per colour channel: coarse enough that a hundred pictures fill them."""
OUTLINE_SIDE = 64  # px: finer than that is brushwork, which a style may change


@dataclass(frozen=True)
class StyleScore:
    """How near pictures made at one strength are to the training set.

    colour: distance of colour histograms, 0 equal … 1 nothing in common; lower is nearer.
    similarity: mean CLIP similarity to the set, -1 … 1, higher is nearer; None without a CLIP.
    drift: mean pixel difference from strength 0 (same prompts and seeds), 0 … 1.
    content: correlation of edges with strength 0, -1 … 1; how much of the scene is still there.
    """

    strength: float
    colour: float
    similarity: float | None
    drift: float
    content: float


@dataclass(frozen=True)
class StrengthSheet:
    """Pictures by strength (rows) and prompt (columns) with a score per strength.

    monotone: the colour distance never rises by more than `slack` from one strength to the next.
    """

    strengths: tuple[float, ...]
    prompts: tuple[str, ...]
    images: dict[float, list[Image.Image]]
    scores: list[StyleScore]
    seeds: tuple[int, ...] = ()
    slack: float = 0.01

    @property
    def monotone(self) -> bool:
        distances = [score.colour for score in self.scores]
        pairs = zip(distances, distances[1:], strict=False)
        return all(later <= earlier + self.slack for earlier, later in pairs)

    def contact_sheet(self, side: int = 160) -> Image.Image:
        """All pictures in one: a row per strength with its number, a column per prompt."""
        margin = 44
        sheet = Image.new(
            "RGB", (margin + side * len(self.prompts), side * len(self.strengths)), "white"
        )
        pen = ImageDraw.Draw(sheet)
        for row, strength in enumerate(self.strengths):
            pen.text((6, row * side + side // 2 - 6), f"{strength:g}", fill="black")
            for column, image in enumerate(self.images[strength]):
                small = image.copy()
                small.thumbnail((side - 4, side - 4))
                sheet.paste(small, (margin + column * side + 2, row * side + 2))
        return sheet


def strength_sheet(
    renderer: Renderer,
    pack: str | Path,
    prompts: Sequence[str],
    references: Sequence[str | Path],
    *,
    strengths: Sequence[float] = STRENGTHS,
    seeds: Sequence[int] | None = None,
    clip=None,
    steps: int = 20,
    guidance: float = 5.0,
    width: int | None = None,
    height: int | None = None,
    negative_prompt: str = "",
    on_image: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> StrengthSheet:
    """Render every prompt at every strength with the same seeds, and score each strength.

    pack: a LoRA file. references: pictures of the training set. seeds: one per prompt.
    clip: a labelers.Clip for the similarity, or None. on_image(done, total): after each.
    Strength 0 is always rendered: drift and content are measured against it.
    Raises what Renderer.render raises.
    """
    strengths = tuple(sorted({0.0, *map(float, strengths)}))
    seeds = tuple(seeds) if seeds else tuple(range(len(prompts)))
    total = len(strengths) * len(prompts)
    images: dict[float, list[Image.Image]] = {}
    for row, strength in enumerate(strengths):
        requests = [
            SampleRequest(
                prompt, negative_prompt, width, height, steps, guidance, seed, [(pack, strength)]
            )
            for prompt, seed in zip(prompts, seeds, strict=True)
        ]

        def done(i, _, row=row):
            if on_image:
                on_image(row * len(prompts) + i + 1, total)

        images[strength] = renderer.render(requests, should_stop=should_stop, on_image=done)
    reference = Reference.of(references, clip)
    scores = [reference.score(strength, images[strength], images[0.0]) for strength in strengths]
    return StrengthSheet(strengths, tuple(prompts), images, scores, seeds)


@dataclass(frozen=True)
class Reference:
    """What is remembered of a training set to compare pictures with.

    histogram: (BINS³,) share of pixels per colour cell. features: (N, D) CLIP features or None.
    """

    histogram: np.ndarray
    features: torch.Tensor | None = None
    clip: Clip | None = field(default=None, repr=False)

    @classmethod
    def of(cls, paths: Sequence[str | Path], clip=None) -> "Reference":
        """The memory of a set; at most 64 of its pictures are looked at, evenly spread."""
        step = max(1, len(paths) // 64)
        images = [_small(open_rgb(path)) for path in list(paths)[::step][:64]]
        features = clip.image_features(images) if clip and images else None
        return cls(colour_histogram(images), features, clip)

    def score(
        self, strength: float, images: list[Image.Image], plain: list[Image.Image]
    ) -> StyleScore:
        """The score of pictures made at a strength; `plain`: the same ones at strength 0."""
        similarity = None
        if self.features is not None and self.clip:
            likeness = self.clip.image_features(images) @ self.features.T
            similarity = likeness.mean().item()
        pairs = list(zip(images, plain, strict=True))
        return StyleScore(
            strength=strength,
            colour=histogram_distance(colour_histogram(images), self.histogram),
            similarity=similarity,
            drift=float(np.mean([pixel_difference(a, b) for a, b in pairs])),
            content=float(np.mean([edge_correlation(a, b) for a, b in pairs])),
        )


def colour_histogram(images: Sequence[Image.Image]) -> np.ndarray:
    """Share of pixels per colour cell over all pictures, each counting the same: (BINS³,)."""
    total = np.zeros(BINS**3)
    for image in images:
        cells = np.asarray(_small(image), dtype=np.int64) * BINS // 256
        index = (cells[..., 0] * BINS + cells[..., 1]) * BINS + cells[..., 2]
        total += np.bincount(index.ravel(), minlength=BINS**3) / index.size
    return total / max(1, len(images))


def histogram_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Half the sum of absolute differences: 0 for equal, 1 for nothing in common."""
    return float(np.abs(first - second).sum() / 2)


def edge_correlation(first: Image.Image, second: Image.Image) -> float:
    """Correlation of edge strength of two pictures of one size, -1 … 1; 1 for equal ones."""
    return _correlation(_edges(first), _edges(second))


def outline_correlation(first: Image.Image, second: Image.Image) -> float:
    """Correlation of the outlines of what two pictures show, -1 … 1; 1 for equal ones.

    Outlines are the edges of small pictures, each where its strongest colour channel has it: a car
    stands out of its ground by brightness or by colour, and a fine stroke is no outline.
    """
    return _correlation(_outlines(first), _outlines(second))


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    spread = a.std() * b.std()
    if spread == 0:
        return 1.0 if np.array_equal(a, b) else 0.0
    return float(((a - a.mean()) * (b - b.mean())).mean() / spread)


def _edges(image: Image.Image) -> np.ndarray:
    grey = np.asarray(image.convert("L"), dtype=np.float64)
    across, along = np.gradient(grey)
    return np.hypot(across, along)


def _outlines(image: Image.Image) -> np.ndarray:
    small = image.convert("RGB").resize((OUTLINE_SIDE, OUTLINE_SIDE), Image.Resampling.BOX)
    across, along = np.gradient(np.asarray(small, dtype=np.float64), axis=(0, 1))
    return np.hypot(across, along).max(axis=-1)


def pixel_difference(first: Image.Image, second: Image.Image) -> float:
    """Mean absolute difference of two pictures of one size, 0 … 1."""
    a, b = (np.asarray(image, dtype=np.float64) for image in (first, second))
    return float(np.abs(a - b).mean() / 255)


def _small(image: Image.Image) -> Image.Image:
    """At most 256 px a side: colour needs no more, and photographs are large."""
    if max(image.size) <= 256:
        return image
    small = image.copy()
    small.thumbnail((256, 256), Image.Resampling.BILINEAR)
    return small
