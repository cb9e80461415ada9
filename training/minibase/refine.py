"""Train the bundled UNet on: widened, mostly on little noise, in what the machine has left.

One process, one thread. Every step's scenes, timesteps and noise follow from the seed and the
step's number alone, so a stopped run goes on exactly as if it had never been stopped.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor
from transformers import CLIPTextModel

from training.minibase import basis, bundle, cache, refine_state, tokenizer, unet
from training.minibase.artist.captions import training_caption
from training.minibase.unet_training import car_weight, step_weight
from training.minibase.widening import is_new, widened

LITTLE_NOISE = 500  # timesteps below this one settle edges; above, places and colours are chosen
CROP = 16  # latent cells, so that a crop costs a quarter of a square frame
_GRID = 4  # crops start at multiples of this: the UNet halves its grid, and phases should match


def default_folder() -> Path:
    """Return where the state is kept when nothing is said: outside the source tree."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(root) / "brand-studio" / "minibase"


@dataclass(frozen=True)
class RefineSettings:
    """How the training goes on. `seconds` are processor seconds of this call, `steps` in all."""

    folder: Path
    steps: int
    seconds: float = math.inf
    weights: Path = bundle.WEIGHTS
    scenes: int = 6000
    batch: int = 16
    crop_share: float = 0.0  # of the steps; each has four times as many samples
    # Held-out loss rose at 2e-4: the first training had ended at 1.6e-5, and its weights are good.
    learning_rate: float = 5e-5
    new_layer_scale: float = 6.0  # the new layers start from nothing and learn faster
    warm_up: int = 60
    little_noise_share: float = 0.65  # of the timesteps of whole frames
    caption_dropout: float = 0.1
    car_weight: float = 2.0
    ema: float = 0.998
    save_every: float = 180.0  # seconds on the clock
    seed: int = 0

    @property
    def out(self) -> Path:
        return self.folder / "refined"


def refine(settings: RefineSettings, say: Callable[[str], None] = print) -> None:
    """Draw what is missing, then train from the last state, or from the bundled weights."""
    settings.out.mkdir(parents=True, exist_ok=True)
    axes = settings.folder / "basis.npz"
    if not axes.exists():
        basis.fit().save(axes)  # the seed of the shipped weights: they know these latents
    if not cache.complete(settings.folder / "scenes"):
        # Another seed than the first training's: these scenes are new to the UNet.
        cache.build(settings.folder / "scenes", axes, settings.scenes, seed=1, workers=1, say=say)
    _Refinement(settings, say).run()


def lowest_priority() -> None:
    """Leave the processor to everything else on the machine; it takes what would idle."""
    os.nice(19)
    with suppress(OSError):  # Linux weighs sessions first, then their processes: see sched(7)
        Path("/proc/self/autogroup").write_text("19")
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


class _Refinement:
    """Model, optimizer, running average and counters of one training."""

    def __init__(self, settings: RefineSettings, say: Callable[[str], None]) -> None:
        self.settings, self.say = settings, say
        self.scenes = Scenes(settings)
        self.schedule = unet.noise_schedule()
        shipped = UNet2DConditionModel.from_pretrained(
            settings.weights / "unet", dtype=torch.float32
        )
        self.model = widened(shipped, settings.seed).train()
        self.model.set_attn_processor(AttnProcessor())
        self.parameters = dict(self.model.named_parameters())
        self.optimizer = _optimizer(self.parameters, settings)
        self.average = {name: p.detach().clone() for name, p in self.parameters.items()}
        self.progress = refine_state.Progress()
        self.asked_to_stop = False
        if refine_state.path(settings.out).exists():
            self.progress = refine_state.restore(self, settings.out)
            say(f"going on at step {self.progress.step}")

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        began, saved = time.process_time(), time.monotonic()
        base, progress = self.progress.seconds, self.progress
        while progress.step < self.settings.steps and not self.asked_to_stop:
            if progress.seconds - base > self.settings.seconds:
                break
            self._one_step()
            progress.seconds = base + time.process_time() - began
            if progress.step % 20 == 0:
                self._log()
            if time.monotonic() - saved > self.settings.save_every:
                saved = time.monotonic()
                self._save()
        self._save()
        self.say(f"saved at step {progress.step} in {self.settings.out}")

    def _stop(self, *_args) -> None:
        self.asked_to_stop = True

    def _one_step(self) -> None:
        kind, latents, states, weight, steps, noise = self.scenes.batch(self.progress.step)
        noisy = self.schedule.add_noise(latents, noise, steps)
        target = self.schedule.get_velocity(latents, noise, steps)
        model_output = self.model(noisy, steps, states, return_dict=False)[0]
        squared = (model_output - target).pow(2).mean(1) * weight
        loss = (squared.mean((1, 2)) * step_weight(self.schedule, steps)).mean()
        for group in self.optimizer.param_groups:
            group["lr"] = group["scale"] * learning_rate(self.settings, self.progress.step)
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters.values(), 1.0)
        self.optimizer.step()
        self._update_ema()
        self.progress.note(kind, len(latents), loss.item())

    @torch.no_grad()
    def _update_ema(self) -> None:
        keep = min(self.settings.ema, (self.progress.step + 1) / (self.progress.step + 10))
        torch._foreach_lerp_(list(self.average.values()), list(self.parameters.values()), 1 - keep)

    def _log(self) -> None:
        line = {**vars(self.progress), "rate": learning_rate(self.settings, self.progress.step)}
        with (self.settings.out / "log.jsonl").open("a") as log:
            log.write(json.dumps({**line, "at": time.strftime("%H:%M:%S", time.gmtime())}) + "\n")

    def _save(self) -> None:
        refine_state.save(self, self.settings.out)
        refine_state.export(self.model.config, self.average, self.settings.out / "averaged")


