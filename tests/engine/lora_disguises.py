"""The same LoRA stored otherwise, and such as were made of it: what a stranger might bring back.

Each takes (down, up, alpha) of a layer of a kohya file and returns them anew.
"""

from pathlib import Path

import torch
from safetensors.torch import load_file, save_file


def as_float32(down, up, alpha):
    return down.float(), up.float(), alpha


def as_bfloat16(down, up, alpha):
    return down.bfloat16(), up.bfloat16(), alpha


def as_float8(down, up, alpha):
    return down.to(torch.float8_e4m3fn), up.to(torch.float8_e4m3fn), alpha


def alpha_folded_in(down, up, alpha):
    """alpha = rank afterwards, as tools take it where none is told."""
    rank = len(down)
    return down.float(), up.float() * (alpha / rank), float(rank)


def rescaled(down, up, alpha):
    return down.float() / 16, up.float() * 16, alpha


def stronger_by_alpha(down, up, alpha):
    return down, up, alpha * 1.5


def weaker(down, up, alpha):
    """A strength of 0.9 baked in."""
    return down, up.float() * 0.9, alpha


def turned_round(down, up, alpha):
    """The opposite effect; a negative strength undoes it."""
    return down, -up.float(), alpha


def permuted(down, up, alpha):
    order = torch.arange(len(down)).flip(0)
    return down[order], up[:, order], alpha


def padded(down, up, alpha):
    """Twice the rank, the new half without effect."""
    more = torch.cat([down, torch.ones_like(down)])
    return more, torch.cat([up, torch.zeros_like(up)], 1), alpha * 2


def factorised_anew(down, up, alpha):
    """ΔW taken apart by its singular values."""
    change = up.float().flatten(1) @ down.float().flatten(1)
    left, values, right = torch.linalg.svd(change, full_matrices=False)
    rank, root = len(down), values.sqrt()
    new_down, new_up = root[:rank, None] * right[:rank], left[:, :rank] * root[:rank]
    return new_down.reshape(down.shape), new_up.reshape(up.shape), alpha


def slightly_noisy(down, up, alpha):
    """Noise of 1 % on each half."""
    return _noisy(down, 0.01, 1), _noisy(up, 0.01, 2), alpha


def noisy(down, up, alpha):
    """Noise of 20 % on each half."""
    return _noisy(down, 0.2, 1), _noisy(up, 0.2, 2), alpha


def _noisy(half, share, seed):
    numbers = torch.Generator().manual_seed(seed)
    half = half.float()
    return half + torch.randn(half.shape, generator=numbers) * half.std() * share


SAME = (
    as_float32,
    as_bfloat16,
    as_float8,
    alpha_folded_in,
    rescaled,
    stronger_by_alpha,
    weaker,
    turned_round,
    permuted,
    padded,
    factorised_anew,
    slightly_noisy,
)


def store(source: Path, target: Path, change) -> Path:
    """Write a kohya file with every layer changed."""
    tensors = load_file(source)
    for key in [key for key in tensors if key.endswith(".lora_down.weight")]:
        module = key.removesuffix(".lora_down.weight")
        names = [f"{module}.lora_down.weight", f"{module}.lora_up.weight", f"{module}.alpha"]
        down, up, alpha = change(*(tensors[name] for name in names[:2]), float(tensors[names[2]]))
        tensors |= dict(zip(names, (down.contiguous(), up.contiguous()), strict=False))
        tensors[names[2]] = torch.tensor(alpha, dtype=torch.float32)
    save_file(tensors, target)
    return target


def _of_layers(source: Path, target: Path, change) -> Path:
    """Write the file with change(tensors, modules) done to its tensors."""
    tensors = load_file(source)
    change(tensors, sorted({key.split(".")[0] for key in tensors}))
    save_file(tensors, target)
    return target


def without_every_fifth(source: Path, target: Path) -> Path:
    def change(tensors, modules):
        for key in list(tensors):
            if modules.index(key.split(".")[0]) % 5 == 0:
                del tensors[key]

    return _of_layers(source, target, change)


def with_two_of_three(source: Path, target: Path) -> Path:
    def change(tensors, modules):
        for key in list(tensors):
            if modules.index(key.split(".")[0]) % 3 == 0:
                del tensors[key]

    return _of_layers(source, target, change)


def with_every_third_zeroed(source: Path, target: Path) -> Path:
    def change(tensors, modules):
        for key, tensor in tensors.items():
            if modules.index(key.split(".")[0]) % 3 == 0 and ".lora_up." in key:
                tensor.zero_()

    return _of_layers(source, target, change)


def with_layers_rescaled(source: Path, target: Path) -> Path:
    """Each layer by a factor of its own, from 1/30 to 30, and every fifth left out."""

    def change(tensors, modules):
        for key in list(tensors):
            place = modules.index(key.split(".")[0])
            if place % 5 == 0:
                del tensors[key]
            elif ".lora_up." in key:
                tensors[key] = tensors[key].float() * 30 ** (place % 3 - 1)

    return _of_layers(source, target, change)


def with_every_third_turned_round(source: Path, target: Path) -> Path:
    def change(tensors, modules):
        for key in tensors:
            if ".lora_up." in key and modules.index(key.split(".")[0]) % 3 == 0:
                tensors[key] = -tensors[key].float()

    return _of_layers(source, target, change)


PARTS = (
    without_every_fifth,
    with_two_of_three,
    with_every_third_zeroed,
    with_layers_rescaled,
    with_every_third_turned_round,
)


def without_a_layer(source: Path, target: Path) -> Path:
    """Write the file without one of its layers."""
    tensors = load_file(source)
    [module, *_rest] = sorted({key.split(".")[0] for key in tensors})
    save_file({k: v for k, v in tensors.items() if not k.startswith(f"{module}.")}, target)
    return target
