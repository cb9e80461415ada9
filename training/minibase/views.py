"""Small drawn pictures with their attributes, for the two models that read pictures."""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor

from training.minibase.artist import SceneSpec, draw, random_spec
from training.minibase.cache import BUCKETS

SIDE = 128  # both readers look at 128 x 128, whatever the picture's shape
_CHUNK = 100
# A changed palette says nothing about these any more.
PALETTE_ATTRIBUTES = ("time", "colour", "weather")


def shrink(image: Image.Image) -> Image.Image:
    """Return the picture squeezed to the readers' square."""
    return image.resize((SIDE, SIDE), Image.BICUBIC, reducing_gap=2.0)


def _specs(name: str, chunk: int) -> list[tuple[SceneSpec, tuple[int, int]]]:
    rng = random.Random(f"views-{name}-{chunk}")
    shapes, shares = list(BUCKETS), list(BUCKETS.values())
    return [(random_spec(rng), rng.choices(shapes, shares)[0]) for _ in range(_CHUNK)]


def _draw_chunk(job) -> np.ndarray:
    return np.stack([np.asarray(shrink(draw(spec, size))) for spec, size in _specs(*job)])


def drawn(folder: Path, name: str, count: int, workers: int) -> tuple[np.ndarray, list[SceneSpec]]:
    """Return (N, 128, 128, 3) uint8 pictures and their scenes, drawn once and kept in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    path, chunks = folder / f"views-{name}.npy", range(max(1, count // _CHUNK))
    if not path.exists():
        with ProcessPoolExecutor(workers) as pool:
            jobs = [(name, chunk) for chunk in chunks]
            np.save(path, np.concatenate(list(pool.map(_draw_chunk, jobs))))
    images = np.load(path)
    specs = [spec for chunk in range(len(images) // _CHUNK) for spec, _ in _specs(name, chunk)]
    return images, specs


def as_batch(images: np.ndarray) -> Tensor:
    """Return (B, 3, H, W) float32 in 0..1."""
    return torch.from_numpy(np.ascontiguousarray(images)).permute(0, 3, 1, 2).float() / 255


def roughened(
    batch: Tensor, generator: np.random.Generator, coarsest: float = 0.3
) -> tuple[Tensor, Tensor]:
    """Return the batch made less perfect, and a mask (B,) of pictures whose palette changed.

    Blur, noise, small shifts and contrast stand for what a small diffusion model paints; new
    palettes and line drawings make the readers look at shapes. Input and output are in 0..1.
    coarsest: share of the side that the strongest blur leaves.
    """
    out, repainted = [], torch.zeros(len(batch), dtype=torch.bool)
    for index, image in enumerate(batch):
        if generator.random() < 0.5:
            small = float(generator.uniform(coarsest, 0.9))
            down = F.interpolate(image[None], scale_factor=small, mode="area")
            image = F.interpolate(down, image.shape[1:], mode="bilinear")[0]
        if generator.random() < 0.5:
            dy, dx = (int(v) for v in generator.integers(-4, 5, 2))
            image = torch.roll(image, (dy, dx), (1, 2))
        if generator.random() < 0.3:
            image = _new_palette(image, generator)
            repainted[index] = True
        else:
            gain, lift = float(generator.uniform(0.85, 1.15)), float(generator.uniform(-0.06, 0.06))
            image = image * gain + lift
        image = image + float(generator.uniform(0, 0.05)) * torch.randn_like(image)
        out.append(image.clamp(0, 1))
    return torch.stack(out), repainted


def _new_palette(image: Tensor, generator: np.random.Generator) -> Tensor:
    grey = image.mean(0, keepdim=True)
    low, high = torch.from_numpy(generator.random((2, 3, 1, 1))).float()
    kind = generator.random()
    if kind < 0.35:  # two chance colours
        return low * (1 - grey) + high * grey
    if kind < 0.6:  # a line drawing
        edge = (image[:, 1:, 1:] - image[:, :-1, :-1]).abs().amax(0)
        edge = (F.pad(edge, (0, 1, 0, 1))[None] * 3).clamp(0, 1)
        return low * (1 - edge) + high * edge
    if kind < 0.8:
        return 1 - image
    return image[torch.from_numpy(generator.permutation(3))]
