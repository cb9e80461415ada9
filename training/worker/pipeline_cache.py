"""The base model that this worker process last trained on, kept in memory for the next run."""

import psutil

from training.engine.base import base_models

_kept = {}


def memory_mb():
    """Device memory this process has taken at most, 10⁶ bytes: of the GPU, else of the host."""
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved() // 10**6
    return psutil.Process().memory_info().rss // 10**6


def model(path, config):
    """The base at path in memory, as this configuration needs it; loaded only if new."""
    from training.engine.base import loading  # noqa: PLC0415 -- torch is slow; web processes skip it

    info = base_models.describe(path)
    device = loading.choose_device(config.device)
    dtype = loading.choose_dtype(device, config.precision)
    key = (info.sha256, str(device), str(dtype))
    if key not in _kept:
        _kept.clear()  # first, so that two bases are never in memory together
        _kept[key] = loading.load_model(info, device, dtype)
    return _kept[key]


def forget():
    """Let the kept base go: something was done to it that a training must not meet."""
    _kept.clear()
