"""LoRA files that travel: what they say of themselves, and the card and picture beside them.

The internal profile tells all a trainer knows. The external one keeps what other tools need, the
licence and the trigger; captions, folders and hashes of the house stay home.
"""

import json
import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mode

from training.engine.errors import EngineError
from training.engine.files import style_paths
from training.engine.files.disk import (
    check_file_name,
    check_folder_path,
    check_replaceable,
    check_writable,
    whole_file,
    write_json,
)
from training.engine.files.safetensors_header import SshsHasher, hash_file, read_header
from training.engine.lora.header import LoraHeader, look
from training.engine.lora.metadata import ARCHITECTURES, VERSIONS
from training.engine.lora.numbers import PIECE, check_numbers
from training.engine.lora.settings import CONFIG_NAME, HEADER_KEY
from training.engine.prompts import letters, strengths
from training.engine.prompts import trigger_words as triggers
from training.engine.prompts.word_weights import literal

PROFILES = ("internal", "external")
MINIMUM = (
    "ss_v2",
    "ss_base_model_version",
    "ss_network_module",
    "ss_network_dim",
    "ss_network_alpha",
    "ss_network_args",
    "ss_output_name",
)
"""The keys other tools need; with modelspec's own they make the external profile."""

_WEBUI_VERSIONS = {"sd_v1": "SD1", "sdxl_base_v1-0": "SDXL"}


@dataclass(frozen=True)
class Exported:
    """What an export wrote: the file and its sha256, the card, and the picture or None."""

    path: Path
    sha256: str
    card: Path
    preview: Path | None


def profile(
    metadata: dict[str, str], name: str, licence: str = "", trigger_words: str = ""
) -> dict[str, str]:
    """The metadata of a profile. licence, trigger_words: written over what the file said.

    Raises EngineError("export-without-licence") for an external file that has none.
    """
    kept = dict(metadata)
    if name == "external":
        kept = {
            key: value
            for key, value in metadata.items()
            if key in MINIMUM or (key.startswith("modelspec.") and key != "modelspec.hash_sha256")
        }
    if licence := letters.said(licence):
        kept["modelspec.license"] = licence
    if trigger_words := letters.said(trigger_words):
        kept["modelspec.trigger_phrase"] = trigger_words
    if name == "external" and not letters.said(kept.get("modelspec.license", "")):
        raise EngineError("export-without-licence")
    return {key: value for key, value in kept.items() if not key.startswith("sshs_")}


def rewrite(
    source: str | Path,
    target: str | Path,
    metadata: dict[str, str],
    config: str | Path | bool = True,
) -> str:
    """The same weights in kohya's format under other metadata; returns the new file's sha256.

    A kohya file's weights are copied byte for byte. Those of PEFT and diffusers keep their bytes
    and get kohya's names and their true alpha. The sshs hashes are added. Needs no torch, so a web
    process may call it; the weights pass through in pieces.
    config: see lora_header.look. Raises EngineError: those of look, what it calls fatal,
    lora-not-finite, disk-full, folder-read-only, lora-export-damaged.
    """
    found = look(source, config=config).require()
    check_numbers(found)
    return _write(found, Path(target), metadata)


def _write(found: LoraHeader, target: Path, metadata: dict[str, str]) -> str:
    tensors = kohya_tensors(found)
    table, offset = {}, 0
    for tensor in tensors:
        table[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.length],
        }
        offset += tensor.length
    kept = _for_kohya(found, metadata)
    known = {key: value for key, value in kept.items() if key.startswith("ss_")}
    hasher = SshsHasher(len(_packed(known, table)))
    with found.file.open("rb") as file:
        for piece in _pieces(found, tensors, file):
            hasher.update(piece)
        full = kept | hasher.hashes()
        with whole_file(target) as temporary:
            with temporary.open("wb") as out:
                out.write(_packed(full, table))
                for piece in _pieces(found, tensors, file):
                    out.write(piece)
            if read_header(temporary).metadata != full:
                raise EngineError("lora-export-damaged", name=target.name, reason="metadata")
    return hash_file(target)


