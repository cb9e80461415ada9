"""Whether a LoRA file fits a base model: by family, names and shapes, from headers alone.

It needs no torch, so a web process asks it before anything is stored, and a worker asks the same.
"""

from pathlib import Path

from training.engine import families
from training.engine.errors import EngineError
from training.engine.families.family import Shape
from training.engine.fault_reasons import counted
from training.engine.lora.header import LayerEntry, LoraHeader, look
from training.engine.lora.names import part_of
from training.engine.lora.numbers import check_numbers

Layers = dict[str, tuple[str, Shape]]
"""Kohya name of a layer → (the path of its weight, its shape: (out, in[, k, k]))."""


def check_fit(weights: str | Path, name: str, base, config=None) -> LoraHeader:
    """The style file, if it is sound and fits a base.

    name: what messages call the style. base: what has `name`, `family` and `path`, as BaseInfo.
    config: see lora_header.look. Raises EngineError: those of look, what it calls fatal,
    lora-not-finite, lora-does-not-fit.
    """
    lora = look(weights, name, config).require()
    check_numbers(lora)
    reason = _family_misfit(lora, base.family) or layer_misfit(lora, layers_of(base))
    if reason:
        raise EngineError(
            "lora-does-not-fit", name=name, family=lora.family, base=base.name, reason=reason
        )
    return lora


def layer_misfit(lora: LoraHeader, layers: tuple[Layers, set[str]]) -> str:
    """Why a file's layers are not those of a base, in a few words; "" when they are."""
    table, parts = layers
    checked_layers = {
        module: layer for module, layer in lora.layers.items() if part_of(module) in parts
    }
    strange = [module for module in checked_layers if module not in table]
    if strange:
        return f"it has {counted(len(strange), 'unknown layer')}, such as {strange[0]}"
    module_of_path: dict[str, str] = {}
    for module, layer in checked_layers.items():
        path, shape = table[module]
        if module_of_path.setdefault(path, module) != module:
            return f"{module_of_path[path]} and {module} are the same layer"
        if not _fits(layer, shape):
            return f"the sizes of {module} differ"
    return ""


def layers_of(base) -> tuple[Layers, set[str]]:
    """(the layers of a base's networks by every kohya name of theirs, the parts that are told).

    base: what has `family` and `path`. A part whose headers tell nothing (a file that is not
    there, an encoder stored in another layout) is left out: there the renderer's own check speaks.
    """
    try:
        layers = list(families.of(base.family).layers_of(Path(base.path)))
    except (EngineError, OSError, ValueError, KeyError):
        return {}, set()
    table = {name: (f"{part}.{path}", shape) for part, name, path, shape in layers}
    return table, {part for part, *_ in layers}


def idle_targets(base, targets: tuple[str, ...]) -> list[str]:
    """Those endings of layers' names that no layer of the base's network has, as its headers tell.

    Whoever is not named may still match nothing: dots and strokes are not told apart here, and of
    a base whose headers tell nothing no target is doubted. base: see layers_of.
    """
    table, parts = layers_of(base)
    network = families.of(base.family).network if parts else ""
    if network not in parts:
        return []
    names = [name for name in table if part_of(name) == network]
    return [
        target
        for target in targets
        if not any(name.endswith("_" + target.replace(".", "_")) for name in names)
    ]


def _family_misfit(lora: LoraHeader, family: str) -> str:
    return "" if lora.family in (family, "unknown") else f"{lora.family} ≠ {family}"


def _fits(layer: LayerEntry, shape: tuple[int, ...]) -> bool:
    """Whether the halves of a layer make its shape; a 1×1 kernel may be stored flat."""
    kernel = shape[2:] if set(shape[2:]) != {1} else ()
    lower = layer.shape_in[1:] if set(layer.shape_in[1:]) != {1} else ()
    return (layer.out, layer.shape_in[0], *lower) == (*shape[:2], *kernel)
