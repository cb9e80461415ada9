"""A training run's settings: one frozen object, used by YAML, form and loop.

All faults of a configuration are reported together.
"""

import dataclasses
import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from training.engine.config.conversions import convert, is_required
from training.engine.config.keys import RunKeys
from training.engine.errors import EngineError, raise_faults
from training.engine.files import style_paths
from training.engine.files.disk import UnfitFile, read_bounded
from training.engine.files.yaml_text import MOST_BYTES, DuplicateKey, YamlFault, read_yaml, short

MOST_UNKNOWN = 20  # unknown keys that are named one by one


@dataclass(frozen=True, kw_only=True)
class RunConfig(RunKeys):
    """The settings of one run. Checked when made; raises EngineError (or EngineErrors).

    Fields with the value None mean “decided by the base model” (targets, resolution) or “off”.
    """

    def __post_init__(self):
        faults = []
        for spec in dataclasses.fields(self):
            try:
                value = convert(spec, getattr(self, spec.name))
            except EngineError as fault:
                faults.append(fault)
            else:
                object.__setattr__(self, spec.name, value)
        raise_faults(faults)
        if self.lora_alpha is None:
            object.__setattr__(self, "lora_alpha", float(self.lora_rank))

    @classmethod
    def from_mapping(cls, values: Mapping[str, Any]) -> "RunConfig":
        """A configuration from plain values. Raises EngineError(s) naming every faulty key."""
        specs = {spec.name: spec for spec in dataclasses.fields(cls)}
        unknown = [key for key in values if key not in specs]
        faults = [_unknown(key, specs) for key in unknown[:MOST_UNKNOWN]]
        if len(unknown) > MOST_UNKNOWN:
            faults.append(EngineError("config-unknown-more", count=len(unknown) - MOST_UNKNOWN))
        for name, spec in specs.items():
            if values.get(name) is None:
                if is_required(spec):
                    faults.append(EngineError("config-missing-key", key=name))
                continue
            try:
                convert(spec, values[name])
            except EngineError as fault:
                faults.append(fault)
        raise_faults(faults)
        return cls(**{name: values[name] for name in specs if values.get(name) is not None})

    @classmethod
    def from_yaml(cls, text: str, name: str = "YAML") -> "RunConfig":
        """A configuration from YAML text; `name` is how messages call it."""
        return cls.from_mapping(read_settings(text, name))

    @classmethod
    def from_file(cls, path: str | Path) -> "RunConfig":
        """A configuration from a YAML file (UTF-8, with or without a byte-order mark)."""
        path = Path(path)
        try:
            text = read_bounded(path, MOST_BYTES).decode("utf-8-sig")
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
            raise EngineError("config-missing-file", path=str(path)) from error
        except (UnicodeDecodeError, UnfitFile) as error:
            reason = str(error) if isinstance(error, UnfitFile) else "not UTF-8 text"
            raise EngineError("config-not-yaml", name=path.name, line=1, reason=reason) from error
        return cls.from_yaml(text, name=path.name)

    def to_mapping(self) -> dict[str, Any]:
        """Every key with its value, JSON-able; from_mapping() of it gives an equal object."""
        values = {}
        for spec in dataclasses.fields(self):
            value = getattr(self, spec.name)
            values[spec.name] = list(value) if isinstance(value, tuple) else value
        return values

    def to_yaml(self) -> str:
        """YAML with every key; from_yaml() of it gives an equal object."""
        return yaml.safe_dump(
            self.to_mapping(), sort_keys=False, allow_unicode=True, width=1_000_000
        )

    def replace(self, **changes) -> "RunConfig":
        """A copy with some keys changed, checked again."""
        return dataclasses.replace(self, **changes)

    def differences(self, other: "RunConfig") -> list[tuple[str, Any, Any]]:
        """(key, ours, theirs) for each key that changes the trained weights and differs."""
        return [
            (spec.name, getattr(self, spec.name), getattr(other, spec.name))
            for spec in dataclasses.fields(self)
            if spec.metadata["affects_result"]
            and getattr(self, spec.name) != getattr(other, spec.name)
        ]

    def check_early_stop(self) -> None:
        """Raise early-stop-blind where a run is to end by evidence that it will not have."""
        if self.early_stop and not self.validation_share and not self.sample_prompts:
            raise EngineError("early-stop-blind", key="early_stop")

    @property
    def name(self) -> str:
        """The style's file name without its ending: the last part of output_dir."""
        return style_paths.stem_of(Path(self.output_dir).name)


def read_settings(text: str, name: str = "YAML") -> dict[str, Any]:
    """The keys of a YAML as they are written, not checked against the schema yet.

    Raises EngineError: config-not-yaml, config-duplicate-key, config-not-mapping.
    """
    try:
        values = read_yaml(text)
    except DuplicateKey as error:
        raise EngineError("config-duplicate-key", key=error.key) from error
    except YamlFault as error:
        raise EngineError(
            "config-not-yaml", name=name, line=error.line, reason=error.reason
        ) from error
    if not isinstance(values, dict):
        raise EngineError("config-not-mapping", name=name)
    return values


def _unknown(key: str, specs: dict) -> EngineError:
    key = short(key, 60)
    nearest = difflib.get_close_matches(key, specs, n=1, cutoff=0)
    return EngineError("config-unknown-key", key=key, nearest=nearest[0])
