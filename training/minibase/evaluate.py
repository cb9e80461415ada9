"""Figures of the shipped weights: what they paint, read by the classifier, and what they cost."""

from __future__ import annotations

import json
import random
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from training.minibase import bundle, classifier, clip, tokenizer
from training.minibase.artist import SceneSpec, caption, draw, random_spec
from training.minibase.artist.captions import training_caption

# What the issue asks for, as shares; the classifier's own limit is for drawn scenes.
WANTED = {"place": 0.95, "time": 0.95, "vehicle": 0.85, "colour": 0.85}
WANTED_CLASSIFIER = 0.99
WANTED_CLIP = 0.95
WANTED_SECONDS = 3.0


def held_out_specs(count: int, seed: int = 0) -> list[SceneSpec]:
    """Return scenes whose captions and seeds were never part of the training set."""
    rng = random.Random(f"evaluation-{seed}")
    return [random_spec(rng) for _ in range(count)]


def paint(
    pipe,
    texts: list[str],
    seeds: list[int],
    *,
    size: tuple[int, int] = (256, 256),
    steps: int = 20,
    guidance: float = 3.0,
    batch: int = 8,
) -> list[Image.Image]:
    """Return one picture per text, each from its own seed, whatever batch it falls into."""
    images = []
    for start in range(0, len(texts), batch):
        chosen = slice(start, start + batch)
        images += pipe(
            texts[chosen],
            width=size[0],
            height=size[1],
            num_inference_steps=steps,
            guidance_scale=guidance,
            generator=[torch.Generator().manual_seed(seed) for seed in seeds[chosen]],
        ).images
    return images


def shares_right(
    reader: classifier.Classifier, images: list[Image.Image], specs: list[SceneSpec]
) -> dict[str, float]:
    """Return, per attribute, the share of pictures in which the classifier reads what was asked."""
    answers = reader.read(images)
    names = classifier.READS
    right = {name: 0 for name in names}
    for answer, spec in zip(answers, specs, strict=True):
        for name in names:
            right[name] += answer[name] == getattr(spec, name)
    return {name: round(count / len(specs), 4) for name, count in right.items()}


def base_figures(pipe, reader, count: int, *, seed: int = 0, guidance: float = 3.0) -> dict:
    """Return the shares right over `count` pictures of held-out captions and seeds."""
    specs = held_out_specs(count, seed)
    rng = random.Random(f"evaluation-words-{seed}")
    texts = [training_caption(spec, rng) for spec in specs]
    seeds = [100_000 + seed * 1000 + k for k in range(count)]
    return shares_right(reader, paint(pipe, texts, seeds, guidance=guidance), specs)


def shape_figures(pipe, reader, per_shape: int) -> dict[str, dict[str, float]]:
    """Return the shares right for each other frame shape, and how many towers harbours have."""
    figures = {}
    for name, size in bundle.SIZES.items():
        if name == "1:1":
            continue
        specs = held_out_specs(per_shape, seed=size[0])
        seeds = [200_000 + k for k in range(per_shape)]
        images = paint(pipe, [caption(s) for s in specs], seeds, size=tuple(size))
        figures[name] = shares_right(reader, images, specs)
        towers = [
            tower_count(image)
            for image in paint(
                pipe,
                [
                    caption(replace(s, place="harbour", time="night", extra="none"))
                    for s in specs[:8]
                ],
                seeds[:8],
                size=tuple(size),
            )
        ]
        figures[name]["one_tower"] = round(sum(t == 1 for t in towers) / len(towers), 4)
    return figures


def tower_count(image: Image.Image) -> int:
    """Return how many tall pink-to-violet columns stand in the upper half of a night harbour."""
    values = np.asarray(image.convert("RGB"), np.float32)
    # Above the skyline, below the tip, whatever the frame.
    band = values[int(values.shape[0] * 0.22) : int(values.shape[0] * 0.34)]
    glow = (band[..., 0] > 120) & (band[..., 2] > 110) & (band[..., 1] < 150)
    columns = glow.mean(0) > 0.35
    starts = columns & ~np.roll(columns, 1)
    starts[0] = columns[0]
    # Lattice gaps split one tower: columns nearer than a tower's width are the same tower.
    places = np.flatnonzero(starts)
    gap = 0.08 * values.shape[1]
    return int(len(places) and 1 + (np.diff(places) > gap).sum())


