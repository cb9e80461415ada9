"""Put the trained parts together: a plain diffusers folder, and a single file on request."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPModel, CLIPTextModel

from training.minibase import classifier, clip, tokenizer, unet
from training.minibase.artist.captions import NEUTRAL_PHRASE

WEIGHTS = Path(__file__).parent / "weights"
FAMILY = "studio-mini"
VERSION = "1"
SHARD = "14MB"  # no file in the repository may pass 15 MB

# Found with training.minibase.lora_probe: see the model card.
RECOMMENDED_TARGETS = [
    "to_q",
    "to_k",
    "to_v",
    "to_out.0",
    "conv1",
    "conv2",
    "conv_shortcut",
    "proj_in",
    "proj_out",
    "ff.net.0.proj",
    "ff.net.2",
    "conv_in",
    "conv_out",
]
# Keys of training.engine.config.run_config.RunConfig, for a set of about 60 pictures.
RECOMMENDED_TRAINING = {
    "lora_rank": 8,
    "lora_alpha": 8.0,
    "learning_rate": 1e-3,
    "batch_size": 4,
    "epochs": 12,
    "caption_dropout": 0.1,
    # Min-SNR would mute the noisiest steps, where a style's palette is settled.
    "min_snr_gamma": 0.0,
    "sample_guidance": 3.0,
}
GENERATION_DEFAULTS = {
    "steps": 20,
    "guidance": 3.0,
    "negative_prompt": "",
}
SIZES = {
    "1:1": [256, 256],
    "4:3": [288, 224],
    "3:4": [224, 288],
    "16:9": [352, 192],
    "9:16": [192, 352],
}


def sampler() -> DPMSolverMultistepScheduler:
    """Return the scheduler shipped with the weights: same noise, faster solver."""
    return DPMSolverMultistepScheduler.from_config(
        unet.noise_schedule().config, algorithm_type="dpmsolver++", solver_order=2
    )


def assemble(folder: Path, out: Path = WEIGHTS) -> str:
    """Write the weights folder from the parts in `folder`; return its hash.

    Raises OSError when a part has not been built yet.
    """
    write_pipeline(folder, out)
    write_classifier(folder, out)
    write_clip(folder, out)
    return write_about(out)


def write_pipeline(folder: Path, out: Path) -> None:
    """Write what diffusers loads, in float16."""
    pipe = StableDiffusionPipeline(
        vae=AutoencoderKL.from_pretrained(folder / "vae"),
        text_encoder=CLIPTextModel.from_pretrained(folder / "text_encoder"),
        tokenizer=tokenizer.load(folder / "tokenizer"),
        unet=UNet2DConditionModel.from_pretrained(folder / "unet" / "averaged"),
        scheduler=sampler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipe.to(dtype=torch.float16)
    for part in ("unet", "vae", "text_encoder", "tokenizer", "scheduler"):
        shutil.rmtree(out / part, ignore_errors=True)
    pipe.save_pretrained(out, max_shard_size=SHARD)
    _keep_word_tables(folder, out / "tokenizer")


def write_classifier(folder: Path, out: Path) -> None:
    """Write the classifier and its figures."""
    figures = json.loads((folder / "classifier" / "figures.json").read_text())
    classifier.save(classifier.load(folder / "classifier"), out / "classifier", figures)


def write_clip(folder: Path, out: Path) -> None:
    """Write the tiny CLIP and its processor, in float16."""
    shutil.rmtree(out / "clip", ignore_errors=True)
    CLIPModel.from_pretrained(folder / "clip").half().save_pretrained(out / "clip")
    clip.processor(folder).save_pretrained(out / "clip")
    _keep_word_tables(folder, out / "clip")


def _keep_word_tables(folder: Path, out: Path) -> None:
    # transformers writes tokenizer.json only; kohya's tools and older readers want these two.
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(folder / "tokenizer" / name, out / name)


def write_about(out: Path) -> str:
    """Write studio.json, tidy the folder up, and return the hash of the weights."""
    _without_machine_paths(out)
    for part in ("text_encoder", "clip"):
        _opened_in_float32(out / part / "config.json")
    digest = weights_hash(out)
    about = {
        "family": FAMILY,
        "version": VERSION,
        "default_width": 256,
        "default_height": 256,
        "sizes": SIZES,
        "neutral_phrase": NEUTRAL_PHRASE,
        "recommended_targets": RECOMMENDED_TARGETS,
        "recommended_training": RECOMMENDED_TRAINING,
        "generation_defaults": GENERATION_DEFAULTS,
        "sha256": digest,
    }
    (out / "studio.json").write_text(json.dumps(about, indent=2) + "\n")
    for path in out.rglob("*"):
        path.chmod(0o755 if path.is_dir() else 0o644)  # safetensors are written for one user only
    return digest


def _without_machine_paths(out: Path) -> None:
    """Drop `_name_or_path` and friends: they name folders of the machine that built the weights."""
    for path in out.rglob("*.json"):
        content = json.loads(path.read_text("utf-8"))
        if not isinstance(content, dict):
            continue
        local = (
            "_name_or_path",
            "name_or_path",
            "tokenizer_file",
            "is_local",
            "local_files_only",
        )
        public = {key: value for key, value in content.items() if key not in local}
        if public != content:
            path.write_text(json.dumps(public, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _opened_in_float32(config: Path) -> None:
    """Let a transformers model open in float32, as diffusers opens its own, whatever is stored.

    transformers opens a model in the type its config names: half beside a UNet in float32 fails.
    """
    content = json.loads(config.read_text("utf-8"))
    content["dtype"] = "float32"
    config.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", "utf-8")


def weights_hash(out: Path) -> str:
    """Return one SHA-256 for the pipeline: over the names and hashes of its tensor files."""
    digest = hashlib.sha256()
    for part in ("text_encoder", "unet", "vae"):
        for path in sorted((out / part).glob("*.safetensors")):
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{part}/{path.name} {inner}\n".encode())
    return digest.hexdigest()


def load_pipeline(folder: Path = WEIGHTS) -> StableDiffusionPipeline:
    """Return the bundled pipeline in float32, silent."""
    pipe = StableDiffusionPipeline.from_pretrained(
        folder, dtype=torch.float32, safety_checker=None, local_files_only=True
    )
    pipe.set_progress_bar_config(disable=True)
    return pipe
