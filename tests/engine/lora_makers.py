"""Makers of LoRA files as other tools write them, for a toy base, and the change each must make.

`write_plain` writes random weights under the names of one tool; `write_peft` has peft itself make
and save an adapter. Both return the change of every layer's weight, {(part, path): ΔW}, computed
without our reader: from the formula, or by peft.
"""

import copy
import json
import warnings
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.tuners.lora import LoraLayer
from safetensors.torch import save_file

from training.engine.errors import EngineError
from training.engine.families.unet_layouts import original_name, unet_prefixes
from training.engine.lora import adapters, weight_files


@dataclass
class Style:
    """A LoRA in the making. layers: (part, path) → (down, up, alpha)."""

    layers: dict = field(default_factory=dict)
    tensors: dict = field(default_factory=dict)
    metadata: dict = field(default_factory=dict)

    def deltas(self) -> dict:
        return {
            place: up.float().flatten(1) @ down.float().flatten(1) * (alpha / down.shape[0])
            for place, (down, up, alpha) in self.layers.items()
        }


def random_style(model, seed: int, count: int = 4, parts=("unet", "text_encoder")) -> Style:
    """A style of `count` layers drawn at random, each with its own rank and alpha."""
    numbers = torch.Generator().manual_seed(seed)
    table = {(part, path): layer for part, path, layer in adapters.known_layers(model).values()}
    places = [place for place in sorted(table) if place[0] in parts]
    style = Style()
    for index in torch.randperm(len(places), generator=numbers)[:count].tolist():
        layer = table[places[index]]
        rank = int(torch.randint(1, 4, (), generator=numbers))
        alpha = float(torch.randint(1, 9, (), generator=numbers)) / 2
        shape = layer.weight.shape
        down = torch.randn(rank, *shape[1:], generator=numbers)
        up = torch.randn(shape[0], rank, *(1 for _ in shape[2:]), generator=numbers)
        style.layers[places[index]] = (down, up, alpha)
    return style


def name_kohya(model, part, path):
    return _flat(part, path)


def name_kohya_bare(model, part, path):
    """As kohya's tools would write an encoder of transformers 5, without its wrapper."""
    return _flat(part, path).replace("text_model_", "")


def name_sgm(model, part, path):
    if part != "unet":
        return _flat(part, path).replace("lora_te_", "lora_te1_")
    original = original_name(path, unet_prefixes(model.pipe.unet.config))
    return "lora_unet_" + (original or path).replace(".", "_")


def name_dotted(model, part, path):
    return f"{part}.{path}"


def name_dotted_wrapped(model, part, path):
    """As diffusers wrote encoders before transformers 5."""
    inner = path if part == "unet" or path.startswith("text_") else f"text_model.{path}"
    return f"{part}.{inner}"


def name_comfy(model, part, path):
    if part == "unet":
        original = original_name(path, unet_prefixes(model.pipe.unet.config)) or path
        return f"diffusion_model.{original}"
    clip = {"text_encoder": "clip_l", "text_encoder_2": "clip_g"}[part]
    inner = path if path.startswith("text_") else f"text_model.{path}"
    return f"text_encoders.{clip}.transformer.{inner}"


DIALECTS = {
    "kohya": (name_kohya, ".lora_down.weight", ".lora_up.weight"),
    "kohya, transformers 5": (name_kohya_bare, ".lora_down.weight", ".lora_up.weight"),
    "sgm": (name_sgm, ".lora_down.weight", ".lora_up.weight"),
    "ComfyUI": (name_comfy, ".lora_down.weight", ".lora_up.weight"),
    "diffusers": (name_dotted_wrapped, ".lora.down.weight", ".lora.up.weight"),
    "diffusers, transformers 5": (name_dotted, ".lora.down.weight", ".lora.up.weight"),
    "peft names": (name_dotted, ".lora_A.weight", ".lora_B.weight"),
    "peft names with adapter": (name_dotted_wrapped, ".lora_A.ink.weight", ".lora_B.ink.weight"),
}


def dress(
    style: Style, model, dialect: str, alpha_in: str = "tensor", dtype=torch.float32
) -> Style:
    """Fill style.tensors under a tool's names. alpha_in: "tensor" or "header" (dotted names)."""
    name, down_end, up_end = DIALECTS[dialect]
    header = {}
    for (part, path), (down, up, alpha) in style.layers.items():
        stem = name(model, part, path)
        style.tensors[stem + down_end] = down.to(dtype).contiguous()
        style.tensors[stem + up_end] = up.to(dtype).contiguous()
        if alpha_in == "tensor":
            style.tensors[stem + ".alpha"] = torch.tensor(alpha)
        else:
            own = stem.removeprefix(f"{part}.")
            header.setdefault(f"{part}.alpha_pattern", {})[own] = alpha
            header.setdefault(f"{part}.rank_pattern", {})[own] = down.shape[0]
            header[f"{part}.r"], header[f"{part}.lora_alpha"] = 64, 1
        style.layers[part, path] = (down.to(dtype), up.to(dtype), alpha)
    if header:
        style.metadata["lora_adapter_metadata"] = json.dumps(header)
    return style


