"""Networks that enlarge a picture fourfold, as Real-ESRGAN trained them, and their files.

Real-ESRGAN: Wang et al. 2021, https://arxiv.org/abs/2107.10833. The compact network is SRVGGNet of
its realesr-animevideov3; the deep one ESRGAN's RRDBNet (https://arxiv.org/abs/1809.00219). Files
are made by `docs/tools/make_upscaler.py`; the compact one lies beside this module (`upscaler`).
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import safetensors.torch
import torch
from torch import nn
from torch.nn import functional

from training.engine.errors import EngineError
from training.engine.files import safetensors_header
from training.engine.tools import upscaler
from training.engine.tools.upscaler import SCALE

CHANNELS = 64
COMPACT, DEEP = "compact", "rrdb"
_GROWTH = 32  # channels that each layer of a dense block adds
_DENSE = 5  # layers of a dense block
_LEAK = 0.2
_SHARE = 0.2  # of what a block adds to its input
_MOST_BLOCKS = 64


class Compact(nn.Module):
    """(B, 3, H, W) in [0, 1] → (B, 3, 4H, 4W). A point depends on `reach` pixels around it."""

    reach: int
    tile = 256  # px of a part that it enlarges at once, in some 100 MB

    def __init__(self, blocks: int):
        super().__init__()
        self.reach = blocks + 2
        layers: list[nn.Module] = [_conv(3, CHANNELS), nn.PReLU(CHANNELS)]
        for _ in range(blocks):
            layers += [_conv(CHANNELS, CHANNELS), nn.PReLU(CHANNELS)]
        self.body = nn.Sequential(*layers, _conv(CHANNELS, 3 * SCALE**2))

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        nearest = functional.interpolate(picture, scale_factor=SCALE, mode="nearest")
        return functional.pixel_shuffle(self.body(picture), SCALE) + nearest


class Deep(nn.Module):
    """(B, 3, H, W) in [0, 1] → (B, 3, 4H, 4W). What lies farther than `reach` hardly counts."""

    reach = 24
    tile = 128  # in some 600 MB

    def __init__(self, blocks: int):
        super().__init__()
        self.first = _conv(3, CHANNELS)
        self.blocks = nn.Sequential(*(_Dense3() for _ in range(blocks)))
        self.trunk = _conv(CHANNELS, CHANNELS)
        self.up = nn.ModuleList(_conv(CHANNELS, CHANNELS) for _ in range(2))
        self.fine = _conv(CHANNELS, CHANNELS)
        self.last = _conv(CHANNELS, 3)

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        features = self.first(picture)
        features = features + self.trunk(self.blocks(features))
        for up in self.up:
            doubled = functional.interpolate(features, scale_factor=2, mode="nearest")
            features = functional.leaky_relu(up(doubled), _LEAK)
        return self.last(functional.leaky_relu(self.fine(features), _LEAK))


class _Dense3(nn.Module):
    """Three dense blocks, the residual in residual of ESRGAN."""

    def __init__(self):
        super().__init__()
        self.dense = nn.Sequential(*(_Dense() for _ in range(3)))

    def forward(self, features):
        return features + _SHARE * self.dense(features)


class _Dense(nn.Module):
    def __init__(self):
        super().__init__()
        self.layers = nn.ModuleList(
            _conv(CHANNELS + _GROWTH * n, _GROWTH if n < _DENSE - 1 else CHANNELS)
            for n in range(_DENSE)
        )

    def forward(self, features):
        found = [features]
        for layer in self.layers[:-1]:
            found.append(functional.leaky_relu(layer(torch.cat(found, 1)), _LEAK))
        return features + _SHARE * self.layers[-1](torch.cat(found, 1))


def build(architecture: str, blocks: int) -> Compact | Deep:
    """The network without weights. architecture: COMPACT or DEEP."""
    return Compact(blocks) if architecture == COMPACT else Deep(blocks)


def bundled() -> Compact | Deep:
    """The network that lies beside this module. Raises EngineError: those of upscaler.check."""
    upscaler.check()
    return load(upscaler.BUNDLED)


@lru_cache(maxsize=2)
def load(path: str | Path) -> Compact | Deep:
    """The network of a file, ready to use, float32.

    Raises EngineError: those of safetensors_header.read_header; upscaler-unknown.
    """
    name = Path(path).name
    told = safetensors_header.read_header(path).metadata
    blocks = told.get("blocks", "")
    if told.get("architecture") not in (COMPACT, DEEP) or not blocks.isdecimal():
        raise EngineError("upscaler-unknown", name=name)
    if not 1 <= int(blocks) <= _MOST_BLOCKS:
        raise EngineError("upscaler-unknown", name=name)
    with torch.device("meta"):
        network = build(told["architecture"], int(blocks))
    weights = {key: value.float() for key, value in safetensors.torch.load_file(path).items()}
    try:
        network.load_state_dict(weights, assign=True)
    except RuntimeError as error:
        raise EngineError("upscaler-unknown", name=name) from error
    return network.eval().requires_grad_(False)


def _conv(into: int, out: int) -> nn.Conv2d:
    return nn.Conv2d(into, out, 3, padding=1)
