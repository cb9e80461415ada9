"""Toy base models from the real classes, with random weights: small enough for any test.

`write_base(folder, family)` writes a diffusers folder; `write_single_file(path, family)` the same
network as one file in the original Stable Diffusion layout, with its `<stem>.config` folder.
"""

import json
from pathlib import Path

import numpy as np
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    StableDiffusionPipeline,
    StableDiffusionXLPipeline,
    UNet2DConditionModel,
)
from PIL import Image
from transformers import (
    CLIPTextConfig,
    CLIPTextModel,
    CLIPTextModelWithProjection,
    CLIPTokenizer,
)

from tests.engine import ldm_layout
from training.engine.families.clip_tokenizer import clip_tokenizer, clip_vocabulary

NEUTRAL = "plain picture"


def make_pipe(family: str = "sd15", seed: int = 0, tokenizer: str = "bytes"):
    """A toy pipeline: 32-wide networks, pictures of 32 px (sd15: VAE factor 2, 4 channels).

    studio-mini differs on purpose: VAE factor 4, 8 latent channels, v-prediction, 32 tokens.
    tokenizer: "bytes" is quick to load; "clip" is the real one, which single files need.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return _MAKERS[family](_TOKENIZERS[tokenizer])


def write_base(folder: str | Path, family: str = "sd15", seed: int = 0) -> Path:
    """A toy base as a diffusers folder (studio-mini: with studio.json). Returns the folder."""
    folder = Path(folder)
    make_pipe(family, seed).save_pretrained(folder, safe_serialization=True)
    if family == "studio-mini":
        facts = {
            "family": "studio-mini",
            "version": "toy",
            "default_width": 48,
            "default_height": 32,
            "recommended_targets": ["to_q", "to_k", "to_v", "to_out.0", "conv1", "conv2"],
            "recommended_training": {"lora_rank": 4, "learning_rate": 1e-3},
            "generation_defaults": {"steps": 10, "guidance": 3.0},
            "sizes": {"3:2": [48, 32], "2:3": [32, 48], "1:1": [40, 40]},
            "neutral_phrase": NEUTRAL,
        }
        (folder / "studio.json").write_text(json.dumps(facts), encoding="utf-8")
    return folder


def write_single_file(path: str | Path, family: str = "sd15", seed: int = 0) -> Path:
    """A toy base as one .safetensors file, and beside it the folder that tells its toy sizes."""
    path = Path(path)
    pipe = make_pipe(family, seed, tokenizer="clip")
    ldm_layout.write(pipe, path)
    write_config(pipe, path.with_suffix(".config"))
    return path


def write_config(pipe, folder: Path) -> None:
    """Only the configurations of a pipeline, as a diffusers folder without weights."""
    folder.mkdir(parents=True, exist_ok=True)
    pipe.save_config(folder)
    for name, part in pipe.components.items():
        if name.startswith("tokenizer"):
            (folder / name).mkdir(exist_ok=True)
        elif isinstance(part, torch.nn.Module):
            target = folder / name
            target.mkdir(exist_ok=True)
            if hasattr(part, "save_config"):
                part.save_config(target)
            else:
                part.config.save_pretrained(target)
        elif name == "scheduler":
            part.save_pretrained(folder / name)


def write_dataset(folder: str | Path, count: int = 4, size=(40, 40), seed: int = 0) -> Path:
    """`count` PNG pictures of coloured noise with captions in metadata.csv. Returns the folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    numbers = np.random.default_rng(seed)
    lines = []
    for i in range(count):
        colour = numbers.integers(0, 256, 3)
        noise = numbers.integers(-30, 30, (size[1], size[0], 3))
        pixels = (colour + noise).clip(0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"img{i:03}.png")
        lines.append(f"img{i:03}.png,arcade number {i} with red lanterns, green tiles")
    (folder / "metadata.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def make_unet(**changes):
    """A toy UNet with random weights; changes: settings of UNet2DConditionModel."""
    settings = {
        "sample_size": 16,
        "layers_per_block": 1,
        "block_out_channels": (32, 64),
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"),
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
        "norm_num_groups": 8,
    }
    return UNet2DConditionModel(**(settings | changes)).eval()


def _vae(blocks=(8, 16), channels=4):
    return AutoencoderKL(
        block_out_channels=blocks,
        norm_num_groups=4,
        down_block_types=("DownEncoderBlock2D",) * len(blocks),
        up_block_types=("UpDecoderBlock2D",) * len(blocks),
        latent_channels=channels,
    ).eval()


def _byte_tokenizer(pad_token="<|endoftext|>", max_length=77):
    """A tokenizer of single bytes, as unlike CLIP's as the bundled base's own."""
    symbols = [token for token in clip_vocabulary() if len(token.removesuffix("</w>")) == 1]
    tokens = [*symbols, "<|startoftext|>", "<|endoftext|>"]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    return CLIPTokenizer(
        vocab=vocabulary, merges=[], pad_token=pad_token, model_max_length=max_length
    )


_TOKENIZERS = {"bytes": _byte_tokenizer, "clip": clip_tokenizer}


def _text_config(tokenizer, width=32, **changes):
    return CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=width,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        max_position_embeddings=tokenizer.model_max_length,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        **changes,
    )


def _scheduler(prediction="epsilon"):
    return DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        clip_sample=False,
        set_alpha_to_one=False,
        steps_offset=1,
    )


def _sd15(make_tokenizer):
    tokenizer = make_tokenizer()
    return StableDiffusionPipeline(
        unet=make_unet(),
        vae=_vae(),
        text_encoder=CLIPTextModel(_text_config(tokenizer)).eval(),
        tokenizer=tokenizer,
        scheduler=_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _studio_mini(make_tokenizer):
    tokenizer = make_tokenizer(max_length=32)
    return StableDiffusionPipeline(
        unet=make_unet(sample_size=(8, 12), in_channels=8, out_channels=8),
        vae=_vae(blocks=(8, 8, 16), channels=8),
        text_encoder=CLIPTextModel(_text_config(tokenizer)).eval(),
        tokenizer=tokenizer,
        scheduler=_scheduler("v_prediction"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )


def _sdxl(make_tokenizer):
    tokenizer = make_tokenizer()
    # As in the real one, the second encoder's projection is as wide as itself, and the two
    # encoders differ in width: single files are told apart by that.
    pooled = 64
    return StableDiffusionXLPipeline(
        unet=make_unet(
            cross_attention_dim=32 + pooled,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=pooled + 6 * 8,
            transformer_layers_per_block=(1, 2),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"),
        ),
        vae=_vae(),
        text_encoder=CLIPTextModel(_text_config(tokenizer)).eval(),
        text_encoder_2=CLIPTextModelWithProjection(
            _text_config(tokenizer, width=pooled, projection_dim=pooled, hidden_act="gelu")
        ).eval(),
        tokenizer=tokenizer,
        tokenizer_2=make_tokenizer(pad_token="!"),
        scheduler=_scheduler(),
        force_zeros_for_empty_prompt=True,
    )


_MAKERS = {"sd15": _sd15, "sdxl": _sdxl, "studio-mini": _studio_mini}
