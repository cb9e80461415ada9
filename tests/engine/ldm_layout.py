"""Writes a pipeline as one file in the original Stable Diffusion layout."""

import torch
from safetensors.torch import save_file

from training.engine.families import unet_layouts


def write(pipe, path, dtype=None) -> None:
    """Save UNet, VAE and text encoder(s) under the names the original checkpoints use."""
    tensors = {}
    prefixes = unet_layouts.unet_prefixes(pipe.unet.config)
    for name, value in pipe.unet.state_dict().items():
        tensors["model.diffusion_model." + unet_layouts.original_name(name, prefixes)] = value
    for name, value in pipe.vae.state_dict().items():
        original, value = _vae(name, value, len(pipe.vae.config.block_out_channels))
        tensors["first_stage_model." + original] = value
    if hasattr(pipe, "text_encoder_2"):
        tensors |= _clip(pipe.text_encoder, "conditioner.embedders.0.transformer.text_model.")
        tensors |= _open_clip(pipe.text_encoder_2, "conditioner.embedders.1.model.")
    else:
        tensors |= _clip(pipe.text_encoder, "cond_stage_model.transformer.text_model.")
    save_file(
        {k: v.detach().to(dtype or v.dtype).clone().contiguous() for k, v in tensors.items()}, path
    )


def _clip(encoder, prefix):
    return {
        prefix + name.removeprefix("text_model."): value
        for name, value in encoder.state_dict().items()
    }


def _open_clip(encoder, prefix):
    state = {k.removeprefix("text_model."): v for k, v in encoder.state_dict().items()}
    out = {
        prefix + "token_embedding.weight": state["embeddings.token_embedding.weight"],
        prefix + "positional_embedding": state["embeddings.position_embedding.weight"],
        prefix + "ln_final.weight": state["final_layer_norm.weight"],
        prefix + "ln_final.bias": state["final_layer_norm.bias"],
        prefix + "text_projection": state["text_projection.weight"].T,
    }
    parts = {
        "layer_norm1": "ln_1",
        "layer_norm2": "ln_2",
        "mlp.fc1": "mlp.c_fc",
        "mlp.fc2": "mlp.c_proj",
        "self_attn.out_proj": "attn.out_proj",
    }
    for i in range(encoder.config.num_hidden_layers):
        ours, theirs = f"encoder.layers.{i}.", f"{prefix}transformer.resblocks.{i}."
        for kind in ("weight", "bias"):
            for a, b in parts.items():
                out[f"{theirs}{b}.{kind}"] = state[f"{ours}{a}.{kind}"]
            out[f"{theirs}attn.in_proj_{kind}"] = torch.cat(
                [state[f"{ours}self_attn.{x}_proj.{kind}"] for x in "qkv"]
            )
    return out


def _vae(name, value, blocks):
    parts = name.split(".")
    if parts[0] not in ("encoder", "decoder"):
        return name, value
    side, rest = parts[0], parts[1:]
    if rest[0] == "mid_block":
        if rest[1] == "resnets":
            return f"{side}.mid.block_{int(rest[2]) + 1}.{_short(rest[3:])}", value
        layer = {
            "group_norm": "norm",
            "to_q": "q",
            "to_k": "k",
            "to_v": "v",
            "to_out": "proj_out",
        }[rest[3]]
        if value.ndim == 2:
            value = value[:, :, None, None]  # the original uses 1x1 convolutions here
        return f"{side}.mid.attn_1.{layer}.{rest[-1]}", value
    if rest[0] in ("down_blocks", "up_blocks"):
        way = rest[0].split("_")[0]
        number = int(rest[1]) if way == "down" else blocks - 1 - int(rest[1])
        if rest[2] == "resnets":
            return f"{side}.{way}.{number}.block.{rest[3]}.{_short(rest[4:])}", value
        return f"{side}.{way}.{number}.{way}sample.conv.{rest[-1]}", value
    return f"{side}.{rest[0].replace('conv_norm_out', 'norm_out')}.{rest[-1]}", value


def _short(parts):
    return ".".join(parts).replace("conv_shortcut", "nin_shortcut")
