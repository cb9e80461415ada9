"""Any plain LoRA file under kohya's names, with other metadata: byte for byte, without torch."""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import mode

from training.engine import families
from training.engine.errors import EngineError
from training.engine.files.disk import (
    whole_file,
)
from training.engine.files.safetensors_header import SshsHasher, read_header
from training.engine.lora.header import LoraHeader, look
from training.engine.lora.numbers import PIECE, check_numbers
from training.engine.lora.settings import HEADER_KEY


def rewrite(
    source: str | Path,
    target: str | Path,
    metadata: dict[str, str],
    config: str | Path | bool = True,
) -> None:
    """The same weights in kohya's format under other metadata.

    A kohya file's weights are copied byte for byte. Those of PEFT and diffusers keep their bytes
    and get kohya's names and their true alpha. The sshs hashes are added. Needs no torch, so a web
    process may call it; the weights pass through in pieces.
    config: see lora_header.look. Raises EngineError: those of look, what it calls fatal,
    lora-not-finite, disk-full, folder-read-only, lora-export-damaged.
    """
    lora = look(source, config=config).require()
    check_numbers(lora)
    _write(lora, Path(target), metadata)


def _write(lora: LoraHeader, target: Path, metadata: dict[str, str]) -> None:
    tensors = kohya_tensors(lora)
    table, offset = {}, 0
    for tensor in tensors:
        table[tensor.name] = {
            "dtype": tensor.dtype,
            "shape": list(tensor.shape),
            "data_offsets": [offset, offset + tensor.length],
        }
        offset += tensor.length
    metadata = for_kohya(lora, metadata)
    ss_metadata = {key: value for key, value in metadata.items() if key.startswith("ss_")}
    hasher = SshsHasher(len(_packed(ss_metadata, table)))
    with lora.file.open("rb") as file:
        for piece in _pieces(lora, tensors, file):
            hasher.update(piece)
        full = metadata | hasher.hashes()
        with whole_file(target) as temporary:
            with temporary.open("wb") as out:
                out.write(_packed(full, table))
                for piece in _pieces(lora, tensors, file):
                    out.write(piece)
            if read_header(temporary).metadata != full:
                raise EngineError("lora-export-damaged", name=target.name, reason="metadata")


@dataclass(frozen=True)
class _Tensor:
    """One tensor of the new file: from `begin` of the old one's weights, or `value` itself."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    length: int
    begin: int = 0
    value: bytes = b""


def kohya_tensors(lora: LoraHeader) -> list[_Tensor]:
    """The tensors of a file under kohya's names, in the order they are to be written in.

    A file that has these names already stays as it is.
    """
    if is_kohya(lora):
        return sorted(
            (_copied(lora, key, key) for key in lora.header.tensors),
            key=lambda tensor: (tensor.begin, tensor.length),
        )
    tensors = []
    for module, layer in lora.layers.items():
        alpha = float(layer.rank if layer.alpha is None else layer.alpha)
        tensors += [
            _copied(lora, layer.down, f"{module}.lora_down.weight"),
            _copied(lora, layer.up, f"{module}.lora_up.weight"),
            _Tensor(f"{module}.alpha", "F32", (), 4, value=struct.pack("<f", alpha)),
        ]
    # As the safetensors library orders them, so that the hashes are those of its own files.
    return sorted(tensors, key=lambda tensor: (-_ORDER.index(tensor.dtype), tensor.name))


def is_kohya(lora: LoraHeader) -> bool:
    """Whether a file's tensors have kohya's names, and alphas of their own where one is told."""
    names = set()
    for module, layer in lora.layers.items():
        names |= {f"{module}.lora_down.weight", f"{module}.lora_up.weight"}
        if layer.alpha is not None:
            names.add(f"{module}.alpha")
    return names == set(lora.header.tensors)


def for_kohya(lora: LoraHeader, metadata: dict[str, str]) -> dict[str, str]:
    """The metadata of a file in kohya's format: with the least that other tools want to know."""
    defaults = {}
    if not is_kohya(lora):
        layers = lora.layers.values()
        alpha = mode(layer.rank if layer.alpha is None else layer.alpha for layer in layers)
        defaults = {
            "ss_v2": "False",
            "ss_network_module": "networks.lora",
            "ss_network_dim": str(mode(layer.rank for layer in layers)),
            "ss_network_alpha": f"{alpha:g}",
        }
        if lora.family in families.NAMES:
            family = families.of(lora.family)
            defaults["ss_base_model_version"] = family.version
            defaults["modelspec.architecture"] = family.architecture
    # Beside alphas of its own a file must not carry PEFT's settings: diffusers refuses both.
    return defaults | {key: value for key, value in metadata.items() if key != HEADER_KEY}


_ORDER = ("F8_E5M2", "F8_E4M3", "F16", "BF16", "F32", "F64")


def _copied(lora: LoraHeader, key: str, name: str) -> _Tensor:
    entry = lora.header.tensors[key]
    return _Tensor(name, entry.dtype, entry.shape, entry.end - entry.begin, entry.begin)


def _pieces(lora: LoraHeader, tensors: list[_Tensor], file) -> Iterator[bytes]:
    for tensor in tensors:
        if tensor.value:
            yield tensor.value
            continue
        file.seek(lora.header.start + tensor.begin)
        remaining = tensor.length
        while remaining:
            piece = file.read(min(remaining, PIECE))
            yield piece
            remaining -= len(piece)


def _packed(metadata: dict[str, str], table: dict) -> bytes:
    """Length and header of a safetensors file, padded to 8 bytes."""
    text = json.dumps(
        {"__metadata__": metadata, **table}, ensure_ascii=False, separators=(",", ":")
    ).encode()
    text += b" " * (-len(text) % 8)
    return len(text).to_bytes(8, "little") + text
