"""A training run's settings: one frozen object, one schema, used by YAML, form and docs.

The keys are the article's plus an expert set; every key but five has a default. Numbers may be
written as text (`2e-4`). All faults of a configuration are reported together.
"""

import dataclasses
import difflib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from training.engine.errors import EngineError, raise_faults
from training.engine.files import style_paths
from training.engine.files.disk import UnfitFile, read_bounded
from training.engine.files.yaml_text import MOST_BYTES, DuplicateKey, YamlFault, read_yaml, short
from training.engine.prompts import trigger_words as triggers

MOST_UNKNOWN = 20  # unknown keys that are named one by one
TARGET_PRESETS = ("attention", "attention-mlp", "kohya", "kohya-conv", "all")


def _key(
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


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """The settings of one run. Checked when made; raises EngineError (or EngineErrors).

    Fields with the value None mean “decided by the base model” (targets, resolution) or “off”.
    """

    train_data_dir: str = _key(
        help="Folder with the training images.",
        kind="path",
        level="basic",
        group="data",
        affects_result=False,
    )
    metadata_path: str = _key(
        help="Captions: a file of “file name,caption” lines, or a folder of text files.",
        kind="path",
        level="basic",
        group="data",
        affects_result=False,
    )
    base_model: str = _key(
        help="Name or path of the base model: one .safetensors file or a diffusers folder.",
        kind="text",
        level="basic",
        group="base",
        affects_result=False,
    )
    output_dir: str = _key(
        help="Folder for the result; its last part becomes the style's file name.",
        kind="path",
        level="basic",
        group="output",
        affects_result=False,
    )
    lora_rank: int = _key(
        8,
        help="Rank of the LoRA matrices: more learns more detail and makes a larger file.",
        kind="int",
        level="basic",
        group="adapter",
        minimum=1,
        maximum=320,
    )
    lora_alpha: float | None = _key(
        None,
        help="Scale of what is learned, divided by the rank. Empty means equal to the rank.",
        kind="float",
        level="basic",
        group="adapter",
        minimum=0.01,
        maximum=1024,
    )
    batch_size: int = _key(
        4,
        help="Images seen together in one step.",
        kind="int",
        level="basic",
        minimum=1,
        maximum=256,
    )
    epochs: int = _key(
        15,
        help="How often each image is seen.",
        kind="int",
        level="basic",
        minimum=1,
        maximum=10_000,
    )
    learning_rate: float = _key(
        1e-4,
        help="Size of each correction. Too high breaks the picture, too low learns nothing.",
        kind="float",
        level="basic",
        minimum=1e-8,
        maximum=10,
    )
    save_steps: int = _key(
        100,
        help="A checkpoint is written every so many steps.",
        kind="int",
        level="basic",
        group="output",
        minimum=1,
        maximum=1_000_000,
    )
    trigger_words: str = _key(
        "",
        help="Words that call the style; put in front of captions that lack them.",
        kind="text",
        level="basic",
        group="data",
        check=triggers.check,
    )
    seed: int = _key(
        0,
        help="Start of all randomness: two runs with equal settings are equal.",
        kind="int",
        minimum=0,
        maximum=2**32 - 1,
    )
    resolution: int | None = _key(
        None,
        help="Side of a square of the training area in px. Empty means the base model's size.",
        kind="int",
        group="data",
        minimum=32,
        maximum=4096,
    )
    buckets: bool = _key(
        True,
        help="Keep each picture's own proportions instead of cutting all to one shape.",
        kind="bool",
        group="data",
    )
    bucket_step: int | None = _key(
        None,
        help="Sides of the shapes are multiples of this. Empty means what the base model needs.",
        kind="int",
        group="data",
        minimum=8,
        maximum=512,
    )
    bucket_max_ratio: float = _key(
        2.0,
        help="The longest shape: long side divided by short side.",
        kind="float",
        group="data",
        minimum=1,
        maximum=4,
    )
    repeats: int = _key(
        1,
        help="How often each image is seen per epoch.",
        kind="int",
        group="data",
        minimum=1,
        maximum=1000,
    )
    flip: bool = _key(
        False,
        help="Also show mirrored pictures. Wrong for badges, plates and lettering.",
        kind="bool",
        group="data",
    )
    caption_dropout: float = _key(
        0.0,
        help="Share of steps in which an image is shown without its caption.",
        kind="float",
        group="data",
        minimum=0,
        maximum=1,
    )
    shuffle_captions: bool = _key(
        False,
        help="Change the order of a caption's comma-separated parts.",
        kind="bool",
        group="data",
    )
    keep_tokens: int = _key(
        1,
        help="Parts at the front of a caption that shuffling leaves in place.",
        kind="int",
        group="data",
        minimum=0,
        maximum=100,
    )
    validation_share: float = _key(
        0.0,
        help="Share of the images held back to measure the loss on.",
        kind="float",
        group="data",
        minimum=0,
        maximum=0.5,
    )
    targets: str | tuple[str, ...] | None = _key(
        None,
        help="Parts of the network that are tuned: a set’s name, or a list of module names. "
        "Empty means the base model’s recommended set.",
        kind="targets",
        group="adapter",
        choices=TARGET_PRESETS,
    )
    lora_dropout: float = _key(
        0.0,
        help="Share of the adapter's input that is dropped at random.",
        kind="float",
        group="adapter",
        minimum=0,
        maximum=0.9,
    )
    rslora: bool = _key(
        False,
        help="Scale by alpha/√rank instead of alpha/rank; steadier at high ranks.",
        kind="bool",
        group="adapter",
    )
    train_text_encoder: bool = _key(
        False,
        help="Tune the text encoder too. Rarely needed; slower, no text cache.",
        kind="bool",
        group="adapter",
    )
    text_encoder_lr: float = _key(
        1e-5,
        help="Learning rate of the text encoder.",
        kind="float",
        group="adapter",
        minimum=1e-9,
        maximum=1,
    )
    optimizer: str = _key(
        "adamw",
        help="How corrections are made. Prodigy finds its own rate (set learning_rate to 1).",
        kind="choice",
        choices=("adamw", "adamw8bit", "prodigy", "adafactor"),
    )
    weight_decay: float = _key(
        1e-2, help="Pull of the weights to zero.", kind="float", minimum=0, maximum=1
    )
    max_grad_norm: float = _key(
        1.0,
        help="Corrections are cut to this length; 0 leaves them.",
        kind="float",
        minimum=0,
        maximum=100,
    )
    lr_schedule: str = _key(
        "cosine",
        help="How the learning rate falls during the run.",
        kind="choice",
        choices=("cosine", "constant", "linear"),
    )
    warmup: float = _key(
        0.05,
        help="Share of the run in which the learning rate rises from zero.",
        kind="float",
        minimum=0,
        maximum=0.9,
    )
    max_steps: int | None = _key(
        None,
        help="Ends the run after so many steps, whatever the epochs say.",
        kind="int",
        minimum=1,
        maximum=10_000_000,
    )
    min_snr_gamma: float = _key(
        5.0,
        help="Balances noisy and clean steps (min-SNR); 0 is off.",
        kind="float",
        minimum=0,
        maximum=100,
    )
    noise_offset: float = _key(
        0.0,
        help="Helps very dark or bright pictures (0.05 for dark studio shots).",
        kind="float",
        minimum=0,
        maximum=1,
    )
    gradient_accumulation: int = _key(
        1,
        help="Batches gathered before each correction: a larger batch with less memory.",
        kind="int",
        group="device",
        minimum=1,
        maximum=256,
    )
    gradient_checkpointing: bool = _key(
        False,
        help="Less memory for about a third more time.",
        kind="bool",
        group="device",
    )
    precision: str = _key(
        "auto",
        help="Number format of the frozen base: chosen from the device, or fixed.",
        kind="choice",
        group="device",
        choices=("auto", "fp32", "bf16", "fp16"),
    )
    compile: bool = _key(
        False,
        help="Compile the network first; pays off in long runs on a GPU.",
        kind="bool",
        group="device",
    )
    device: str = _key(
        "auto",
        help="Where to compute: auto, cpu, cuda or cuda:1.",
        kind="text",
        group="device",
        affects_result=False,
    )
    ema: float = _key(
        0.0,
        help="Share of the running average kept per step (0.99); 0 is off.",
        kind="float",
        minimum=0,
        maximum=0.99999,
    )
    sample_prompts: tuple[str, ...] = _key(
        [],
        help="Prompts drawn at each checkpoint with fixed seeds.",
        kind="list",
        level="basic",
        group="samples",
        affects_result=False,
    )
    sample_steps: int = _key(
        20,
        help="Denoising steps of a sample picture.",
        kind="int",
        group="samples",
        minimum=1,
        maximum=200,
        affects_result=False,
    )
    sample_guidance: float = _key(
        5.0,
        help="How strictly samples follow their prompt.",
        kind="float",
        group="samples",
        minimum=1,
        maximum=30,
        affects_result=False,
    )
    sample_strength: float = _key(
        1.0,
        help="Strength of the style in sample pictures.",
        kind="float",
        group="samples",
        minimum=0,
        maximum=2,
        affects_result=False,
    )
    save_precision: str = _key(
        "fp16",
        help="Number format of the finished file.",
        kind="choice",
        group="output",
        choices=("fp16", "fp32"),
        affects_result=False,
    )
    tensorboard: bool = _key(
        False,
        help="Also write TensorBoard logs.",
        kind="bool",
        group="output",
        affects_result=False,
    )
    author: str = _key(
        "",
        help="Written into the file.",
        kind="text",
        group="output",
        affects_result=False,
    )
    license: str = _key(
        "",
        help="Licence written into the file.",
        kind="text",
        group="output",
        affects_result=False,
    )

    def __post_init__(self):
        faults = []
        for spec in dataclasses.fields(self):
            try:
                value = _checked(spec, getattr(self, spec.name))
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
                if _is_required(spec):
                    faults.append(EngineError("config-missing-key", key=name))
                continue
            try:
                _checked(spec, values[name])
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
    for spec in dataclasses.fields(RunConfig):
        meta = spec.metadata
        default = None if spec.default is dataclasses.MISSING else spec.default
        if spec.default_factory is not dataclasses.MISSING:
            default = spec.default_factory()
        schema.append(
            FieldSchema(
                name=spec.name,
                kind=meta["kind"],
                help=meta["help"],
                level=meta["level"],
                group=meta["group"],
                required=_is_required(spec),
                default=default,
                minimum=meta["min"],
                maximum=meta["max"],
                choices=meta["choices"],
            )
        )
    return schema


PRESETS = ("light", "standard", "strong")


def preset(name: str, images: int, base_model: str = "") -> dict[str, Any]:
    """Settings for a set of `images` pictures, to be laid under what the person chose.

    light: a hint of the style; standard: the usual; strong: the style leads. Exposures per image
    (how often each is seen) follow the rule of thumb of 20 to 30, clamped so that a small set is
    not learned by heart and a large one not trained for days.
    Raises ValueError for an unknown name.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset {name!r}; there are {PRESETS}")
    exposures, rank, rate = {
        "light": (15, 8, 5e-5),
        "standard": (25, 16, 1e-4),
        "strong": (35, 16, 2e-4),
    }[name]
    if images < 30:
        # Few pictures are learned by heart fast: a smaller adapter, each seen a little more.
        rank = max(4, rank // 2)
    batch = 4 if images >= 30 else max(1, min(2, images))
    least, most = 200, 4000
    steps = min(most, max(least, images * exposures // batch))
    epochs = max(1, round(steps * batch / max(1, images)))
    return {
        "lora_rank": rank,
        "lora_alpha": float(rank),
        "batch_size": batch,
        "epochs": epochs,
        "learning_rate": rate,
        "save_steps": max(10, steps // 10),
    }


def _is_required(spec) -> bool:
    return spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING


def _unknown(key: str, specs: dict) -> EngineError:
    key = short(key, 60)
    nearest = difflib.get_close_matches(key, specs, n=1, cutoff=0)
    return EngineError("config-unknown-key", key=key, nearest=nearest[0])


def _checked(spec, value):
    """The value in its own type. Raises EngineError naming the key when it can't be."""
    if value is None and not _is_required(spec):
        return None if spec.default is None else _checked(spec, _default(spec))
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


def _default(spec):
    return spec.default if spec.default_factory is dataclasses.MISSING else spec.default_factory()


def _wrong(spec, value, expected: str) -> EngineError:
    return EngineError("config-wrong-type", key=spec.name, expected=expected, value=short(value))


def _int(spec, value) -> int:
    number = _float(spec, value, "a whole number")
    if not number.is_integer():
        raise _wrong(spec, value, "a whole number")
    # A whole number beyond 2**53 would lose digits on its way through float.
    whole = isinstance(value, int) or re.fullmatch(r"\s*[-+]?\d[\d_]*\s*", str(value))
    return int(value) if whole else int(number)


def _float(spec, value, expected: str = "a number") -> float:
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
    raise _wrong(spec, value, "true or false")


def _text(spec, value) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Path):
        raise _wrong(spec, value, "text")
    return str(value)


def _path(spec, value) -> str:
    if not isinstance(value, str | Path) or not str(value).strip():
        raise _wrong(spec, value, "a path")
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
        raise _wrong(spec, value, "a list of texts")
    return tuple(value)


def _targets(spec, value) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return _choice(spec, value)
    names = _list(spec, value)
    if not names:
        raise _wrong(spec, value, "a set's name or a list of module names")
    return names


_CONVERT = {
    "int": _int,
    "float": _float,
    "bool": _bool,
    "text": _text,
    "path": _path,
    "choice": _choice,
    "list": _list,
    "targets": _targets,
}