@dataclass(frozen=True)
class _Tensor:
    """One tensor of the new file: from `begin` of the old one's weights, or `value` itself."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    length: int
    begin: int = 0
    value: bytes = b""


def kohya_tensors(found: LoraHeader) -> list[_Tensor]:
    """The tensors of a file under kohya's names, in the order they are to be written in.

    A file that has these names already stays as it is.
    """
    if is_kohya(found):
        return sorted(
            (_copied(found, key, key) for key in found.header.tensors),
            key=lambda tensor: (tensor.begin, tensor.length),
        )
    tensors = []
    for module, layer in found.layers.items():
        alpha = float(layer.rank if layer.alpha is None else layer.alpha)
        tensors += [
            _copied(found, layer.down, f"{module}.lora_down.weight"),
            _copied(found, layer.up, f"{module}.lora_up.weight"),
            _Tensor(f"{module}.alpha", "F32", (), 4, value=struct.pack("<f", alpha)),
        ]
    # As the safetensors library orders them, so that the hashes are those of its own files.
    return sorted(tensors, key=lambda tensor: (-_ORDER.index(tensor.dtype), tensor.name))


def is_kohya(found: LoraHeader) -> bool:
    """Whether a file's tensors have kohya's names, and alphas of their own where one is told."""
    names = set()
    for module, layer in found.layers.items():
        names |= {f"{module}.lora_down.weight", f"{module}.lora_up.weight"}
        if layer.alpha is not None:
            names.add(f"{module}.alpha")
    return names == set(found.header.tensors)


def _for_kohya(found: LoraHeader, metadata: dict[str, str]) -> dict[str, str]:
    """The metadata of a file in kohya's format: with the least that other tools want to know."""
    told = {}
    if not is_kohya(found):
        layers = found.layers.values()
        alpha = mode(layer.rank if layer.alpha is None else layer.alpha for layer in layers)
        told = {
            "ss_v2": "False",
            "ss_network_module": "networks.lora",
            "ss_network_dim": str(mode(layer.rank for layer in layers)),
            "ss_network_alpha": f"{alpha:g}",
        }
        if found.family in VERSIONS:
            told["ss_base_model_version"] = VERSIONS[found.family]
            told["modelspec.architecture"] = ARCHITECTURES[found.family]
    # Beside alphas of its own a file must not carry PEFT's settings: diffusers refuses both.
    return told | {key: value for key, value in metadata.items() if key != HEADER_KEY}


_ORDER = ("F8_E5M2", "F8_E4M3", "F16", "BF16", "F32", "F64")


def _copied(found: LoraHeader, key: str, name: str) -> _Tensor:
    entry = found.header.tensors[key]
    return _Tensor(name, entry.dtype, entry.shape, entry.end - entry.begin, entry.begin)


def _pieces(found: LoraHeader, tensors: list[_Tensor], file) -> Iterator[bytes]:
    for tensor in tensors:
        if tensor.value:
            yield tensor.value
            continue
        file.seek(found.header.start + tensor.begin)
        remaining = tensor.length
        while remaining:
            piece = file.read(min(remaining, PIECE))
            yield piece
            remaining -= len(piece)


def card(
    metadata: dict[str, str], strength: float = 0.7, negative: str = "", family: str = ""
) -> dict:
    """What WebUI reads from `<name>.json`. strength: to begin with, usually 0.5 to 0.8.

    family: of the weights, where the metadata tells none. WebUI takes any other file with metadata
    for SD1, and believes this card before its own guess.
    """
    version = metadata.get("ss_base_model_version") or VERSIONS.get(family, "")
    licence = metadata.get("modelspec.license", "")
    author = metadata.get("modelspec.author", "")
    return {
        "description": metadata.get("modelspec.title", ""),
        "sd version": _WEBUI_VERSIONS.get(version, "Unknown"),
        "activation text": metadata.get("modelspec.trigger_phrase", ""),
        "preferred weight": strength,
        "negative text": negative,
        "notes": ". ".join(
            text for text in (licence and f"Licence: {licence}", author and f"By {author}") if text
        ),
    }


