"""Where a tensor of a LoRA file belongs: the names of kohya, diffusers, peft, OneTrainer, ComfyUI.

Layers go by kohya's names here, with `_` for `.`; what they begin with, and what else the layers
of our networks are called, the families say.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from training.engine import families
from training.engine.families.layer_names import LayerNames
from training.engine.files.safetensors_header import Header

_ENDINGS = (
    (".lora_down.weight", "down"),
    (".lora_up.weight", "up"),
    (".lora_A.weight", "down"),
    (".lora_B.weight", "up"),
    (".lora.down.weight", "down"),
    (".lora.up.weight", "up"),
    (".lora_linear_layer.down.weight", "down"),
    (".lora_linear_layer.up.weight", "up"),
    ("_lora.down.weight", "down"),
    ("_lora.up.weight", "up"),
    (".alpha", "alpha"),
)
# Of networks we don't know; what they have in common is this part's name.
_STRANGE_PART, _STRANGE_PREFIX = "transformer", "lora_transformer_"


@dataclass(frozen=True)
class Place:
    """Where one tensor belongs.

    module: the layer by kohya's name. half: "down", "up" or "alpha".
    component: the part of the pipeline the name tells ("unet", "text_encoder", …); "" where it
    tells none, as in peft's own files. path: the layer as the writer's library calls it, inside
    its component; "" for kohya's names, which can't be taken apart again.
    """

    module: str
    half: str
    component: str
    path: str


def place_of(key: str, encoder: str = "") -> Place | None:
    """The place of a tensor by its name; None where it is no part of a plain LoRA.

    encoder: which text encoder a name without any component means.
    """
    plain = re.sub(r"\.lora_([AB])\.[^.]+\.weight$", r".lora_\1.weight", key)
    ending, half = next((pair for pair in _ENDINGS if plain.endswith(pair[0])), ("", ""))
    if not half:
        return None
    stem = plain.removesuffix(ending)
    places = [_place(kind, stem, half, encoder) for kind in families.layer_names()]
    return next(filter(_is_known, places), places[0])


def part_of(module: str) -> str:
    """The part of a model a kohya name tells; that of most layers where it tells none."""
    parts = filter(None, (kind.part_of(module) for kind in families.layer_names()))
    usual = families.ALL[0].network
    return next(parts, _STRANGE_PART if module.startswith(_STRANGE_PREFIX) else usual)


def is_ours(module: str) -> bool:
    """Whether a layer may be one of our families' networks, by its kohya name."""
    return any(kind.is_layer(module) for kind in families.layer_names())


def is_skipped_by_kohya(module: str) -> bool:
    """Whether sd-scripts passes over a layer."""
    return any(kind.is_skipped_by_kohya(module) for kind in families.layer_names())


def encoder_of(file: Path, header: Header, trained_on: str) -> str:
    """Which text encoder a peft file of one is for: by its class, its folder, or its width."""
    return families.layer_names()[0].encoder_of(file, header, trained_on)


def dialect_of(keys) -> str:
    """ "kohya", "sgm" (kohya with the original block names), "peft" or "diffusers"."""
    keys = list(keys)
    kinds = families.layer_names()
    if any(kind.part_of(key) for kind in kinds for key in keys):
        return "sgm" if any(kind.is_original(key) for kind in kinds for key in keys) else "kohya"
    return "peft" if any(".lora_A." in key for key in keys) else "diffusers"


def _is_known(place: Place) -> bool:
    return is_ours(place.module)


def _place(kind: LayerNames, stem: str, half: str, encoder: str) -> Place:
    """The place of a tensor, its name read as a kind of networks has it."""
    if part := kind.part_of(stem):
        return Place(kind.canonical(stem), half, part, "")
    if stem.startswith(("lora_", "lycoris_")) and "." not in stem:
        return Place(stem, half, "", "")  # of a network we don't know: its name is kept as it is
    part, path = _taken_apart(kind, stem)
    if part == _STRANGE_PART:
        return Place(_STRANGE_PREFIX + path.replace(".", "_"), half, part, path)
    return Place(kind.from_path(part or kind.guess_part(path, encoder), path), half, part, path)


def _taken_apart(kind: LayerNames, stem: str) -> tuple[str, str]:
    path = stem.removeprefix("base_model.model.")
    for prefix, part in (*kind.dotted, (f"{_STRANGE_PART}.", _STRANGE_PART)):
        if path.startswith(prefix):
            return part, path.removeprefix(prefix).removeprefix("base_model.model.")
    return "", path
