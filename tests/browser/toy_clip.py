"""A CLIP of the real classes with random weights: its words mean nothing, its doors are real."""

import torch
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPProcessor

from training.engine.families.clip_tokenizer import clip_tokenizer

_TOWER = {
    "hidden_size": 16,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "projection_dim": 16,
}


def write_clip(folder):
    """A CLIPModel with its processor, as a folder. Returns the folder."""
    text = {**_TOWER, "vocab_size": 49408, "max_position_embeddings": 32}
    vision = {**_TOWER, "image_size": 32, "patch_size": 8}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=16)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        CLIPModel(config).save_pretrained(folder, safe_serialization=True)
    images = CLIPImageProcessorPil(size={"shortest_edge": 32}, crop_size=32)
    CLIPProcessor(images, clip_tokenizer(max_length=32)).save_pretrained(folder)
    return folder