def check(
    source: str | Path,
    folder: str | Path,
    profile_name: str,
    *,
    name: str = "",
    licence: str = "",
    trigger_words: str = "",
    strength: float = 0.7,
) -> tuple[Path, LoraHeader, dict[str, str]]:
    """(file to be written, what is exported, its metadata): all that `export` can refuse before
    anything is read whole, loaded or written. Takes and raises what `export` does.
    """
    target = _target(Path(source), Path(folder), name)
    strengths.check(target.name, strength)
    triggers.check(trigger_words, "--trigger")
    found = look(source).require()
    return target, found, profile(found.header.metadata, profile_name, licence, trigger_words)


def export(
    source: str | Path,
    folder: str | Path,
    profile_name: str,
    *,
    name: str = "",
    licence: str = "",
    trigger_words: str = "",
    precision: str | None = None,
    strength: float = 0.7,
    renderer=None,
    prompt: str = "",
) -> Exported:
    """Write `<name>.safetensors` in kohya's format, `<name>.json` and `<name>.preview.png`.

    source: a LoRA file or folder in any plain dialect. name: of the file; "" is the source's.
    precision: "fp16" or "fp32"; None keeps the weights of a kohya file as they are, bit for bit.
    renderer: a sampling.Renderer of the file's base, for the preview of `prompt` at `strength`,
    which must differ from the base's own picture; None writes no preview.
    Raises EngineError: those of lora_files.read and Renderer.render, strength-out-of-band,
    trigger-words-bad, export-without-licence, lora-without-effect, lora-export-damaged, disk-full,
    folder-read-only. Nothing is left then.
    """
    source, folder = Path(source), Path(folder)
    target, found, metadata = check(
        source,
        folder,
        profile_name,
        name=name,
        licence=licence,
        trigger_words=trigger_words,
        strength=strength,
    )
    check_writable(folder)
    with whole_file(target) as temporary:
        if not precision and found.dialect not in ("kohya", "sgm"):
            precision = "fp16"  # what every tool reads
        _copy(source, temporary, metadata, precision)
        picture = _preview(renderer, temporary, prompt, strength, target) if renderer else None
    preview = None
    if picture:
        preview = target.with_suffix(".preview.png")
        with whole_file(preview) as temporary:
            picture.save(temporary, "PNG")
    write_json(target.with_suffix(".json"), card(metadata, strength, family=found.family))
    return Exported(target, hash_file(target), target.with_suffix(".json"), preview)


def _target(source: Path, folder: Path, name: str) -> Path:
    """The file to be written, whose name is looked at before the work is done."""
    stem = style_paths.stem_of(name) or style_paths.name_of(source)
    check_file_name(stem, "--name", f"{stem}.safetensors")
    check_folder_path(folder, "--output")
    if os.path.isfile(folder):
        raise EngineError("output-is-file", key="--output", path=str(folder))
    target = folder / f"{stem}.safetensors"
    beside = source if source.is_dir() else source.parent
    reads = [
        source,
        *beside.glob(CONFIG_NAME),
        *(beside.glob("*.safetensors") if source.is_dir() else ()),
    ]
    for ending in (".safetensors", ".json", ".preview.png"):
        check_replaceable(target.with_suffix(ending), "--output", reads)
    return target


def _copy(source: Path, target: Path, metadata: dict[str, str], precision: str | None) -> None:
    if precision is None:
        rewrite(source, target, metadata)
        return
    from training.engine.lora import weight_files  # noqa: PLC0415 -- torch; rewrite() goes without

    kept = _for_kohya(look(source), metadata)
    weight_files.write_kohya(target, weight_files.read(source).modules, kept, precision)


def _preview(renderer, path: Path, prompt: str, strength: float, target: Path):
    """The written file's picture. Raises lora-without-effect when it is the base's own."""
    from training.engine.sampling.renderer import SampleRequest  # noqa: PLC0415 -- torch

    prompt = prompt or literal(renderer.base.neutral_phrase) or "a street"
    plain, styled = renderer.render(
        [SampleRequest(prompt), SampleRequest(prompt, packs=[(path, strength)])]
    )
    if plain.tobytes() == styled.tobytes():
        raise EngineError("lora-without-effect", name=target.name, base=renderer.base.name)
    return styled


def _packed(metadata: dict[str, str], table: dict) -> bytes:
    """Length and header of a safetensors file, padded to 8 bytes."""
    text = json.dumps(
        {"__metadata__": metadata, **table}, ensure_ascii=False, separators=(",", ":")
    ).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
