"""The state a run resumes from: .safetensors and JSON in `.state/stepNNNNNN/`, no pickle."""

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from training.engine.errors import EngineError
from training.engine.files import json_table
from training.engine.files.disk import disk_errors
from training.engine.files.safetensors_header import read_header

KEPT = 2
MOST_BYTES = 50_000_000  # of state.json


@dataclass(frozen=True)
class RunState:
    """Everything needed to go on as if nothing had happened.

    step: optimizer steps done. weights: adapter values by “index”, fp32. optimizer, plain: see
    optimizers.optimizer_state. random: torch's own generators (dropout draws from them).
    facts: config, dataset fingerprint, base hash, seconds, memory rungs: JSON-able.
    """

    step: int
    weights: dict[str, torch.Tensor]
    optimizer: dict[str, torch.Tensor]
    plain: dict
    random: dict[str, torch.Tensor]
    facts: dict


def save_state(folder: Path, state: RunState) -> None:
    """Write a state whole, then drop all but the last two. Raises disk-full, folder-read-only."""
    target = folder / f"step{state.step:06}"
    temporary = folder / f".{target.name}.{os.getpid()}.tmp"
    with disk_errors(folder, state.step):
        try:
            temporary.mkdir(parents=True)
            for part in ("weights", "optimizer", "random"):
                save_file(getattr(state, part), temporary / f"{part}.safetensors")
            plain = {"step": state.step, "plain": state.plain, "facts": state.facts}
            # Last, so that a folder with state.json has everything.
            (temporary / "state.json").write_text(json.dumps(plain), encoding="utf-8")
            for file in temporary.iterdir():
                with file.open("rb") as handle:
                    os.fsync(handle.fileno())
            if target.exists():
                shutil.rmtree(target)
            os.replace(temporary, target)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        for old in _folders(folder)[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)


def newest_state(folder: Path) -> RunState | None:
    """The newest whole state, or None. Raises EngineError("resume-damaged")."""
    folders = _folders(folder)
    if not folders:
        return None
    newest = folders[-1]
    try:
        state = json_table.read_table(
            (newest / "state.json").read_bytes(), MOST_BYTES, infinity=True
        )
        step, plain, facts = state["step"], state["plain"], state["facts"]
        parts = {
            part: _tensors(newest / f"{part}.safetensors")
            for part in ("weights", "optimizer", "random")
        }
    except (OSError, ValueError, KeyError, EngineError, SafetensorError) as error:
        reason = str(error) if not isinstance(error, KeyError) else f"{error} is missing"
        raise EngineError("resume-damaged", path=str(newest), reason=reason) from error
    if type(step) is not int or not isinstance(plain, dict) or not isinstance(facts, dict):
        raise EngineError("resume-damaged", path=str(newest), reason="state.json is another's")
    return RunState(step=step, plain=plain, facts=facts, **parts)


def _tensors(file: Path) -> dict[str, torch.Tensor]:
    read_header(file)  # its bounds, before anything is made of it
    return load_file(file)


def random_state(device: torch.device) -> dict[str, torch.Tensor]:
    """torch's own random state on the CPU and, where used, on the card."""
    state = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        state["cuda"] = torch.cuda.get_rng_state(device)
    return state


def restore_random_state(state: dict[str, torch.Tensor], device: torch.device) -> None:
    torch.set_rng_state(state["cpu"])
    if device.type == "cuda" and "cuda" in state:
        torch.cuda.set_rng_state(state["cuda"], device)


def _folders(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.glob("step*") if (path / "state.json").is_file())
