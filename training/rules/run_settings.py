"""A run's settings between form, YAML and engine: one set of keys, whoever wrote them.

The studio sets the folders and the base model's path itself; in a pasted YAML these lines are read
for what they tell (the base's name) and otherwise left out.
"""

from functools import lru_cache
from pathlib import PurePosixPath, PureWindowsPath

import yaml

from training.engine.config.presets import preset
from training.engine.config.run_config import RunConfig, read_settings
from training.engine.config.schema import fields_schema
from training.engine.errors import EngineError

OURS = ("train_data_dir", "metadata_path", "output_dir", "base_model")
# What stands in their place until the worker knows the real folders.
_LATER = {
    "train_data_dir": "snapshot",
    "metadata_path": "snapshot/metadata.csv",
    "output_dir": "run",
}
SCHEMA = {spec.name: spec for spec in fields_schema()}


def full_config(settings, base):
    """The RunConfig of these settings on this base. Raises EngineError(s) naming every fault."""
    engine_settings = {key: value for key, value in settings.items() if key not in OURS}
    return RunConfig.from_mapping(
        {**defaults_for(base), **engine_settings, **_LATER, "base_model": base.name}
    )


def settings_of(config):
    """The settings a person chose, out of a RunConfig: without what the studio sets itself."""
    return {key: value for key, value in config.to_mapping().items() if key not in OURS}


def settings_of_run(run):
    """The settings a run was started with."""
    return dict(_settings_of_text(run.config))


@lru_cache(maxsize=256)  # a run's page asks at every change, and its configuration never changes
def _settings_of_text(text):
    return settings_of(RunConfig.from_yaml(text))


def defaults_for(base):
    """Keys this base asks for where the person gave none."""
    return {
        key: value
        for key, value in (base.info.get("recommended_training") or {}).items()
        if key in SCHEMA and key not in OURS
    }


def preset_settings(name, images, base, *, are_drawn, trigger="", prompts=(), mirrored=True):
    """The settings of a preset for a dataset of so many pictures, drawn ones or photographs.

    mirrored: whether the base's wish to see pictures mirrored may stand.
    """
    values = preset(name, images, are_drawn=are_drawn, advice=defaults_for(base))
    values["trigger_words"] = trigger
    if prompts:
        values["sample_prompts"] = list(prompts)
    if not mirrored:
        values["flip"] = False
    return values


def to_yaml(settings, base_name):
    """What the YAML tab shows: the base and every setting that differs from its default."""
    document = {"base_model": base_name}
    for name, spec in SCHEMA.items():
        if name in OURS or name not in settings:
            continue
        value = _plain(settings[name], spec)
        default = list(spec.default) if isinstance(spec.default, tuple) else spec.default
        if spec.level == "basic" or value != default:
            document[name] = value
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1_000_000)


def _plain(value, spec):
    """A form's text as YAML would hold it: 2e-4 as a number, so that it isn't quoted."""
    if isinstance(value, tuple):
        return list(value)
    if spec.kind in {"int", "float"} and isinstance(value, str):
        try:
            return float(value) if spec.kind == "float" else int(value)
        except ValueError:
            return value  # the configuration's own check names the fault
    return value


def from_yaml(text):
    """(settings, base name or "", keys left out) of a pasted YAML.

    Raises EngineError(s), every fault named, when a key is unknown or a value impossible.
    """
    values = _read(text)
    left_out = [key for key in OURS if key in values and key != "base_model"]
    checked = {**values, **_LATER, "base_model": str(values.get("base_model") or "any")}
    config = RunConfig.from_mapping(checked)
    settings = {key: value for key, value in settings_of(config).items() if key in values}
    return settings, base_name(values.get("base_model")), left_out


def _read(text):
    # A fragment of a YAML will do, and so will none: the required keys are filled in later.
    try:
        return read_settings(text)
    except EngineError as error:
        if error.code == "config-not-mapping" and not text.strip():
            return {}
        raise


def base_name(path):
    """The name a base goes by in the studio: “./models/sd-v1-5.safetensors” is “sd-v1-5”."""
    if not path:
        return ""
    name = PureWindowsPath(str(path)).name if "\\" in str(path) else PurePosixPath(str(path)).name
    return name.removesuffix(".safetensors")
