"""From what a person wrote to a key's own type: numbers may be written as text (`2e-4`)."""

import dataclasses
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from training.engine.errors import EngineError
from training.engine.files.yaml_text import short


def is_required(spec) -> bool:
    return spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING


def convert(spec, value):
    """The value in its own type. Raises EngineError naming the key when it can't be."""
    if value is None and not is_required(spec):
        return None if spec.default is None else convert(spec, default_of(spec))
    value = _CONVERT[spec.metadata["kind"]](spec, value)
    low, high = spec.metadata["min"], spec.metadata["max"]
    if low is not None and not low <= value <= high:
        raise EngineError(
            "config-out-of-range",
            key=spec.name,
            value=value if len(str(value)) < 40 else short(value, 40),
            minimum=low,
            maximum=high,
        )
    if spec.metadata["check"]:
        spec.metadata["check"](value, spec.name)
    return value


def default_of(spec):
    return spec.default if spec.default_factory is dataclasses.MISSING else spec.default_factory()


def _wrong(spec, value, expected: str) -> EngineError:
    return EngineError(f"config-{expected}", key=spec.name, value=short(value))


def _int(spec, value) -> int:
    number = _float(spec, value, "not-whole")
    if not number.is_integer():
        raise _wrong(spec, value, "not-whole")
    # A whole number beyond 2**53 would lose digits on its way through float.
    whole = isinstance(value, int) or re.fullmatch(r"\s*[-+]?\d[\d_]*\s*", str(value))
    return int(value) if whole else int(number)


def _float(spec, value, expected: str = "not-number") -> float:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise _wrong(spec, value, expected)
    try:
        number = float(value)
    except ValueError as error:
        raise _wrong(spec, value, expected) from error
    except OverflowError as error:
        raise _wrong(spec, value, expected) from error
    if number != number or number in (float("inf"), float("-inf")):
        raise _wrong(spec, value, expected)
    return number


def _bool(spec, value) -> bool:
    words = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in words:
        return words[value.lower()]
    raise _wrong(spec, value, "not-switch")


def _text(spec, value) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Path):
        raise _wrong(spec, value, "not-text")
    return str(value)


def _path(spec, value) -> str:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise _wrong(spec, value, "not-path")
    return os.path.expanduser(os.path.expandvars(str(value)))


def _choice(spec, value) -> str:
    choices = spec.metadata["choices"]
    if value not in choices:
        raise EngineError(
            "config-not-a-choice", key=spec.name, value=short(value), choices=", ".join(choices)
        )
    return value


def _list(spec, value) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [value]
    if not isinstance(value, list | tuple) or not all(isinstance(item, str) for item in value):
        raise _wrong(spec, value, "not-texts")
    return tuple(value)


def _targets(spec, value) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return _choice(spec, value)
    names = _list(spec, value)
    if not names:
        raise _wrong(spec, value, "not-modules")
    return names


_CONVERT: dict[str, Callable[[Any, Any], object]] = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "text": _text,
    "path": _path,
    "choice": _choice,
    "list": _list,
    "targets": _targets,
}
