"""Train the UNet on cached latents: several one-thread processes that average their weights.

On the machines this was made for, two processes with one thread each did twice the work of one
process with two threads. Each process takes its own steps and every few steps all weights are
averaged (local SGD). A run can be stopped at any time and goes on where it stood.
"""

from __future__ import annotations

import json
import math
import os
import random
import signal
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing as mp
from diffusers import DDIMScheduler
from diffusers.models.attention_processor import AttnProcessor
from torch import Tensor
from transformers import CLIPTextModel

from training.minibase import cache, sheets, tokenizer, unet
from training.minibase.artist.captions import training_caption
from training.minibase.basis import LinearLatents


@dataclass(frozen=True)
class UNetTrainingSettings:
    """How one UNet training goes. Times are in seconds, `batch` is per process."""

    folder: Path
    seconds: float
    workers: int = 2
    batch: int = 16
    learning_rate: float = 8e-4
    flat_share: float = 0.45  # of the time at full rate, before it falls
    caption_dropout: float = 0.1
    car_weight: float = 2.0  # how much more a cell of the car's box counts
    sync_every: int = 8
    ema: float = 0.985  # per averaging
    save_every: float = 180.0
    sheet_every: float = 300.0
    sheet_steps: int = 20  # of denoising its pictures
    seed: int = 0
    channels: tuple[int, ...] = unet.WIDTHS


def train(settings: UNetTrainingSettings) -> None:
    """Train until `settings.seconds` of training time are used up, from the last state if there."""
    if settings.workers == 1:
        _Worker(settings, 0).run()
        return
    os.environ.setdefault("MASTER_ADDR", "127.0.0.1")
    os.environ.setdefault("MASTER_PORT", "29541")
    mp.spawn(_run_worker, args=(settings,), nprocs=settings.workers)


def _run_worker(rank: int, settings: UNetTrainingSettings) -> None:
    dist.init_process_group("gloo", rank=rank, world_size=settings.workers)
    _Worker(settings, rank).run()
    dist.destroy_process_group()


