"""Linear latents: every 8 x 8 patch as twelve numbers, ready before any network is trained.

Three axes hold the patch's mean colour, nine its strongest structure (gradients, bars, corners).
A plain principal component analysis would drop the rarest colour axis first and turn red cars
orange, hence the fixed colour axes. The autoencoder learns these same latents, so the UNet can
train on them at once.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from training.minibase.artist import draw, random_spec

PATCH = 8
CHANNELS = 12
_COLOUR_FLOOR = 0.75  # colour axes keep at least this spread, or rare hues drown in noise
_TAPER = 0.3  # power by which weaker axes get less spread, so detail is settled last


@dataclass(frozen=True)
class LinearLatents:
    """axes: (12, 3, 8, 8); offset and gain: (12,). Latent = (patch . axis - offset) * gain."""

    axes: Tensor
    offset: Tensor
    gain: Tensor

    def encode(self, images: Tensor) -> Tensor:
        """Return latents (B, 12, H/8, W/8) of pictures (B, 3, H, W) in -1..1."""
        raw = F.conv2d(images, self.axes, stride=PATCH)
        return (raw - self.offset[:, None, None]) * self.gain[:, None, None]

    def decode(self, latents: Tensor) -> Tensor:
        """Return the blocky pictures the latents stand for, (B, 3, H, W), clipped to -1..1."""
        raw = latents / self.gain[:, None, None] + self.offset[:, None, None]
        return F.conv_transpose2d(raw, self.axes, stride=PATCH).clamp(-1, 1)

    def save(self, path: Path) -> None:
        np.savez(path, axes=self.axes, offset=self.offset, gain=self.gain)

    @classmethod
    def load(cls, path: Path) -> LinearLatents:
        with np.load(path) as stored:
            return cls(*(torch.from_numpy(stored[k]) for k in ("axes", "offset", "gain")))


def as_tensor(image) -> Tensor:
    """Return a Pillow picture as (3, H, W) float32 in -1..1."""
    return torch.from_numpy(np.asarray(image, np.float32)).permute(2, 0, 1) / 127.5 - 1


def fit(seed: int = 0, images: int = 400) -> LinearLatents:
    """Return latents fitted to freshly drawn scenes."""
    rng = random.Random(f"basis-{seed}")
    scenes = torch.stack([as_tensor(draw(random_spec(rng), 256)) for _ in range(images)])
    patches = F.unfold(scenes, PATCH, stride=PATCH).transpose(1, 2).reshape(-1, 3 * PATCH**2)
    patches = patches.reshape(-1, 3, PATCH**2).double()[::3]
    centre = patches.mean((0, 2), keepdim=True)
    centred = (patches - centre).reshape(len(patches), -1)
    means = (patches - centre).mean(2)
    _, colours = torch.linalg.eigh(means.T @ means)
    colours = colours.flip(1).T  # strongest first
    flat = colours[:, :, None].expand(3, 3, PATCH**2).reshape(3, -1) / PATCH
    rest = centred - centred @ flat.T @ flat
    _, structure = torch.linalg.eigh(rest.T @ rest)
    axes = torch.cat([flat, structure.flip(1).T[: CHANNELS - 3]])
    # An eigenvector's sign is free; fix it so that every machine fits the same latents.
    strongest = axes.gather(1, axes.abs().argmax(1, keepdim=True))
    axes = axes * strongest.sign()
    raw = patches.reshape(len(patches), -1) @ axes.T
    spread = raw.std(0)
    scale = (spread / spread.max()) ** _TAPER
    scale[:3] = scale[:3].clamp(min=_COLOUR_FLOOR)
    return LinearLatents(
        axes.reshape(CHANNELS, 3, PATCH, PATCH).float(),
        raw.mean(0).float(),
        (scale / spread).float(),
    )
