"""Drawn scenes as cached latents: one file per frame shape, drawn once by several processes."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from training.minibase.artist import SceneSpec, draw, random_spec, vehicle_box
from training.minibase.basis import PATCH, LinearLatents, as_tensor

# Frame shapes (width, height) and their share of the training set. Other shapes than the square
# are in it so that nobody gets a doubled tower in a wide picture.
BUCKETS = {
    (256, 256): 0.72,
    (288, 224): 0.07,
    (224, 288): 0.07,
    (352, 192): 0.07,
    (192, 352): 0.07,
}
_CHUNK = 200  # scenes drawn by one job


@dataclass
class Bucket:
    """Latents (N, 12, h, w) float16, and for each the scene and the car's box in latent cells."""

    size: tuple[int, int]
    latents: np.ndarray
    specs: list[SceneSpec]
    boxes: np.ndarray

    def __len__(self) -> int:
        return len(self.specs)


def _chunk_specs(size: tuple[int, int], chunk: int, seed: int, per_job: int) -> list[SceneSpec]:
    rng = random.Random(f"scenes-{seed}-{size}-{chunk}")
    return [random_spec(rng) for _ in range(per_job)]


def _draw_chunk(job) -> np.ndarray:
    size, chunk, seed, per_job, basis_path = job
    torch.set_num_threads(1)
    basis = LinearLatents.load(basis_path)
    out = []
    for spec in _chunk_specs(size, chunk, seed, per_job):
        out.append(basis.encode(as_tensor(draw(spec, size))[None])[0].half().numpy())
    return np.stack(out)


def _path(folder: Path, size: tuple[int, int]) -> Path:
    return folder / f"latents-{size[0]}x{size[1]}.npy"


def build(
    folder: Path,
    basis_path: Path,
    total: int,
    *,
    seed: int,
    workers: int,
    per_job: int = _CHUNK,
    say: Callable[[str], None] = print,
) -> None:
    """Draw about `total` scenes into `folder`; shapes that are already there are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    drawn_with = {"seed": seed, "per_job": per_job}
    (folder / "drawn.json").write_text(json.dumps(drawn_with) + "\n")
    with ProcessPoolExecutor(workers) as pool:
        for size, share in BUCKETS.items():
            path = _path(folder, size)
            if path.exists():
                continue
            chunks = max(1, round(total * share / per_job))
            jobs = [(size, chunk, seed, per_job, basis_path) for chunk in range(chunks)]
            stacked = np.concatenate(list(pool.map(_draw_chunk, jobs)))
            partial = path.with_suffix(".part.npy")
            np.save(partial, stacked)
            partial.replace(path)
            say(f"drew {len(stacked)} scenes of {size[0]}x{size[1]}")


def complete(folder: Path) -> bool:
    """Return whether every shape has been drawn."""
    return all(_path(folder, size).exists() for size in BUCKETS)


def load(folder: Path) -> list[Bucket]:
    """Return the cached buckets; latents stay on disk and are mapped in."""
    drawn_with = json.loads((folder / "drawn.json").read_text())
    seed, per_job = drawn_with["seed"], drawn_with["per_job"]
    buckets = []
    for size in BUCKETS:
        latents = np.load(_path(folder, size), mmap_mode="r")
        specs = []
        for chunk in range(len(latents) // per_job):
            specs += _chunk_specs(size, chunk, seed, per_job)
        cells = np.array([size[0], size[1], size[0], size[1]]) / PATCH
        boxes = np.array([vehicle_box(spec, size) for spec in specs]) * cells
        buckets.append(Bucket(size, latents, specs, boxes.astype(np.float32)))
    return buckets
