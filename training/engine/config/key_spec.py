"""One key of a run's configuration: default, range, meaning, as a field of a dataclass."""

import dataclasses
from collections.abc import Callable
from dataclasses import field
from typing import Any


def key(
    default: Any = dataclasses.MISSING,
    *,
    help: str,
    kind: str,
    level: str = "expert",
    group: str = "training",
    minimum: float | None = None,
    maximum: float | None = None,
    choices: tuple[str, ...] = (),
    affects_result: bool = True,
    check: Callable[[Any, str], None] | None = None,
):
    """One key of the configuration, with what the form and the docs say of it.

    affects_result: a change of it alone changes the trained weights. Paths don't: what lies there
    is compared by content. check: raises an EngineError for a value, by the key's name.
    """
    metadata = {
        "help": help,
        "kind": kind,
        "level": level,
        "group": group,
        "min": minimum,
        "max": maximum,
        "choices": choices,
        "affects_result": affects_result,
        "check": check,
    }
    if isinstance(default, list):
        return field(default_factory=lambda: tuple(default), metadata=metadata)
    return field(default=default, metadata=metadata)
