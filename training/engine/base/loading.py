"""Loading a base model into memory, offline, and choosing where and in which number format."""

import torch

from training.engine import families
from training.engine.errors import EngineError
from training.engine.families.base_info import BaseInfo
from training.engine.families.diffusion_model import DiffusionModel

_PRECISIONS = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


def choose_device(name: str | None = None) -> torch.device:
    """The device of that name: None or "auto" means a GPU where there is one, else the CPU.

    Raises EngineError("device-missing").
    """
    if name in (None, "", "auto"):
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        device = torch.device(name)
        there = device.type == "cpu" or (
            device.type == "cuda"
            and torch.cuda.is_available()
            and (device.index or 0) < torch.cuda.device_count()
        )
    except RuntimeError:
        there = False
    if not there:
        raise EngineError("device-missing", device=str(name))
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


def load_model(info: BaseInfo, device=None, dtype=None, **parts) -> DiffusionModel:
    """A base in memory, read offline, its networks frozen.

    device: "cpu", "cuda", …; None means a GPU where there is one.
    dtype: torch dtype of the weights; None means fp32 on CPU, else bf16 (fp16 on older cards).
    parts: components that are already loaded, e.g. vae=…; they are not read again.
    Raises EngineError("base-unreadable").
    """
    device = choose_device(str(device) if device is not None else None)
    dtype = dtype or choose_dtype(device)
    return families.of(info.family).load(info, device, dtype, **parts)
