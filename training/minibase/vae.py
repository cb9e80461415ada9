"""The autoencoder: learns the linear latents, and to paint sharp pictures from them.

The encoder regresses onto the latents that the UNet already trains on; the decoder learns
latents -> picture, with edges the linear latents cannot hold. Both train on crops.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from diffusers import AutoencoderKL
from torch import Tensor

from training.minibase.artist import STYLES, apply_style, draw, random_spec
from training.minibase.basis import CHANNELS, PATCH, LinearLatents, as_tensor
from training.minibase.cache import BUCKETS

SCALING = 0.5  # UNet latent = autoencoder latent * SCALING, as in every Stable Diffusion


def new_vae() -> AutoencoderKL:
    """Return an untrained autoencoder: 8 x 8 pixels to one cell of 12 numbers."""
    blocks = (16, 32, 64, 64)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * 4,
        up_block_types=("UpDecoderBlock2D",) * 4,
        block_out_channels=blocks,
        layers_per_block=1,
        latent_channels=CHANNELS,
        norm_num_groups=8,
        sample_size=256,
        scaling_factor=SCALING,
        mid_block_add_attention=False,
    )


def train(
    folder: Path,
    *,
    seconds: float,
    seed: int = 0,
    batch: int = 12,
    learning_rate: float = 2e-3,
    say: Callable[[str], None] = print,
) -> None:
    """Train, or go on training, the autoencoder in folder/vae for `seconds` of processor time."""
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    out = folder / "vae"
    basis = LinearLatents.load(folder / "basis.npz")
    vae = AutoencoderKL.from_pretrained(out) if (out / "config.json").exists() else new_vae()
    vae.train()
    pool = _Crops(seed, batch)
    optimizer = torch.optim.AdamW(
        vae.parameters(), learning_rate, betas=(0.9, 0.99), weight_decay=1e-4
    )
    started, step, paint, match = time.process_time(), 0, None, 0.0
    while (spent := time.process_time() - started) < seconds:
        share = spent / seconds
        for group in optimizer.param_groups:
            fall = 1.0 if share < 0.5 else max(0.03, 2 * (1 - share))
            group["lr"] = learning_rate * min(1, (step + 1) / 60) * fall
        images = pool.next(large=share > 0.85)
        latents = basis.encode(images)
        blur = 0.16 * torch.rand(len(images), 1, 1, 1) * torch.randn_like(latents)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            painted = vae.decode((latents + blur) / SCALING).sample
        loss = _paint_loss(painted.float(), images)
        paint = loss.item() if paint is None else 0.98 * paint + 0.02 * loss.item()
        if step % 3 == 0:
            with torch.autocast("cpu", dtype=torch.bfloat16):
                coded = vae.encode(images).latent_dist
            error = F.mse_loss(coded.mean.float() * SCALING, latents)
            match = 0.95 * match + 0.05 * error.item() if match else error.item()
            loss = loss + 2 * error + 1e-3 * (coded.logvar.float() + 10).pow(2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(vae.parameters(), 1.0)
        optimizer.step()
        step += 1
        if step % 100 == 0:
            say(f"vae step {step}, {spent:.0f} s, paint {paint:.4f}, match {match:.4f}")
        if step % 500 == 0:
            vae.save_pretrained(out)
    vae.save_pretrained(out)
    (out / "figures.json").write_text(json.dumps(measure(vae, seed), indent=1) + "\n")


def _paint_loss(painted: Tensor, images: Tensor) -> Tensor:
    """L1 and L2 on pixels plus L1 on gradients at three scales, which keeps edges sharp."""
    loss = F.l1_loss(painted, images) + 0.5 * F.mse_loss(painted, images)
    for scale in (1, 2, 4):
        a = F.avg_pool2d(painted, scale) if scale > 1 else painted
        b = F.avg_pool2d(images, scale) if scale > 1 else images
        across = F.l1_loss(a[..., 1:] - a[..., :-1], b[..., 1:] - b[..., :-1])
        down = F.l1_loss(a[..., 1:, :] - a[..., :-1, :], b[..., 1:, :] - b[..., :-1, :])
        loss = loss + 0.5 * (across + down)
    return loss


class _Crops:
    """Random crops of drawn scenes, a third of them repainted so that unknown styles decode."""

    def __init__(self, seed: int, batch: int, images: int = 500) -> None:
        self.batch, self.generator = batch, np.random.default_rng(seed)
        self.specs = random.Random(f"vae-{seed}")
        self.images = [self._fresh() for _ in range(images)]

    def _fresh(self) -> np.ndarray:
        size = self.specs.choice([(256, 256), *BUCKETS])
        return np.asarray(draw(random_spec(self.specs), size))

    def next(self, *, large: bool) -> Tensor:
        """Return (B, 3, S, S) in -1..1; `large` crops see more of a scene at once."""
        side, count = (160, max(2, self.batch // 5)) if large else (64, self.batch)
        for _ in range(2):  # slowly replace the pool with new scenes
            self.images[self.generator.integers(len(self.images))] = self._fresh()
        crops = []
        for index in self.generator.integers(0, len(self.images), count):
            whole = self.images[index]
            top = PATCH * self.generator.integers(0, (whole.shape[0] - side) // PATCH + 1)
            left = PATCH * self.generator.integers(0, (whole.shape[1] - side) // PATCH + 1)
            crop = torch.from_numpy(whole[top : top + side, left : left + side].copy())
            crop = crop.permute(2, 0, 1).float() / 255
            crops.append(self._repainted(crop) if self.generator.random() < 0.35 else crop)
        crops = torch.stack(crops) * 2 - 1
        return crops.flip(3) if self.generator.random() < 0.5 else crops

    def _repainted(self, crop: Tensor) -> Tensor:
        """General changes of palette, line and texture; none of the five styles is among them."""
        generator = self.generator
        if generator.random() < 0.5:
            crop = crop[torch.from_numpy(generator.permutation(3))]
        if generator.random() < 0.2:
            crop = 1 - crop
        grey = crop.mean(0, keepdim=True)
        crop = grey + (crop - grey) * float(generator.choice([0, 0.4, 1.4, 1.8]))
        gain, lift = generator.uniform(0.5, 1.2, (3, 1, 1)), generator.uniform(-0.1, 0.2, (3, 1, 1))
        crop = crop * torch.from_numpy(gain).float() + torch.from_numpy(lift).float()
        if generator.random() < 0.2:  # few flat tones
            steps = float(generator.integers(2, 6))
            crop = (crop * steps).round() / steps
        if generator.random() < 0.35:  # a line drawing in two chance colours
            edge = (crop[:, 1:, 1:] - crop[:, :-1, :-1]).abs().amax(0)
            edge = (F.pad(edge, (0, 1, 0, 1))[None] * float(generator.uniform(2, 5))).clamp(0, 1)
            one, two = torch.from_numpy(generator.random((2, 3, 1, 1))).float()
            ground = one if generator.random() < 0.5 else crop
            crop = ground * (1 - edge) + two * edge
        if generator.random() < 0.25:  # stripes
            y, x = torch.meshgrid(*(torch.arange(float(s)) for s in crop.shape[1:]), indexing="ij")
            angle, period = generator.uniform(0, 3.14), generator.uniform(8, 40)
            turned = float(np.cos(angle)) * x + float(np.sin(angle)) * y
            line = ((turned % period) < generator.uniform(1, 3)).float()[None]
            crop = crop * (1 - line) + torch.from_numpy(generator.random((3, 1, 1))).float() * line
        return crop.clamp(0, 1)


@torch.no_grad()
def measure(vae: AutoencoderKL, seed: int = 0, count: int = 24) -> dict[str, float]:
    """Return peak signal-to-noise ratios in dB after encoding and decoding unseen pictures."""
    vae.eval()
    rng = random.Random(f"vae-held-out-{seed}")
    scenes = [draw(random_spec(rng), 256) for _ in range(count)]
    figures = {"scenes_psnr": _psnr(vae, scenes)}
    for style in STYLES:
        painted = [apply_style(style, scene, i) for i, scene in enumerate(scenes[:8])]
        figures[f"{style}_psnr"] = _psnr(vae, painted)
    return figures


def _psnr(vae: AutoencoderKL, images) -> float:
    errors = []
    for start in range(0, len(images), 8):
        batch = torch.stack([as_tensor(p) for p in images[start : start + 8]])
        again = vae.decode(vae.encode(batch).latent_dist.mode()).sample.clamp(-1, 1)
        errors.append(F.mse_loss(again, batch).item() / 4)
    return round(-10 * float(np.log10(np.mean(errors))), 2)
