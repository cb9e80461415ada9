"""Whether a LoRA file fits a base model: by family, names and shapes, from headers alone.

It needs no torch, so a web process asks it before anything is stored, and a worker asks the same.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

from training.engine.base.unet_layouts import diffusers_name, original_name, unet_prefixes
from training.engine.errors import EngineError
from training.engine.files.safetensors_header import read_header
from training.engine.lora.header import LayerEntry, LoraHeader, look
from training.engine.lora.names import canonical, part_of
from training.engine.lora.numbers import check_numbers

_ENCODERS_OF_FILES = {
    "cond_stage_model.transformer.": ("text_encoder", ("lora_te_", "lora_te1_")),
    "conditioner.embedders.0.transformer.": ("text_encoder", ("lora_te_", "lora_te1_")),
}
_ENCODERS_OF_FOLDERS = {
    "text_encoder": ("lora_te_", "lora_te1_"),
    "text_encoder_2": ("lora_te2_",),
}

Shape = tuple[int, ...]
Layers = dict[str, tuple[str, Shape]]
"""Kohya name of a layer → (the path of its weight, its shape: (out, in[, k, k]))."""


def check_fit(weights: str | Path, name: str, base, config=None) -> LoraHeader:
    """The style file, if it is sound and fits a base.

    name: what messages call the style. base: what has `name`, `family` and `path`, as BaseInfo.
    config: see lora_header.look. Raises EngineError: those of look, what it calls fatal,
    lora-not-finite, lora-does-not-fit.
    """
    found = look(weights, name, config).require()
    check_numbers(found)
    reason = _family_misfit(found, base.family) or layer_misfit(found, layers_of(base.path))
    if reason:
        raise EngineError(
            "lora-does-not-fit", name=name, family=found.family, base=base.name, reason=reason
        )
    return found


def layer_misfit(found: LoraHeader, layers: tuple[Layers, set[str]]) -> str:
    """Why a file's layers are not those of a base, in a few words; "" when they are."""
    table, parts = layers
    told = {module: layer for module, layer in found.layers.items() if part_of(module) in parts}
    strange = [module for module in told if module not in table]
    if strange:
        return f"{len(strange)} of {len(found.layers)} layers are unknown, such as {strange[0]}"
    named: dict[str, str] = {}
    for module, layer in told.items():
        path, shape = table[module]
        if named.setdefault(path, module) != module:
            return f"{named[path]} and {module} are the same layer"
        if not _fits(layer, shape):
            return f"the sizes of {module} differ"
    return ""


def layers_of(path: str | Path) -> tuple[Layers, set[str]]:
    """(the layers of a base's networks by every kohya name of theirs, the parts that are told).

    A part whose headers tell nothing (a file that is not there, an encoder stored in another
    layout) is left out: there the renderer's own check speaks.
    """
    path = Path(path)
    try:
        pairs = list(_folder_layers(path) if path.is_dir() else _file_layers(path))
    except (EngineError, OSError, ValueError, KeyError):
        return {}, set()
    table = {name: (f"{part}.{path}", shape) for part, name, path, shape in pairs}
    return table, {part for part, *_ in pairs}


def idle_targets(path: str | Path, targets: tuple[str, ...]) -> list[str]:
    """Those endings of layers' names that no layer of the base's UNet has, as its headers tell.

    Whoever is not named may still match nothing: dots and strokes are not told apart here, and of
    a base whose headers tell nothing no target is doubted.
    """
    table, parts = layers_of(path)
    if "unet" not in parts:
        return []
    names = [name.removeprefix("lora_unet") for name in table if name.startswith("lora_unet_")]
    return [
        target
        for target in targets
        if not any(name.endswith("_" + target.replace(".", "_")) for name in names)
    ]


def _family_misfit(found: LoraHeader, family: str) -> str:
    return "" if found.family in (family, "unknown") else f"{found.family} ≠ {family}"


def _fits(layer: LayerEntry, shape: tuple[int, ...]) -> bool:
    """Whether the halves of a layer make its shape; a 1×1 kernel may be stored flat."""
    kernel = shape[2:] if set(shape[2:]) != {1} else ()
    lower = layer.shape_in[1:] if set(layer.shape_in[1:]) != {1} else ()
    return (layer.out, layer.shape_in[0], *lower) == (*shape[:2], *kernel)


def _folder_layers(folder: Path) -> Iterator[tuple[str, str, str, Shape]]:
    prefixes = unet_prefixes(_config(folder))
    for file in sorted((folder / "unet").glob("*.safetensors")):
        for path, shape in _weights(file, ""):
            yield "unet", _unet(path), path, shape
            if original := original_name(path, prefixes):
                yield "unet", _unet(original), path, shape
    for part, starts in _ENCODERS_OF_FOLDERS.items():
        for file in sorted((folder / part).glob("*.safetensors")):
            for path, shape in _weights(file, ""):
                yield from _encoder_names(part, starts, path, shape)


def _file_layers(file: Path) -> Iterator[tuple[str, str, str, Shape]]:
    own = file.with_suffix(".config")
    prefixes = unet_prefixes(_config(own)) if own.is_dir() else None
    for path, shape in _weights(file, "model.diffusion_model."):
        yield "unet", _unet(path), path, shape
        prefixes = prefixes or unet_prefixes(_config(_bundled_config(file)))
        if ours := diffusers_name(path, prefixes):
            yield "unet", _unet(ours), path, shape
    for start, (part, starts) in _ENCODERS_OF_FILES.items():
        for path, shape in _weights(file, start):
            yield from _encoder_names(part, starts, path, shape)


def _encoder_names(part, starts, path, shape):
    for start in starts:
        yield part, canonical(start + path.replace(".", "_")), path, shape


def _weights(file: Path, start: str) -> Iterator[tuple[str, tuple[int, ...]]]:
    """(path, shape) of each linear and convolutional layer whose name begins so."""
    for key, entry in read_header(file).tensors.items():
        if key.startswith(start) and key.endswith(".weight") and len(entry.shape) in (2, 4):
            path = key.removeprefix(start).removesuffix(".weight")
            if not re.search(r"(^|\.)(embeddings|token_embedding|position_embedding)(\.|$)", path):
                yield path, entry.shape


def _config(folder: Path) -> dict:
    return json.loads((folder / "unet" / "config.json").read_text(encoding="utf-8"))


def _bundled_config(file: Path) -> Path:
    from training.engine.base.base_models import describe  # noqa: PLC0415 -- only single files ask

    return describe(file).config_folder


def _unet(path: str) -> str:
    return "lora_unet_" + path.replace(".", "_")
