"""Optimizers from kept libraries, the course of the learning rate, and state as plain data."""

import importlib
import importlib.util
import math

import torch

from training.engine.config.run_config import RunConfig
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


def has_eight_bit(name: str) -> bool:
    """Whether a run with this optimizer could go on in 8 bit (AdamW, where bitsandbytes is)."""
    return name == "adamw" and importlib.util.find_spec("bitsandbytes") is not None


def in_eight_bit(config: RunConfig, optimizer):
    """8-bit AdamW in the place of a plain AdamW, going on from its rates and moments.

    The moments' tensors leave the former optimizer one by one, so that both never fill memory.
    """
    from bitsandbytes.functional import quantize_blockwise  # noqa: PLC0415 -- an optional package

    keys = ("params", "lr", "base_lr", "name")
    groups = [{key: group[key] for key in keys} for group in optimizer.param_groups]
    smaller = make_optimizer(config, groups, "adamw8bit")
    for place, group in enumerate(smaller.param_groups):
        for index, parameter in enumerate(group["params"]):
            before = optimizer.state.pop(parameter, None)
            if not before:
                continue
            smaller.init_state(group, parameter, place, index)
            now = smaller.state[parameter]
            now["step"] = int(before["step"])
            for moment, number in (("exp_avg", "1"), ("exp_avg_sq", "2")):
                target = now[f"state{number}"]
                if target.dtype != torch.uint8:  # few numbers are kept as they are
                    target.copy_(before[moment])
                    continue
                # Into the tensors that init_state made; 256 is the block they are made for.
                quantize_blockwise(
                    before[moment].contiguous(),
                    code=now[f"qmap{number}"],
                    absmax=now[f"absmax{number}"],
                    out=target,
                    blocksize=256,
                )
    return smaller


def learning_rate_factor(step: int, total: int, schedule: str, warmup: float) -> float:
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


def set_learning_rate(optimizer, factor: float) -> float:
    """Set every group's learning rate to its own base × factor; returns the first group's."""
    for group in optimizer.param_groups:
        group["lr"] = group["base_lr"] * factor
    return optimizer.param_groups[0]["lr"]


def optimizer_state(optimizer) -> tuple[dict[str, torch.Tensor], dict]:
    """(tensors, plain) that hold an optimizer's whole state; no pickle is needed to keep them."""
    full = optimizer.state_dict()
    tensors, numbers = {}, {}
    for index, values in full["state"].items():
        for key, value in _flat(values):
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
    for position, (now, saved_group) in enumerate(
        zip(full["param_groups"], plain["groups"], strict=True)
    ):
        group = {"params": now["params"]}
        for key, value in saved_group.items():
            group[key] = tuple(value) if isinstance(now.get(key), tuple) else value
        prefix = f"group.{position}."
        for name, value in tensors.items():
            if name.startswith(prefix):
                group[name.removeprefix(prefix)] = value
        groups.append(group)
    optimizer.load_state_dict({"state": state, "param_groups": groups})


def _flat(values: dict):
    """(key, value) pairs; bitsandbytes tells its quantized tensors in a table of their own."""
    for key, value in values.items():
        if isinstance(value, dict):
            yield from value.items()
        else:
            yield key, value


def _library(package: str, feature: str, setting: str):
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise EngineError(
            "package-missing", feature=feature, package=package, setting=setting
        ) from error