def write(style: Style, path: Path) -> Path:
    save_file(style.tensors, path, style.metadata or None)
    return path


def write_peft(network, folder: Path, seed: int = 0, **settings) -> dict:
    """Have peft put an adapter on a network, save it and read it again; returns {path: ΔW} by its
    own layers.

    The network is only read. settings: of LoraConfig.
    """
    torch.manual_seed(seed)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # peft's own, of its own saving and reading
        model = get_peft_model(copy.deepcopy(network), LoraConfig(**settings))
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if "lora_" in name:
                    parameter.copy_(torch.randn_like(parameter) * 0.3)
        model.save_pretrained(folder, safe_serialization=True)
        # Saving sorts the patterns, of which the first that fits counts: what a file means is told
        # by reading it.
        model = PeftModel.from_pretrained(copy.deepcopy(network), folder)
    return {
        path.removeprefix("base_model.model."): layer.get_delta_weight("default").flatten(1)
        for path, layer in model.named_modules()
        if isinstance(layer, LoraLayer)
    }


def _flat(part: str, path: str) -> str:
    if part == "unet":
        return "lora_unet_" + path.replace(".", "_")
    prefix = {"text_encoder": "lora_te_", "text_encoder_2": "lora_te2_"}[part]
    if path == "text_projection":
        return prefix + path
    return prefix + "text_model_" + path.removeprefix("text_model.").replace(".", "_")


def refusal(path) -> EngineError:
    """Why a file is refused; a failure where it is not."""
    with pytest.raises(EngineError) as caught:
        weight_files.read(path)
    return caught.value


def assert_same(changes: dict, expected: dict) -> None:
    """Both tell the same layers, and the same change of each."""
    assert changes.keys() == expected.keys()
    for place, delta in expected.items():
        torch.testing.assert_close(changes[place], delta, rtol=1e-4, atol=1e-4, msg=str(place))


ODDITIES = {
    "peft DoRA": ("unet.x.lora_magnitude_vector", "DoRA"),
    "peft DoRA, weight": ("unet.x.lora_magnitude_vector.weight", "DoRA"),
    "kohya DoRA": ("lora_unet_mid_block_attentions_0_proj_in.dora_scale", "DoRA"),
    "bias": ("unet.conv_in.lora_B.bias", "biases"),
    "whole bias": ("base_model.model.conv_in.bias", "biases"),
    "norm": ("base_model.model.conv_norm_out.weight", "norms"),
    "LyCORIS norm": ("lora_unet_conv_norm_out.w_norm", "norms"),
    "LoHa": ("lora_unet_conv_in.hada_w1_a", "LoHa"),
    "LoKr": ("lora_unet_conv_in.lokr_w1", "LoKr"),
    "OFT": ("lora_unet_conv_in.oft_blocks", "OFT"),
    "peft OFT": ("base_model.model.conv_in.oft_R.weight", "OFT"),
    "BOFT": ("base_model.model.conv_in.boft_R", "BOFT"),
    "GLoRA": ("lora_unet_conv_in.a1.weight", "GLoRA"),
    "IA3": ("lora_unet_conv_in.on_input", "IA3"),
    "peft IA3": ("base_model.model.conv_in.ia3_l", "IA3"),
    "T-LoRA": ("lora_unet_conv_in.lambda_layer", "T-LoRA"),
    "full": ("lora_unet_conv_in.diff", "weight-difference"),
    "Tucker": ("lora_unet_conv_in.lora_mid.weight", "Tucker"),
    "embedding": ("base_model.model.token_embedding.lora_embedding_A", "embedding"),
    "bundled": ("bundle_emb.x.string_to_param.*", "embeddings"),
    "AdaLoRA": ("base_model.model.conv_in.lora_E", "AdaLoRA"),
    "VeRA": ("base_model.model.conv_in.vera_lambda_b", "VeRA"),
    "foreign": ("something.else", "something.else"),
    "foreign scalar": ("lora_unet_conv_in.scalar", "lora_unet_conv_in.scalar"),
}
"""Tensors that no plain LoRA has, and a word of the sentence that refuses a file with them."""
