"""What a LoRA file says of itself: ss_* keys as kohya's tools write them, and modelspec 1.0.1."""

import hashlib
import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

from training.engine import families
from training.engine.config.run_config import RunConfig
from training.engine.data.buckets import training_size
from training.engine.data.dataset import Example
from training.engine.families.base_info import BaseInfo
from training.engine.prompts import letters

LIBRARIES = ("torch", "diffusers", "peft", "transformers", "safetensors")


def library_versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


@dataclass(frozen=True)
class RunProgress:
    """How far a run is where its weights are written. total: steps of the whole run.

    started, finished: unix seconds.
    """

    step: int
    total: int
    epoch: int
    steps_per_epoch: int
    started: float
    finished: float


def training_metadata(
    config: RunConfig,
    info: BaseInfo,
    examples: list[Example],
    progress: RunProgress,
    alpha: float,
) -> dict[str, str]:
    """The full (internal) metadata of a checkpoint; every value is text.

    alpha: as written into the file.
    """
    values = {
        **_network_facts(config, info, progress, alpha),
        **_optimizer_facts(config, progress),
        **_step_facts(config, progress),
        **_dataset_facts(config, info, examples),
        **_modelspec(config, info, progress),
        "studio.libraries": library_versions(),
    }
    return {key: _text(value) for key, value in values.items() if value is not None}


def _network_facts(config: RunConfig, info: BaseInfo, progress: RunProgress, alpha: float) -> dict:
    session = hashlib.sha256(config.to_yaml().encode()).hexdigest()
    return {
        "ss_session_id": int(session[:8], 16),
        "ss_training_started_at": progress.started,
        "ss_training_finished_at": progress.finished,
        "ss_output_name": config.name,
        "ss_base_model_version": families.of(info.family).version,
        "ss_v2": False,
        "ss_sd_model_name": info.path.name,
        "ss_new_sd_model_hash": info.sha256,
        "ss_network_module": "networks.lora",
        "ss_network_dim": config.lora_rank,
        "ss_network_alpha": alpha,
        "ss_network_args": _network_args(config, info),
        "ss_network_dropout": config.lora_dropout or None,
    }


def _optimizer_facts(config: RunConfig, progress: RunProgress) -> dict:
    return {
        "ss_learning_rate": config.learning_rate,
        "ss_unet_lr": config.learning_rate,
        "ss_text_encoder_lr": config.text_encoder_lr if config.train_text_encoder else None,
        "ss_lr_scheduler": config.lr_schedule,
        "ss_lr_warmup_steps": round(progress.total * config.warmup),
        "ss_optimizer": config.optimizer,
        "ss_seed": config.seed,
        "ss_mixed_precision": config.precision,
        "ss_clip_skip": None,
        "ss_noise_offset": config.noise_offset or None,
        "ss_min_snr_gamma": config.min_snr_gamma or None,
    }


def _step_facts(config: RunConfig, progress: RunProgress) -> dict:
    return {
        "ss_batch_size_per_device": config.batch_size,
        "ss_total_batch_size": config.batch_size * config.gradient_accumulation,
        "ss_gradient_accumulation_steps": config.gradient_accumulation,
        "ss_gradient_checkpointing": config.gradient_checkpointing,
        "ss_max_grad_norm": config.max_grad_norm,
        "ss_max_train_steps": progress.total,
        "ss_num_epochs": config.epochs,
        "ss_num_batches_per_epoch": progress.steps_per_epoch,
        "ss_epoch": progress.epoch,
        "ss_steps": progress.step,
    }


def _dataset_facts(config: RunConfig, info: BaseInfo, examples: list[Example]) -> dict:
    width, height = training_size(config, info)
    folder = "1_" + config.name
    return {
        "ss_num_train_images": sum(example.repeats for example in examples),
        "ss_num_reg_images": 0,
        "ss_resolution": f"({width}, {height})",
        "ss_enable_bucket": config.buckets,
        "ss_cache_latents": True,
        "ss_flip_aug": config.flip,
        "ss_shuffle_caption": config.shuffle_captions,
        "ss_keep_tokens": config.keep_tokens,
        "ss_caption_dropout_rate": config.caption_dropout,
        "ss_dataset_dirs": {folder: {"n_repeats": config.repeats, "img_count": len(examples)}},
        "ss_bucket_info": {"buckets": _buckets(examples)},
        "ss_tag_frequency": {folder: _tags(examples)},
        "ss_training_comment": f"seed {config.seed}",
    }


def _modelspec(config: RunConfig, info: BaseInfo, progress: RunProgress) -> dict:
    family = families.of(info.family)
    width, height = training_size(config, info)
    prediction = info.prediction_type
    finished = datetime.fromtimestamp(progress.finished, UTC)
    return {
        "modelspec.sai_model_spec": "1.0.1",
        "modelspec.architecture": family.architecture,
        "modelspec.implementation": family.implementation,
        "modelspec.title": config.name,
        "modelspec.resolution": f"{width}x{height}",
        "modelspec.date": finished.strftime("%Y-%m-%dT%H:%M:%S"),
        "modelspec.author": config.author or None,
        "modelspec.license": letters.visible(config.license) or None,
        "modelspec.trigger_phrase": letters.visible(config.trigger_words) or None,
        "modelspec.prediction_type": "v" if prediction == "v_prediction" else prediction,
    }


def _buckets(examples: list[Example]) -> dict[str, dict]:
    shapes = Counter((e.bucket.width, e.bucket.height) for e in examples)
    return {
        str(i): {"resolution": list(shape), "count": count}
        for i, (shape, count) in enumerate(sorted(shapes.items()))
    }


def _network_args(config: RunConfig, info: BaseInfo) -> dict:
    targets = config.targets or info.recommended_targets
    return {"targets": targets if isinstance(targets, str) else list(targets)}


def _tags(examples: list[Example]) -> dict[str, int]:
    counts = Counter(
        tag.strip() for example in examples for tag in example.caption.split(",") if tag.strip()
    )
    return dict(counts.most_common(500))


def _text(value) -> str:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    return str(value)
