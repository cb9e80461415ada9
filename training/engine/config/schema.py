"""The schema of a run's configuration, as the form and the docs show it."""

import dataclasses
from dataclasses import dataclass
from typing import Any

from training.engine.config.conversions import default_of, is_required
from training.engine.config.keys import RunKeys


@dataclass(frozen=True)
class FieldSchema:
    """What a form or a page of documentation needs to know of one key.

    kind: int, float, bool, text, path, choice, list (of texts) or targets.
    default: the value when the key is left out; None when `required`, or when the base decides.
    """

    name: str
    kind: str
    help: str
    level: str
    group: str
    required: bool
    default: Any
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]


def fields_schema() -> list[FieldSchema]:
    """The schema of every key, in the order of the YAML."""
    schema = []
    for spec in dataclasses.fields(RunKeys):
        meta = spec.metadata
        schema.append(
            FieldSchema(
                name=spec.name,
                kind=meta["kind"],
                help=meta["help"],
                level=meta["level"],
                group=meta["group"],
                required=is_required(spec),
                default=None if is_required(spec) else default_of(spec),
                minimum=meta["min"],
                maximum=meta["max"],
                choices=meta["choices"],
            )
        )
    return schema
