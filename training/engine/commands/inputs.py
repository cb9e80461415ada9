"""What several commands ask of what they were given."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from training.engine.data.image_folder import find_images
from training.engine.errors import EngineError
from training.engine.lora import header


def base_dirs() -> list[Path]:
    """Folders in which base models are looked for by name."""
    folder = os.environ.get("BASE_MODELS_DIR")
    return [*([Path(folder)] if folder else []), Path("models")]


def refuse_idle(option: str, value: object, needed: str, needed_value: object) -> None:
    """Raise EngineError("option-without-option") for an option that would act on nothing."""
    if value not in (None, "") and not needed_value:
        raise EngineError("option-without-option", option=option, needed=needed)


def print_passed_over(folder: str) -> None:
    """One line about the files of a folder that were not looked at, where there are any."""
    for remark in find_images(folder).remarks:
        print(remark, file=sys.stderr)


def print_warnings(paths: Iterable[str | Path]) -> None:
    """Say what is odd about LoRA files that are about to be used. Raises why one can't be."""
    for path in paths:
        for warning in header.look(path).require().warnings:
            print(f"warning: {warning}", file=sys.stderr)
