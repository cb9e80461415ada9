"""What a peft or diffusers LoRA file is told to be: alpha, rank, rsLoRA, patterns, and flags.

They stand in `adapter_config.json` beside the file, or in its header under `lora_adapter_metadata`
(a table of all components, `unet.lora_alpha`). The settings that change the arithmetic are used;
those that can't be are refused by name; those that only tell how it was trained are listed here.
"""

import math
import re
import time
import warnings
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import regex

from training.engine.errors import EngineError
from training.engine.fault_reasons import counted
from training.engine.files import json_table
from training.engine.files.disk import UnfitFile, read_bounded
from training.engine.lora.kinds import kind_of_settings

CONFIG_NAME = "adapter_config.json"
HEADER_KEY = "lora_adapter_metadata"
MOST_BYTES = 2_000_000
MOST_PATTERNS = 2_000
PATTERN_SECONDS = 1.0
"""For all matching of one configuration: a pattern from outside may be made to hang."""

MOST_MATCHES = 2_000_000
_REPEATS = re.compile(r"[*+?{|(]")  # what a pattern needs to take long

_WITHOUT_EFFECT = {
    "auto_mapping",
    "base_model_name_or_path",
    "corda_config",
    "ensure_weight_tying",
    "eva_config",
    "exclude_modules",
    "inference_mode",
    "layers_pattern",
    "layers_to_transform",
    "lora_dropout",
    "lora_ga_config",
    "megatron_config",
    "megatron_core",
    "peft_type",
    "peft_version",
    "qalora_group_size",
    "revision",
    "runtime_config",
    "target_modules",
    "task_type",
    # Read by name below, or by kind_of_settings.
    "alpha_pattern",
    "bias",
    "init_lora_weights",
    "lora_alpha",
    "lora_bias",
    "r",
    "rank_pattern",
    "use_dora",
    "use_rslora",
}
# The other ways to begin (PiSSA, OLoRA, CorDA, LoftQ …) also change the base's own weights.
_PLAIN_BEGINNINGS = {None, True, False, "gaussian", "eva", "orthogonal"}


@dataclass(frozen=True)
class LoraSettings:
    """The settings of one component. source: where they stand, for messages."""

    name: str
    source: str
    rank: int | None = None
    alpha: float | None = None
    rslora: bool = False
    rank_pattern: dict[str, int] = field(default_factory=dict)
    alpha_pattern: dict[str, float] = field(default_factory=dict)

    @property
    def tells_alpha(self) -> bool:
        return self.alpha is not None or bool(self.alpha_pattern)

    def alpha_of(self, path: str, rank: int) -> float | None:
        """alpha as files store it (the scale times the rank), of a layer by its own path.

        None where nothing is told. rank: of the layer's weights. Raises lora-rank-differs,
        lora-setting-unsupported.
        """
        rank_in_settings = self._value(self.rank_pattern, "rank_pattern", path, self.rank)
        if rank_in_settings is not None and rank_in_settings != rank:
            raise EngineError(
                "lora-rank-differs", name=self.name, module=path, rank=rank, told=rank_in_settings
            )
        alpha = self._value(self.alpha_pattern, "alpha_pattern", path, self.alpha)
        if alpha is None and self.rslora:
            alpha = rank  # nothing but the flag is told: alpha = rank, as everywhere
        if alpha is None:
            return None
        return float(alpha * math.sqrt(rank)) if self.rslora else float(alpha)

    def _value(self, patterns: dict, setting: str, path: str, otherwise):
        if patterns and not path:
            raise self._unsupported(setting, "patterns, which kohya's names can't be held against")
        for pattern, matcher in self._compiled[setting].items():
            if self._matches(setting, pattern, matcher, path):
                return patterns[pattern]
        return otherwise

    def _matches(self, setting: str, pattern: str, matcher, path: str) -> bool:
        budget = self._budget
        budget["matches"] -= 1
        if budget["matches"] < 0:
            raise self._unsupported(setting, counted(len(getattr(self, setting)), "pattern"))
        if not _REPEATS.search(pattern):
            return bool(matcher.match(path))
        began = time.monotonic()
        try:
            return bool(matcher.match(path, timeout=max(1e-6, budget["seconds"])))
        except TimeoutError as error:
            raise self._unsupported(setting, pattern) from error
        finally:
            budget["seconds"] -= time.monotonic() - began

    @cached_property
    def _budget(self) -> dict[str, float]:
        return {"seconds": PATTERN_SECONDS, "matches": MOST_MATCHES}

    def compile(self) -> None:
        """Take the patterns apart. Raises lora-setting-unsupported for one that is none."""
        _ = self._compiled

    @cached_property
    def _compiled(self) -> dict[str, dict]:
        return {
            name: {pattern: self._matcher(name, pattern) for pattern in getattr(self, name)}
            for name in ("rank_pattern", "alpha_pattern")
        }

    def _matcher(self, setting: str, pattern: str):
        """A pattern as peft holds it against a path: all of it, or all after a dot.

        re says whether it is one, as in peft; regex, which knows a time limit, does the matching.
        """
        whole = rf"(.*\.)?({pattern})$"
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                re.compile(whole)
                return regex.compile(whole)
        except (re.error, regex.error, RecursionError, OverflowError) as error:
            raise self._unsupported(setting, pattern) from error

    def _unsupported(self, setting: str, value) -> EngineError:
        return unsupported(self.name, self.source, setting, value)


