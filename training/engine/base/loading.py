"""Loading a base model into memory, offline, and choosing where and in which number format."""

import warnings

import diffusers
import torch
from diffusers import DDPMScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from diffusers.utils import logging as diffusers_logging
from transformers.utils import logging as transformers_logging

from training.engine.base.base_models import BaseInfo
from training.engine.base.tokenizer import clip_tokenizer
from training.engine.errors import EngineError

# Both libraries tell on every load what is normal here (missing safety checker, renamed keys).
diffusers_logging.set_verbosity_error()
diffusers_logging.disable_progress_bar()
transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()

_CLASSES = {
    "sd15": StableDiffusionPipeline,
    "studio-mini": StableDiffusionPipeline,
    "sdxl": StableDiffusionXLPipeline,
}
_PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}
_WITHOUT_CHECKER = {
    "safety_checker": None,
    "feature_extractor": None,
    "requires_safety_checker": False,
}


def choose_device(wish: str | None = None) -> torch.device:
    """The device for a wish: None or "auto" means a GPU where there is one, else the CPU.

    Raises EngineError("device-missing").
    """
    if wish in (None, "", "auto"):
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(wish)
        there = device.type == "cpu" or (
            device.type == "cuda"
            and torch.cuda.is_available()
            and (device.index or 0) < torch.cuda.device_count()
        )
    except RuntimeError:
        there = False
    if not there:
        raise EngineError("device-missing", device=str(wish))
    return device


def choose_dtype(device: torch.device, precision: str = "auto") -> torch.dtype:
    """Number format of frozen weights: as asked, else the fastest the device does safely."""
    if precision != "auto":
        return _PRECISIONS[precision]
    if device.type == "cpu":
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


def name_of(dtype: torch.dtype) -> str:
    """A number format as the configuration calls it."""
    return next(name for name, value in _PRECISIONS.items() if value == dtype)


def scheduler_of(folder):
    """The scheduler of a diffusers folder or configuration, of the class it names."""
    name = DDPMScheduler.load_config(folder / "scheduler")["_class_name"]
    return getattr(diffusers, name).from_pretrained(folder / "scheduler")


def load_pipeline(info: BaseInfo, device=None, dtype=None, **parts):
    """The diffusers pipeline of a base (StableDiffusion(XL)Pipeline), fully offline.

    device: "cpu", "cuda", …; None means a GPU where there is one.
    dtype: torch dtype of the weights; None means fp32 on CPU, else bf16 (fp16 on older cards).
    parts: components that are already loaded, e.g. unet=…; they are not read again.
    Raises EngineError("base-unreadable").
    """
    device = choose_device(str(device) if device is not None else None)
    dtype = dtype or choose_dtype(device)
    kind = _CLASSES[info.family]
    options = dict(parts)
    if kind is StableDiffusionPipeline:
        options |= _WITHOUT_CHECKER
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            if info.is_single_file:
                pipe = _from_file(kind, info, dtype, options)
            else:
                pipe = kind.from_pretrained(
                    info.path, dtype=dtype, local_files_only=True, use_safetensors=True, **options
                )
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        if isinstance(error, torch.cuda.OutOfMemoryError):
            raise
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise EngineError("base-unreadable", name=info.name, reason=reason[:200]) from error
    if pipe.scheduler.config.prediction_type != info.prediction_type:
        pipe.scheduler = pipe.scheduler.from_config(
            pipe.scheduler.config, prediction_type=info.prediction_type
        )
    pipe.set_progress_bar_config(disable=True)
    # A passed UNet may be in training, on the device, in its own format: leave it as it is.
    for name, part in pipe.components.items():
        if isinstance(part, torch.nn.Module) and name not in parts:
            part.requires_grad_(False)
            part.eval()
            part.to(device)
    return pipe


def _from_file(kind, info: BaseInfo, dtype, options):
    config = info.config_folder
    if (config / "tokenizer").is_dir() and "tokenizer" not in options:
        options["tokenizer"] = clip_tokenizer(max_length=info.token_limit)
    if (config / "tokenizer_2").is_dir() and "tokenizer_2" not in options:
        options["tokenizer_2"] = clip_tokenizer(pad_token="!", max_length=info.token_limit)
    return kind.from_single_file(
        str(info.path), config=str(config), dtype=dtype, local_files_only=True, **options
    )
