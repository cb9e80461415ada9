"""The base model that this worker process last trained on, kept in memory for the next run."""

from training.engine.base import base_models, loading
from training.engine.families.diffusion_model import DiffusionModel

_loaded: dict[tuple, DiffusionModel] = {}  # at most one


def ensure_loaded(path, config):
    """The base at path in memory, as this configuration needs it; loaded only if new."""
    info = base_models.describe(path)
    device = loading.choose_device(config.device)
    dtype = loading.choose_dtype(device, config.precision)
    key = (info.sha256, str(device), str(dtype))
    if key not in _loaded:
        _loaded.clear()  # first, so that two bases are never in memory together
        _loaded[key] = loading.load_model(info, device, dtype)
    return _loaded[key]


def forget():
    """Let the base go: something was done to it that a training must not meet."""
    _loaded.clear()
