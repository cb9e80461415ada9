"""Optimizers from kept libraries, the course of the learning rate, and state as plain data."""

import importlib
import math

import torch

from training.engine.config import RunConfig
from training.engine.errors import EngineError


def make_optimizer(config: RunConfig, groups: list[dict], name: str | None = None):
    """The optimizer of a run over parameter groups (see adapters.add_training_adapter).

    Raises EngineError("package-missing") for one whose library is not installed.
    """
    name = name or config.optimizer
    for group in groups:
        group.setdefault("base_lr", group["lr"])
    decay = config.weight_decay
    if name == "adamw":
        # One fused kernel for all weights; it exists for floating point on CPU and CUDA.
        return torch.optim.AdamW(groups, weight_decay=decay, fused=True)
    if name == "adafactor":
        return torch.optim.Adafactor(groups, weight_decay=decay)
    if name == "prodigy":
        module = _library("prodigyopt", "Prodigy", "optimizer")
        return module.Prodigy(groups, weight_decay=decay, safeguard_warmup=True)
    module = _library("bitsandbytes", "8-bit AdamW", "optimizer")
    return module.optim.AdamW8bit(groups, weight_decay=decay)


def rate_factor(step: int, total: int, schedule: str, warmup: float) -> float:
    """Share of the learning rate at step 0 … total-1: up during warm-up, then as scheduled.

    A function of the step alone, so a resumed run needs no scheduler state.
    """
    rising = math.ceil(total * warmup)
    if step < rising:
        return (step + 1) / rising
    done = (step - rising) / max(1, total - rising)
    if schedule == "cosine":
        return 0.5 * (1 + math.cos(math.pi * done))
    return 1.0 - done if schedule == "linear" else 1.0


def set_rate(optimizer, factor: float) -> float:
    """Set every group's rate to its own base rate × factor; returns the first group's."""
    for group in optimizer.param_groups:
        group["lr"] = group["base_lr"] * factor
    return optimizer.param_groups[0]["lr"]


def optimizer_state(optimizer) -> tuple[dict[str, torch.Tensor], dict]:
    """(tensors, plain) that hold an optimizer's whole state; no pickle is needed to keep them."""
    full = optimizer.state_dict()
    tensors, numbers = {}, {}
    for index, values in full["state"].items():
        for key, value in values.items():
            if isinstance(value, torch.Tensor):
                tensors[f"{index}.{key}"] = value.detach().cpu().clone().contiguous()
            else:
                numbers[f"{index}.{key}"] = value
    groups = []
    for position, group in enumerate(full["param_groups"]):
        plain = {}
        for key, value in group.items():
            if isinstance(value, torch.Tensor):
                tensors[f"group.{position}.{key}"] = value.detach().cpu().clone().contiguous()
            elif key != "params":
                plain[key] = value
        groups.append(plain)
    return tensors, {"numbers": numbers, "groups": groups}


def restore_optimizer(optimizer, tensors: dict[str, torch.Tensor], plain: dict) -> None:
    """Put a state from optimizer_state() back. Raises KeyError or ValueError if it is another's."""
    full = optimizer.state_dict()
    state: dict[int, dict] = {}
    for name, value in [*tensors.items(), *plain["numbers"].items()]:
        first, key = name.split(".", 1)
        if first != "group":
            state.setdefault(int(first), {})[key] = value
    groups = []
    for position, (now, kept) in enumerate(zip(full["param_groups"], plain["groups"], strict=True)):
        group = {"params": now["params"]}
        for key, value in kept.items():
            group[key] = tuple(value) if isinstance(now.get(key), tuple) else value
        prefix = f"group.{position}."
        for name, value in tensors.items():
            if name.startswith(prefix):
                group[name.removeprefix(prefix)] = value
        groups.append(group)
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _library(package: str, feature: str, setting: str):
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise EngineError(
            "package-missing", feature=feature, package=package, setting=setting
        ) from error