def _optimizer(
    parameters: dict[str, torch.nn.Parameter], settings: RefineSettings
) -> torch.optim.Optimizer:
    new = [p for name, p in parameters.items() if is_new(name)]
    old = [p for name, p in parameters.items() if not is_new(name)]
    groups = [{"params": old, "scale": 1.0}, {"params": new, "scale": settings.new_layer_scale}]
    return torch.optim.AdamW(
        groups, settings.learning_rate, betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )


def learning_rate(settings: RefineSettings, step: int) -> float:
    """Return the rate at a step: up at once, flat for half of the steps, then a cosine to 5 %."""
    share = step / settings.steps
    fall = 1.0 if share < 0.5 else 0.5 * (1 + math.cos(math.pi * min(1.0, 2 * share - 1)))
    return settings.learning_rate * min(1.0, (step + 1) / settings.warm_up) * max(0.05, fall)


def timesteps(count: int, share: float, generator: torch.Generator) -> Tensor:
    """Return (B,) int64 timesteps, `share` of them below LITTLE_NOISE, evenly spread in each part.

    One from each slice: the gradient varies less than with independent ones.
    """
    places = (torch.arange(count) + torch.rand(count, generator=generator)) / count
    little = places * LITTLE_NOISE / share if share else places
    much = LITTLE_NOISE + (places - share) * (1000 - LITTLE_NOISE) / max(1e-9, 1 - share)
    return torch.where(places < share, little, much).long().clamp(0, 999)


def car_window(box, shape: tuple[int, int], rng: random.Random) -> tuple[int, int]:
    """Return top and left of a CROP x CROP window whose middle lies in the car's box.

    box: left, top, right, bottom in latent cells. At the frame's edge the window is moved inside.
    """
    corner = []
    for low, high, side in ((box[1], box[3], shape[0]), (box[0], box[2], shape[1])):
        start = rng.uniform(low, high) - CROP / 2
        start = _GRID * round(start / _GRID)
        corner.append(int(min(max(start, 0), side - CROP)))
    return corner[0], corner[1]


def cut_edge_weight(top: int, left: int, shape: tuple[int, int]) -> Tensor:
    """Return (CROP, CROP) ones, with noughts along edges that are cut and not the frame's own.

    Beyond a cut the whole frame has a picture and the crop has none: nothing is learned there.
    """
    weight = torch.ones(CROP, CROP)
    if top > 0:
        weight[0] = 0
    if top + CROP < shape[0]:
        weight[-1] = 0
    if left > 0:
        weight[:, 0] = 0
    if left + CROP < shape[1]:
        weight[:, -1] = 0
    return weight


class Scenes:
    """What each step is trained on, from its number alone."""

    def __init__(self, settings: RefineSettings) -> None:
        self.settings = settings
        self.buckets = cache.load(settings.folder / "scenes")
        self.bucket_sizes = [len(bucket) for bucket in self.buckets]
        self.words = tokenizer.load(settings.weights / "tokenizer")
        encoder = CLIPTextModel.from_pretrained(
            settings.weights / "text_encoder", dtype=torch.float32
        )
        self.encoder = encoder.eval().requires_grad_(False)
        self.empty = self._states([""])

    def batch(self, step: int) -> tuple[str, Tensor, Tensor, Tensor, Tensor, Tensor]:
        """Return kind, latents, text states, cell weights of mean 1, timesteps and noise."""
        rng = random.Random(f"refine-{self.settings.seed}-{step}")
        generator = torch.Generator().manual_seed(rng.randrange(1 << 62))
        bucket = rng.choices(self.buckets, self.bucket_sizes)[0]
        kind = "crop" if rng.random() < self.settings.crop_share else "frame"
        count = min(self.settings.batch * (4 if kind == "crop" else 1), len(bucket))
        rows = sorted(rng.sample(range(len(bucket)), count))
        latents = torch.from_numpy(np.stack([bucket.latents[row] for row in rows])).float()
        weight = car_weight(bucket.boxes[rows], latents.shape[-2:], self.settings.car_weight)
        share = self.settings.little_noise_share
        if kind == "crop":
            latents, weight = _crops(latents, weight, bucket.boxes[rows], rng)
            share = 1.0
        steps = timesteps(count, share, generator)
        noise = torch.randn(latents.shape, generator=generator)
        return kind, latents, self._captioned(bucket, rows, rng), weight, steps, noise

    def _captioned(self, bucket: cache.Bucket, rows: list[int], rng: random.Random) -> Tensor:
        states = self._states([training_caption(bucket.specs[row], rng) for row in rows])
        dropped = torch.tensor([rng.random() < self.settings.caption_dropout for _ in rows])
        return torch.where(dropped[:, None, None], self.empty, states)

    @torch.no_grad()
    def _states(self, texts: list[str]) -> Tensor:
        return self.encoder(tokenizer.encode(self.words, texts)).last_hidden_state


def _crops(latents: Tensor, weight: Tensor, boxes, rng: random.Random) -> tuple[Tensor, Tensor]:
    shape = tuple(latents.shape[-2:])
    cut, cut_weight = [], []
    for one, cells, box in zip(latents, weight, boxes, strict=True):
        top, left = car_window(box, shape, rng)
        window = (slice(top, top + CROP), slice(left, left + CROP))
        cut.append(one[:, window[0], window[1]])
        cut_weight.append(cells[window] * cut_edge_weight(top, left, shape))
    weight = torch.stack(cut_weight)
    return torch.stack(cut), weight / weight.mean((1, 2), keepdim=True)
