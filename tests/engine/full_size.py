"""Base models of the real architectures with random weights, as one file in the original layout.

SD 1.5 in its full size (859 million numbers in the UNet, 2 GB as fp16); SDXL with every block,
layer and name of the real one, at a fifth of its width.
"""

import json
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from tests.engine import ldm_layout, toys
from training.engine.families.base_files import CONFIGS
from training.engine.families.clip_tokenizer import clip_tokenizer

NARROW_UNET = {
    "block_out_channels": [64, 128, 256],
    "attention_head_dim": [1, 2, 4],
    "cross_attention_dim": 64 + 128,
    "addition_time_embed_dim": 32,
    "projection_class_embeddings_input_dim": 128 + 6 * 32,
}
NARROW_VAE = {"block_out_channels": [32, 32, 64, 64]}
NARROW_TEXT = {"hidden_size": 64, "intermediate_size": 128, "num_attention_heads": 1}
NARROW_TEXT_2 = {
    "hidden_size": 128,
    "intermediate_size": 256,
    "num_attention_heads": 2,
    "projection_dim": 128,
}


def write_sd15(path: Path) -> Path:
    """A full-size SD 1.5 checkpoint, which needs nothing beside it."""
    pipe = StableDiffusionPipeline(
        unet=_network(UNet2DConditionModel, _read("sd15", "unet")),
        vae=_network(AutoencoderKL, _read("sd15", "vae")),
        text_encoder=_encoder(CLIPTextModel, _read("sd15", "text_encoder")),
        tokenizer=clip_tokenizer(),
        scheduler=DDIMScheduler.from_pretrained(CONFIGS / "sd15" / "scheduler"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    ldm_layout.write(pipe, path)
    return path


def write_narrow_sdxl(path: Path) -> Path:
    """An SDXL checkpoint of full depth and little width, with the folder that tells its widths."""
    pipe = StableDiffusionXLPipeline(
        unet=_network(UNet2DConditionModel, _read("sdxl", "unet") | NARROW_UNET),
        vae=_network(AutoencoderKL, _read("sdxl", "vae") | NARROW_VAE),
        text_encoder=_encoder(CLIPTextModel, _read("sdxl", "text_encoder") | NARROW_TEXT),
        text_encoder_2=_encoder(
            CLIPTextModelWithProjection, _read("sdxl", "text_encoder_2") | NARROW_TEXT_2
        ),
        tokenizer=clip_tokenizer(),
        tokenizer_2=clip_tokenizer(pad_token="!"),
        scheduler=DDIMScheduler.from_pretrained(CONFIGS / "sdxl" / "scheduler"),
    )
    ldm_layout.write(pipe, path)
    toys.write_config(pipe, path.with_suffix(".config"))
    return path


def _read(family: str, part: str) -> dict:
    return json.loads((CONFIGS / family / part / "config.json").read_text())


def _network(kind, config: dict):
    with torch.device("meta"):
        network = kind.from_config(config)
    return _filled(network)


def _encoder(kind, config: dict):
    with torch.device("meta"):
        encoder = kind(CLIPTextConfig(**config))
    return _filled(encoder)


@torch.no_grad()
def _filled(network):
    """The network in fp16 with small random weights; norms leave things as they are."""
    network = network.to_empty(device="cpu").half().eval()
    # Drawn once and repeated: a thousand million random numbers would take half a minute.
    numbers = torch.empty(1_000_003).uniform_(-1, 1, generator=torch.Generator().manual_seed(0))
    for name, value in network.named_parameters():
        if value.ndim < 2:
            value.fill_(1.0 if name.endswith("weight") else 0.0)
            continue
        inputs = value[0].numel()
        repeated = numbers.repeat(-(-value.numel() // len(numbers)))[: value.numel()]
        value.copy_(repeated.view_as(value) * inputs**-0.5)
    for name, value in network.named_buffers():
        if name.endswith("position_ids"):
            value.copy_(torch.arange(value.shape[-1]).expand(value.shape))
    return network
