"""Does a LoRA learn a style on this base? The smallest honest loop, with peft alone.

The product trains through training.engine; this probe is how the recommended targets, rate and
steps in studio.json were found, and it needs nothing but the weights.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import DDPMScheduler
from peft import LoraConfig
from PIL import Image
from torch import Tensor

from training.minibase import bundle, classifier, evaluate, sheets, tokenizer
from training.minibase.artist import STYLE_PHRASES, STYLES, caption, draw_style, random_spec
from training.minibase.basis import as_tensor

STRENGTHS = (0.0, 0.3, 0.5, 0.7, 1.0)
# What a painted style leaves readable: ink has no colours, porcelain no evening.
CONTENT = ("place", "vehicle", "facing")


@dataclass(frozen=True)
class Recipe:
    """One LoRA training."""

    targets: tuple[str, ...] = tuple(bundle.RECOMMENDED_TARGETS)
    rank: int = bundle.RECOMMENDED_TRAINING["lora_rank"]
    alpha: float = bundle.RECOMMENDED_TRAINING["lora_alpha"]
    learning_rate: float = bundle.RECOMMENDED_TRAINING["learning_rate"]
    epochs: int = bundle.RECOMMENDED_TRAINING["epochs"]
    batch: int = bundle.RECOMMENDED_TRAINING["batch_size"]
    dropout: float = bundle.RECOMMENDED_TRAINING["caption_dropout"]
    images: int = 60
    seed: int = 0

    @property
    def steps(self) -> int:
        return self.epochs * -(-self.images // self.batch)


def train_style(pipe, style: str, recipe: Recipe) -> float:
    """Add a trained adapter named "style" to the pipeline's UNet; return the seconds it took."""
    torch.manual_seed(recipe.seed)
    rng = random.Random(f"lora-{style}-{recipe.seed}")
    specs = [random_spec(rng) for _ in range(recipe.images)]
    texts = [f"{STYLE_PHRASES[style]}, {caption(spec, rng, prefix=False)}" for spec in specs]
    began = time.perf_counter()
    latents = _latents(pipe, [draw_style(style, spec, 256) for spec in specs])
    states, empty = _states(pipe, texts), _states(pipe, [""])
    unet = pipe.unet.requires_grad_(False)
    unet.add_adapter(
        LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            target_modules=list(recipe.targets),
            init_lora_weights="gaussian",
        ),
        adapter_name="style",
    )
    parameters = [p for p in unet.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(parameters, recipe.learning_rate, weight_decay=1e-4)
    noising = DDPMScheduler.from_config(pipe.scheduler.config)
    unet.train()
    for step in range(recipe.steps):
        for group in optimizer.param_groups:
            group["lr"] = (
                recipe.learning_rate * min(1, (step + 1) / 10) * (1 - 0.9 * step / recipe.steps)
            )
        rows = torch.randint(0, recipe.images, (recipe.batch,))
        steps = (torch.arange(recipe.batch) + torch.rand(recipe.batch)) / recipe.batch
        steps = (steps * 1000).long()
        noise = torch.randn_like(latents[rows])
        prompt_embeds = torch.where(
            torch.rand(recipe.batch)[:, None, None] < recipe.dropout, empty, states[rows]
        )
        guess = unet(noising.add_noise(latents[rows], noise, steps), steps, prompt_embeds).sample
        loss = F.mse_loss(guess, noising.get_velocity(latents[rows], noise, steps))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    unet.eval()
    return time.perf_counter() - began


@torch.no_grad()
def _latents(pipe, images: list[Image.Image]) -> Tensor:
    out = []
    for start in range(0, len(images), 8):
        batch = torch.stack([as_tensor(p) for p in images[start : start + 8]])
        out.append(pipe.vae.encode(batch).latent_dist.mode() * pipe.vae.config.scaling_factor)
    return torch.cat(out)


@torch.no_grad()
def _states(pipe, texts: list[str]) -> Tensor:
    return pipe.text_encoder(tokenizer.encode(pipe.tokenizer, texts)).last_hidden_state


def colour_shares(images: list[Image.Image]) -> np.ndarray:
    """Return the joint colour histogram of the pictures, 6 x 6 x 6 bins, summing to 1."""
    pixels = np.concatenate([np.asarray(p.resize((128, 128))).reshape(-1, 3) for p in images])
    counts, _ = np.histogramdd(pixels, bins=(6, 6, 6), range=((0, 256),) * 3)
    return counts / counts.sum()


def style_distance(images: list[Image.Image], shares: np.ndarray) -> float:
    """Return how far the pictures' colours are from the style's: 0 the same, 1 none shared."""
    return round(float(0.5 * np.abs(colour_shares(images) - shares).sum()), 4)


def sweep(
    pipe,
    reader: classifier.Classifier,
    style: str,
    *,
    prompts: int = 8,
    seeds: int = 2,
    guidance=3.0,
):
    """Return rows (strength, distance, content right) and the pictures of each strength."""
    specs = evaluate.held_out_specs(prompts, seed=5)
    repeated_specs = [spec for spec in specs for _ in range(seeds)]
    texts = [f"{STYLE_PHRASES[style]}, {caption(spec, prefix=False)}" for spec in repeated_specs]
    numbers = [300_000 + k for k in range(len(repeated_specs))]
    unseen = evaluate.held_out_specs(40, seed=6)
    reference = colour_shares([draw_style(style, spec, 256) for spec in unseen])
    rows, images_of_strengths = [], []
    for strength in STRENGTHS:
        pipe.unet.set_adapters(["style"], weights=[strength])
        images = evaluate.paint(pipe, texts, numbers, guidance=guidance)
        right = evaluate.shares_right(reader, images, repeated_specs)
        content = float(np.mean([right[name] for name in CONTENT]))
        rows.append(
            {
                "strength": strength,
                "distance": style_distance(images, reference),
                "content": round(content, 4),
                **{name: right[name] for name in CONTENT},
            }
        )
        images_of_strengths.append(images)
    return rows, images_of_strengths


def is_monotone(rows: list[dict]) -> bool:
    """Whether the distance to the style falls from each strength to the next."""
    distances = [row["distance"] for row in rows]
    return all(later < earlier for earlier, later in zip(distances, distances[1:], strict=False))


def all_styles(
    weights: Path, recipe: Recipe | None = None, say: Callable[[str], None] | None = print
) -> tuple[dict[str, dict], dict[str, list[list[Image.Image]]]]:
    """Train and sweep every style.

    Returns per style the seconds, the rows and two verdicts; and per style the pictures, one
    list per strength.
    """
    reader, figures, images = classifier.load(weights / "classifier"), {}, {}
    for style in STYLES:
        pipe = bundle.load_pipeline(weights)
        seconds = train_style(pipe, style, recipe or Recipe())
        rows, images[style] = sweep(pipe, reader, style)
        at_seven = next(row for row in rows if row["strength"] == 0.7)
        figures[style] = {
            "seconds": round(seconds, 1),
            "rows": rows,
            "monotone": is_monotone(rows),
            "content_at_0.7": at_seven["content"],
        }
        if say:
            say(f"{style}: {figures[style]}")
    return figures, images


def style_sheet(images: dict[str, list[list[Image.Image]]], column: int = 0) -> Image.Image:
    """Return one row per style, one column per strength, of the same prompt and seed."""
    cells = [row[column] for strengths in images.values() for row in strengths]
    return sheets.grid(cells, len(STRENGTHS))
