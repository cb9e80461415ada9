"""Reading a base's configuration and judging its weight files by their headers."""

from pathlib import Path

from training.engine import fault_reasons
from training.engine.errors import EngineError
from training.engine.files import json_table
from training.engine.files.disk import read_bounded
from training.engine.files.safetensors_header import read_header

CONFIGS = Path(__file__).parent / "configs"
MOST_CONFIG_BYTES = 2_000_000


def read_config(path: Path, name: str) -> dict:
    """A configuration of the base `name`. Raises EngineError("base-unreadable")."""
    try:
        return json_table.read_table(
            read_bounded(path, MOST_CONFIG_BYTES), MOST_CONFIG_BYTES, infinity=True
        )
    except FileNotFoundError as error:
        reason = f"{path.parent.name}/{path.name} is missing"
        raise EngineError("base-unreadable", name=name, reason=reason) from error
    except ValueError as error:
        message = str(error).removeprefix("it ")
        reason = f"{path.parent.name}/{path.name} {message}"
        raise EngineError("base-unreadable", name=name, reason=reason) from error


def refuse_part_without_safetensors(folder: Path) -> None:
    """Raise base-is-pickle or base-unreadable for a part that has no weights we read."""
    if any(folder.glob("*.safetensors")):
        return
    pickles = [file for pattern in ("*.bin", "*.pt", "*.ckpt") for file in folder.glob(pattern)]
    if pickles:
        raise EngineError("base-is-pickle", name=f"{folder.name}/{pickles[0].name}")
    reason = f"its part {folder.name} has no .safetensors weights"
    raise EngineError("base-unreadable", name=folder.parent.name, reason=reason)


def refuse_unsound_files(name: str, folder: Path) -> None:
    """Raise base-unreadable for a part whose files' headers can't be read."""
    for file in sorted(folder.glob("*.safetensors")):
        try:
            read_header(file)
        except EngineError as error:
            words = fault_reasons.in_words(error.facts.get("reason", str(error)))
            reason = f"{folder.name}/{file.name}: {words}"
            raise EngineError("base-unreadable", name=name, reason=reason) from error
