"""The base model that this worker process last trained on, kept in memory for the next run."""

from training.engine import base_models

_kept = {}


def pipeline(path, config):
    """The pipeline of the base at path, as this configuration needs it; loaded only if new."""
    from training.engine import loading  # noqa: PLC0415 -- torch is slow; web processes skip it

    info = base_models.describe(path)
    device = loading.choose_device(config.device)
    dtype = loading.choose_dtype(device, config.precision)
    key = (info.sha256, str(device), str(dtype))
    if key not in _kept:
        _kept.clear()  # first, so that two bases are never in memory together
        _kept[key] = base_models.load(info, device, dtype)
    return _kept[key]
