"""A second layer at 32 x 32 for the UNet, put in so that nothing changes before it is trained."""

from __future__ import annotations

import torch
from diffusers import UNet2DConditionModel

# Wheels, lamps and edges are settled at 32 x 32, where the first UNet had one layer. A third one
# there would take 20 steps with guidance past 2.8 processor seconds for a picture of 512 px.
LAYERS = (2, 1, 1, 1)

# Names by `state_dict`: the layers that are new, and where an old one moves to. The last layer
# on the way up takes what the first convolution saw, so the new one slips in before it.
_NEW_DOWN, _NEW_UP = "down_blocks.0.resnets.1.", "up_blocks.3.resnets.1."
_MOVED = {"up_blocks.3.resnets.1.": "up_blocks.3.resnets.2."}


@torch.no_grad()
def widened(old: UNet2DConditionModel, seed: int = 0) -> UNet2DConditionModel:
    """Return a UNet with LAYERS, in float32, that answers exactly as `old` does.

    old: a UNet of one layer a level.
    seed: for the first convolutions of the new layers, whose outputs start at nought.
    Raises ValueError if `old` has other layers than one a level.
    """
    if old.config.layers_per_block != 1:
        raise ValueError(f"one layer a level is needed, not {old.config.layers_per_block}")
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        new = UNet2DConditionModel.from_config({**old.config, "layers_per_block": LAYERS})
    state = new.state_dict()
    for name, value in old.state_dict().items():
        state[_moved(name)].copy_(value)
    for layer in (_NEW_DOWN, _NEW_UP):
        for part in ("conv2.weight", "conv2.bias"):
            state[layer + part].zero_()
    # On the way up a layer also sees the state of the way down: pass the first half on alone.
    shortcut = state[_NEW_UP + "conv_shortcut.weight"]
    shortcut.zero_()[:, : len(shortcut), 0, 0] = torch.eye(len(shortcut))
    state[_NEW_UP + "conv_shortcut.bias"].zero_()
    return new


def is_new(name: str) -> bool:
    """Return whether a parameter of a widened UNet belongs to a new layer."""
    return name.startswith((_NEW_DOWN, _NEW_UP))


def _moved(name: str) -> str:
    for before, after in _MOVED.items():
        if name.startswith(before):
            return after + name.removeprefix(before)
    return name