class _Worker:
    """One process of the training: model, optimizer, data and clock."""

    def __init__(self, settings: UNetTrainingSettings, rank: int) -> None:
        self.settings, self.rank = settings, rank
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        if self.device.type == "cpu":
            torch.set_num_threads(1)
            torch.set_flush_denormal(True)
        torch.manual_seed(settings.seed)
        self.out = settings.folder / "unet"
        self.out.mkdir(parents=True, exist_ok=True)
        self.tokenizer = tokenizer.load(settings.folder / "tokenizer")
        encoder = CLIPTextModel.from_pretrained(settings.folder / "text_encoder")
        self.encoder = encoder.to(self.device).eval().requires_grad_(False)
        self.empty = self._states([""])
        self.model = unet.new_unet(settings.channels).to(self.device)
        if self.device.type == "cpu":
            # The fused attention is slow for so few tokens: plain products took 1/8 off a step.
            self.model.set_attn_processor(AttnProcessor())
        self.parameters = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(
            self.parameters,
            settings.learning_rate,
            betas=(0.9, 0.99),
            weight_decay=0.01,
            fused=True,
        )
        self.average = [p.detach().clone() for p in self.parameters]
        self.schedule = unet.noise_schedule()
        self.step = self.averagings = 0
        self.spent = 0.0
        self.loss = None
        self.asked_to_stop = False
        self._restore()
        self.rng = random.Random(f"unet-{settings.seed}-{rank}-{self.step}")
        torch.manual_seed(self.rng.randrange(1 << 62))
        self.buckets = cache.load(settings.folder / "scenes")
        self.bucket_sizes = [len(bucket) for bucket in self.buckets]

    def run(self) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        began, base = time.monotonic(), self.spent
        saved_at = sampled_at = self.spent
        while True:
            self.spent = base + time.monotonic() - began
            if self.step % self.settings.sync_every == 0:
                self._average_workers()
                if self._all_done():
                    break
                if self.spent - saved_at > self.settings.save_every:
                    saved_at = self.spent
                    self._save()
                if self.rank == 0 and self.spent - sampled_at > self.settings.sheet_every:
                    sampled_at = self.spent
                    self._sheet(f"sheet-{int(self.spent):05d}.png")
            self._one_step()
            if self.rank == 0 and self.step % 50 == 0:
                self._log()
        self._save()
        if self.rank == 0:
            self._sheet("sheet-last.png")

    def _stop(self, *_args) -> None:
        self.asked_to_stop = True

    def _all_done(self) -> bool:
        done = self.asked_to_stop or self.spent > self.settings.seconds
        flag = torch.tensor([float(done)])
        if self.settings.workers > 1:
            dist.all_reduce(flag, dist.ReduceOp.MAX)
        return bool(flag.item())

    def _learning_rate(self) -> float:
        share, flat = self.spent / self.settings.seconds, self.settings.flat_share
        fall = 1.0
        if share > flat:
            fall = 0.5 * (1 + math.cos(math.pi * min(1.0, (share - flat) / (1 - flat))))
        return self.settings.learning_rate * min(1.0, (self.step + 1) / 80) * max(0.02, fall)

    @torch.no_grad()
    def _states(self, texts: list[str]) -> Tensor:
        ids = tokenizer.encode(self.tokenizer, texts).to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            return self.encoder(ids).last_hidden_state.float()

    def _batch(self) -> tuple[Tensor, Tensor, Tensor]:
        """Return latents, text states and the loss weight of each cell (mean 1)."""
        bucket = self.rng.choices(self.buckets, self.bucket_sizes)[0]
        rows = sorted(self.rng.sample(range(len(bucket)), self.settings.batch))
        latents = torch.from_numpy(np.stack([bucket.latents[i] for i in rows])).float()
        texts = [training_caption(bucket.specs[i], self.rng) for i in rows]
        states = self._states(texts)
        dropped = torch.tensor([self.rng.random() < self.settings.caption_dropout for _ in rows])
        states = torch.where(dropped.to(self.device)[:, None, None], self.empty, states)
        weight = car_weight(bucket.boxes[rows], latents.shape[-2:], self.settings.car_weight)
        return latents.to(self.device), states, weight.to(self.device)

    def _one_step(self) -> None:
        latents, states, weight = self._batch()
        count = len(latents)
        # One timestep from each slice of the schedule: the gradient varies less than with chance.
        steps = ((torch.arange(count) + torch.rand(count)) / count * 1000).long().to(self.device)
        noise = torch.randn_like(latents)
        noisy = self.schedule.add_noise(latents, noise, steps)
        target = self.schedule.get_velocity(latents, noise, steps)
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            guess = self.model(noisy, steps, states, return_dict=False)[0]
        squared = (guess.float() - target).pow(2).mean(1) * weight
        loss = (squared.mean((1, 2)) * step_weight(self.schedule, steps)).mean()
        for group in self.optimizer.param_groups:
            group["lr"] = self._learning_rate()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.parameters, 1.0)
        self.optimizer.step()
        self.step += 1
        value = loss.item()
        self.loss = value if self.loss is None else 0.98 * self.loss + 0.02 * value

    @torch.no_grad()
    def _average_workers(self) -> None:
        if self.settings.workers > 1:
            flat = torch._utils._flatten_dense_tensors([p.data for p in self.parameters])
            dist.all_reduce(flat)
            flat /= self.settings.workers
            parts = torch._utils._unflatten_dense_tensors(flat, [p.data for p in self.parameters])
            torch._foreach_copy_([p.data for p in self.parameters], list(parts))
        self.averagings += 1
        keep = min(self.settings.ema, self.averagings / (self.averagings + 9))
        torch._foreach_lerp_(self.average, [p.detach() for p in self.parameters], 1 - keep)

    def _log(self) -> None:
        line = {
            "step": self.step,
            "samples": self.step * self.settings.batch * self.settings.workers,
            "seconds": round(self.spent),
            "loss": round(self.loss, 4),
            "rate": round(self._learning_rate(), 7),
        }
        with (self.out / "log.jsonl").open("a") as log:
            log.write(json.dumps(line) + "\n")

    def _state_path(self) -> Path:
        return self.out / f"state-{self.rank}.pt"

    def _save(self) -> None:
        state = {
            "model": self.model.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "average": self.average,
            "step": self.step,
            "averagings": self.averagings,
            "spent": self.spent,
            "loss": self.loss,
        }
        partial = self._state_path().with_suffix(".part")
        torch.save(state, partial)
        partial.replace(self._state_path())
        if self.rank == 0:
            self._export()

    def _restore(self) -> None:
        if not self._state_path().exists():
            return
        state = torch.load(self._state_path(), map_location=self.device, weights_only=True)
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.average = state["average"]
        self.step, self.averagings = state["step"], state["averagings"]
        self.spent, self.loss = state["spent"], state["loss"]

    def _averaged(self) -> torch.nn.Module:
        model = unet.new_unet(self.settings.channels).to(self.device).eval()
        with torch.no_grad():
            torch._foreach_copy_([p.data for p in model.parameters()], self.average)
        return model

    def _export(self) -> None:
        self._averaged().save_pretrained(self.out / "averaged")

    def _sheet(self, name: str) -> None:
        specs = sheets.progress_specs()
        states = self._states(sheets.prompts(specs))
        model = self._averaged()
        with torch.autocast(self.device.type, dtype=torch.bfloat16):
            latents = unet.sample_latents(
                model, states, self.empty, seed=7, steps=self.settings.sheet_steps
            )
        basis = LinearLatents.load(self.settings.folder / "basis.npz")
        sheets.grid(basis.decode(latents.cpu()), columns=4).save(self.out / name)


def step_weight(schedule: DDIMScheduler, steps: Tensor) -> Tensor:
    """Return (B,) loss weights. Nearly clean pictures count less: what is left is texture."""
    signal_share = schedule.alphas_cumprod.to(steps.device)[steps]
    ratio = signal_share / (1 - signal_share).clamp(min=1e-6)
    return (5 / ratio.clamp(min=1e-6)).clamp(max=1).sqrt()


def car_weight(boxes: np.ndarray, shape, extra: float) -> Tensor:
    """Return (B, h, w) weights of mean 1; cells inside the car's box count `extra` more."""
    box = torch.from_numpy(boxes)
    y = torch.arange(shape[0])[None, :, None] + 0.5
    x = torch.arange(shape[1])[None, None, :] + 0.5
    left, top, right, bottom = (box[:, k, None, None] for k in range(4))
    inside = (x > left - 0.5) & (x < right + 0.5) & (y > top - 0.5) & (y < bottom + 0.5)
    weight = 1 + extra * inside.float()
    return weight / weight.mean((1, 2), keepdim=True)