def unsupported(name: str, source: str, setting: str, value) -> EngineError:
    return EngineError(
        "lora-setting-unsupported",
        name=name,
        source=source,
        setting=setting[:80],
        value=_short(value),
    )


def says_dora(metadata: dict[str, str]) -> bool:
    """Whether kohya's metadata says that LyCORIS took the weights apart (DoRA)."""
    try:
        arguments = json_table.read_table(metadata.get("ss_network_args", "{}"), MOST_BYTES)
    except ValueError:
        return False  # only a remark of the trainer
    flags = (arguments.get("dora_wd"), arguments.get("use_dora"))
    return any(str(flag).lower() in ("true", "1") for flag in flags)


def from_header(name: str, metadata: dict[str, str]) -> dict[str, LoraSettings]:
    """Settings by component ("unet", "text_encoder", "text_encoder_2") of a file's own header.

    {} where the header has none. Raises lora-settings-unreadable, lora-setting-unsupported,
    lora-kind-unsupported.
    """
    if HEADER_KEY not in metadata:
        return {}
    source = HEADER_KEY
    table = _table(name, source, metadata[HEADER_KEY])
    components: dict[str, dict] = {}
    for key, value in table.items():
        component, dot, setting = key.partition(".")
        if not dot:
            component, setting = "", key
        components.setdefault(component, {})[setting] = value
    return {part: _settings(name, source, values) for part, values in components.items()}


def from_config(name: str, path: Path) -> tuple[LoraSettings, str]:
    """(settings, class of the network it was trained on or "") of an adapter_config.json.

    Raises lora-settings-unreadable, lora-setting-unsupported, lora-kind-unsupported.
    """
    try:
        raw = read_bounded(path, MOST_BYTES)
    except UnfitFile as error:
        raise _unreadable(name, CONFIG_NAME, str(error)) from error
    except OSError as error:
        raise _unreadable(name, CONFIG_NAME, error.strerror or "it can't be opened") from error
    table = _table(name, CONFIG_NAME, raw.removeprefix(b"\xef\xbb\xbf"))
    mapping = table.get("auto_mapping")
    trained_on = mapping.get("base_model_class") if isinstance(mapping, dict) else ""
    return _settings(name, CONFIG_NAME, table), str(trained_on or "")


def _table(name: str, source: str, raw) -> dict:
    try:
        return json_table.read_table(raw, MOST_BYTES)
    except ValueError as error:
        raise _unreadable(name, source, str(error)) from error


def _unreadable(name: str, source: str, reason: str) -> EngineError:
    return EngineError("lora-settings-unreadable", name=name, source=source, reason=reason)


def _settings(name: str, source: str, values: dict) -> LoraSettings:
    kind = kind_of_settings(values)
    if kind:
        raise EngineError("lora-kind-unsupported", name=name, kind=kind)
    for setting, value in values.items():
        if setting not in _WITHOUT_EFFECT and not _is_off(value):
            raise unsupported(name, source, setting, value)
    beginning = values.get("init_lora_weights")
    if isinstance(beginning, dict | list) or beginning not in _PLAIN_BEGINNINGS:
        raise unsupported(name, source, "init_lora_weights", beginning)
    if values.get("use_rslora") not in (None, True, False):
        raise unsupported(name, source, "use_rslora", values["use_rslora"])
    rank = values.get("r")
    if rank is not None and not _is_rank(rank):
        raise unsupported(name, source, "r", rank)
    alpha = values.get("lora_alpha")
    if alpha is not None and not is_alpha(alpha):
        raise unsupported(name, source, "lora_alpha", alpha)
    settings = LoraSettings(
        name,
        source,
        rank,
        alpha,
        bool(values.get("use_rslora")),
        _patterns(name, source, "rank_pattern", values.get("rank_pattern"), _is_rank),
        _patterns(name, source, "alpha_pattern", values.get("alpha_pattern"), is_alpha),
    )
    settings.compile()
    return settings


def _patterns(name: str, source: str, setting: str, value, is_sound) -> dict:
    if _is_off(value):
        return {}
    if not isinstance(value, dict) or len(value) > MOST_PATTERNS:
        raise unsupported(name, source, setting, value)
    for pattern, number in value.items():
        if not is_sound(number) or len(pattern) > 500:
            raise unsupported(name, source, setting, f"{pattern}: {number}")
    return value


def _is_off(value) -> bool:
    return value in (None, False, "none") or value in ({}, [], "")


def _is_rank(value) -> bool:
    return type(value) is int and 0 < value < 2**31


def is_alpha(value) -> bool:
    """Whether a value can be an alpha: a number, and neither nothing nor without end."""
    return type(value) in (int, float) and 1e-9 < abs(value) < 1e9


def _short(value) -> str:
    text = str(value)
    return text if len(text) <= 80 else text[:79] + "…"