def seconds_per_picture(pipe, tries: int = 3) -> float:
    """Return the wall-clock seconds of one 20-step picture with guidance, the best of `tries`."""
    best = float("inf")
    for turn in range(tries):
        began = time.perf_counter()
        paint(pipe, [caption(SceneSpec())], [turn])
        best = min(best, time.perf_counter() - began)
    return round(best, 2)


def classifier_figures(reader: classifier.Classifier, count: int) -> dict[str, float]:
    """Return how often the classifier is right on freshly drawn scenes."""
    specs = held_out_specs(count, seed=77)
    return shares_right(reader, [draw(spec, 256) for spec in specs], specs)


@torch.no_grad()
def clip_figures(weights: Path, count: int) -> dict[str, float]:
    """Return zero-shot shares right of the tiny CLIP, loaded as anyone would load it."""
    model, processor = clip.load(weights / "clip")
    words = tokenizer.load(weights / "clip")
    specs, features = held_out_specs(count, seed=78), []
    for start in range(0, count, 50):
        batch = [draw(spec, 256) for spec in specs[start : start + 50]]
        pixels = processor(images=batch, return_tensors="pt")["pixel_values"]
        features.append(clip.picture_features(model, pixels))
    features = torch.cat(features)
    figures = {}
    for name in WANTED:
        values = list(clip.QUESTIONS[name])
        texts = clip.text_features(model, words, list(clip.QUESTIONS[name].values()))
        chosen = (features @ texts.T).argmax(1).tolist()
        right = sum(values[c] == getattr(s, name) for c, s in zip(chosen, specs, strict=True))
        figures[name] = round(right / count, 4)
    return figures


def evaluate(weights: Path = bundle.WEIGHTS, images: int = 320, per_shape: int = 24) -> dict:
    """Return all figures of a weights folder; about four minutes on two cores."""
    pipe = bundle.load_pipeline(weights)
    reader = classifier.load(weights / "classifier")
    figures = {
        "sha256": json.loads((weights / "studio.json").read_text())["sha256"],
        "megabytes": round(sum(p.stat().st_size for p in weights.rglob("*.*")) / 1e6, 2),
        "judge_on_drawn_scenes": classifier_figures(reader, 500),
        "clip_zero_shot": clip_figures(weights, 500),
        "pictures": images,
        "base": base_figures(pipe, reader, images),
        "shapes": shape_figures(pipe, reader, per_shape),
        "seconds_per_picture": seconds_per_picture(pipe),
        "threads": torch.get_num_threads(),
    }
    figures["met"] = met(figures)
    return figures


def met(figures: dict) -> dict[str, bool]:
    """Return which wanted figures are reached."""
    reached = {f"base {name}": figures["base"][name] >= least for name, least in WANTED.items()}
    reached["judge"] = min(figures["judge_on_drawn_scenes"].values()) >= WANTED_CLASSIFIER
    reached["clip"] = min(figures["clip_zero_shot"].values()) >= WANTED_CLIP
    reached["seconds"] = figures["seconds_per_picture"] <= WANTED_SECONDS
    reached["size"] = figures["megabytes"] <= 30
    return reached


def report(figures: dict) -> str:
    """Return the figures as lines a person reads."""

    def shares(values):
        return ", ".join(f"{name} {100 * value:.1f} %" for name, value in values.items())

    lines = [
        f"weights {figures['sha256'][:12]}, {figures['megabytes']} MB",
        f"classifier on drawn scenes: {shares(figures['judge_on_drawn_scenes'])}",
        f"CLIP zero-shot: {shares(figures['clip_zero_shot'])}",
        f"base, {figures['pictures']} pictures: {shares(figures['base'])}",
        *(f"{shape}: {shares(values)}" for shape, values in figures["shapes"].items()),
        f"one 20-step picture: {figures['seconds_per_picture']} s, {figures['threads']} thread(s)",
        *(f"{'met' if ok else 'MISSED'}: {name}" for name, ok in figures["met"].items()),
    ]
    return "\n".join(lines)
