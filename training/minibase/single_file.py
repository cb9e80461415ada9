"""Export: the weights as one .safetensors file in the original Stable Diffusion layout.

diffusers reads it with `StableDiffusionPipeline.from_single_file(path, config=<weights folder>)`;
the folder supplies the shapes, since no public checkpoint has this one.
"""

from __future__ import annotations

from pathlib import Path

from safetensors.torch import load_file, save_file
from torch import Tensor

_LEVELS = 4
_LAYERS = 1  # layers_per_block of UNet and autoencoder


def write(weights: Path, out: Path) -> int:
    """Write the checkpoint; return its size in bytes."""
    state: dict[str, Tensor] = {}
    for name, value in _tensors(weights / "unet").items():
        state["model.diffusion_model." + unet_key(name)] = value
    for name, value in _tensors(weights / "vae").items():
        state["first_stage_model." + vae_key(name)] = value
    for name, value in _tensors(weights / "text_encoder").items():
        inner = name if name.startswith("text_model.") else f"text_model.{name}"
        state["cond_stage_model.transformer." + inner] = value
    out.parent.mkdir(parents=True, exist_ok=True)
    save_file({k: v.contiguous() for k, v in state.items()}, out, metadata={"format": "pt"})
    return out.stat().st_size


def _tensors(folder: Path) -> dict[str, Tensor]:
    out: dict[str, Tensor] = {}
    for path in sorted(folder.glob("*.safetensors")):
        out.update(load_file(path))
    return out


_RESNET = (
    ("norm1", "in_layers.0"),
    ("conv1", "in_layers.2"),
    ("time_emb_proj", "emb_layers.1"),
    ("norm2", "out_layers.0"),
    ("conv2", "out_layers.3"),
    ("conv_shortcut", "skip_connection"),
)
_OUTER = (
    ("time_embedding.linear_1", "time_embed.0"),
    ("time_embedding.linear_2", "time_embed.2"),
    ("conv_norm_out", "out.0"),
    ("conv_out", "out.2"),
    ("conv_in", "input_blocks.0.0"),
)


def _renamed(rest: str, table) -> str:
    head, _, tail = rest.rpartition(".")
    for ours, theirs in table:
        if head == ours:
            return f"{theirs}.{tail}"
    return rest


def unet_key(name: str) -> str:
    """Return the original name of a UNet tensor."""
    outer = _renamed(name, _OUTER)
    if outer != name:
        return outer
    parts = name.split(".")
    if parts[0] == "mid_block":
        if parts[1] == "attentions":
            return ".".join(["middle_block", "1", *parts[3:]])
        place = 2 * int(parts[2])
        return f"middle_block.{place}." + _renamed(".".join(parts[3:]), _RESNET)
    level, kind, index, rest = int(parts[1]), parts[2], int(parts[3]), ".".join(parts[4:])
    down = parts[0] == "down_blocks"
    block = "input_blocks" if down else "output_blocks"
    per_level = _LAYERS + 1
    place = per_level * level + index + (1 if down else 0)
    if kind == "resnets":
        return f"{block}.{place}.0." + _renamed(rest, _RESNET)
    if kind == "attentions":
        return f"{block}.{place}.1.{rest}"
    if kind == "downsamplers":
        return f"{block}.{per_level * (level + 1)}.0.op." + rest.removeprefix("conv.")
    # An upsampler follows the attention of its level's last layer, where there is one.
    slot = 2 if level == 1 else 1
    return f"{block}.{per_level * level + _LAYERS}.{slot}.{rest}"


def vae_key(name: str) -> str:
    """Return the original name of an autoencoder tensor."""
    for side, word, sampler, short in (
        ("encoder", "down", "downsamplers", "downsample"),
        ("decoder", "up", "upsamplers", "upsample"),
    ):
        for level in range(_LEVELS):
            theirs = level if side == "encoder" else _LEVELS - 1 - level
            old = f"{side}.{word}_blocks.{level}."
            if name.startswith(old):
                rest = name.removeprefix(old).replace(f"{sampler}.0.", f"{short}.")
                rest = rest.replace("resnets.", "block.").replace("conv_shortcut", "nin_shortcut")
                return f"{side}.{word}.{theirs}.{rest}"
    for index in (0, 1):
        name = name.replace(f"mid_block.resnets.{index}.", f"mid.block_{index + 1}.")
    name = name.replace("conv_shortcut", "nin_shortcut")
    return name.replace("conv_norm_out", "norm_out")
