"""The header of a .safetensors file, read and checked without reading a single weight."""

import hashlib
import json
import math
import os
import struct
from dataclasses import dataclass
from pathlib import Path

from training.engine.errors import EngineError

MAX_HEADER_BYTES = 100_000_000
PICKLE_SUFFIXES = (".ckpt", ".pt", ".pth", ".bin", ".pkl", ".pickle")

_BYTES = {
    "BOOL": 1,
    "U8": 1,
    "I8": 1,
    "F8_E4M3": 1,
    "F8_E5M2": 1,
    "U16": 2,
    "I16": 2,
    "F16": 2,
    "BF16": 2,
    "U32": 4,
    "I32": 4,
    "F32": 4,
    "U64": 8,
    "I64": 8,
    "F64": 8,
}


@dataclass(frozen=True)
class TensorEntry:
    """One tensor as the header tells it: dtype by its safetensors name (“F16”), and its shape."""

    dtype: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Header:
    """tensors: name → entry, in file order. metadata: text → text. size: file length in bytes."""

    tensors: dict[str, TensorEntry]
    metadata: dict[str, str]
    size: int

    def shape(self, name: str) -> tuple[int, ...] | None:
        entry = self.tensors.get(name)
        return entry.shape if entry else None


def read_header(path: str | Path) -> Header:
    """The checked header of a file.

    Raises EngineError: file-missing, file-is-pickle, file-not-safetensors (a header that is too
    long, not JSON, or that promises bytes the file doesn't have).
    """
    path = Path(path)
    if not path.is_file():
        raise EngineError("file-missing", path=str(path))
    if is_pickle(path):
        raise EngineError("file-is-pickle", name=path.name)
    size = path.stat().st_size
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise _unsound(path, "it is shorter than a header")
        (length,) = struct.unpack("<Q", start)
        if length > MAX_HEADER_BYTES:
            raise _unsound(path, "its header is oversized")
        if 8 + length > size:
            raise _unsound(path, "it ends inside its header")
        raw = file.read(length)
    try:
        table = json.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise _unsound(path, "its header is not JSON") from error
    if not isinstance(table, dict):
        raise _unsound(path, "its header is not a table")
    metadata = table.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _unsound(path, "its metadata is not text")
    return Header(_entries(path, table, size - 8 - length), metadata, size)


def is_pickle(path: str | Path) -> bool:
    """Whether a file is a pickle by name or by its first bytes (zip or pickle protocol mark)."""
    path = Path(path)
    if path.suffix.lower() in PICKLE_SUFFIXES:
        return True
    with path.open("rb") as file:
        start = file.read(4)
    return start == b"PK\x03\x04" or (len(start) > 1 and start[0] == 0x80 and start[1] <= 5)


def sshs_hashes(start: int, data: bytes) -> dict[str, str]:
    """The two hashes by which WebUI tools know a LoRA, as sd-scripts computes them.

    Both are taken of the file with ss_* metadata only. start: bytes before its weights.
    data: its weights. The legacy hash (8 hex digits) is of 64 KiB from offset 1 MiB of the file.
    """
    return {
        "sshs_model_hash": hashlib.sha256(data).hexdigest(),
        "sshs_legacy_hash": hashlib.sha256(
            data[max(0, 0x100000 - start) : max(0, 0x110000 - start)]
        ).hexdigest()[:8],
    }


def hash_file(path: str | Path) -> str:
    """sha256 of a file's bytes, in hex; remembered while size and time of the file stay."""
    path = Path(path).resolve()
    status = path.stat()
    key = (str(path), status.st_size, status.st_mtime_ns)
    if key not in _HASHES:
        with path.open("rb") as file:
            _HASHES[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _HASHES[key]


_HASHES: dict[tuple[str, int, int], str] = {}


def _entries(path: Path, table: dict, data_bytes: int) -> dict[str, TensorEntry]:
    entries = {}
    spans = []
    for name, cell in table.items():
        try:
            dtype, shape, (begin, end) = cell["dtype"], tuple(cell["shape"]), cell["data_offsets"]
            width = _BYTES[dtype]
            whole = all(isinstance(n, int) and n >= 0 for n in (*shape, begin, end))
        except (TypeError, KeyError, ValueError) as error:
            raise _unsound(path, f"its entry {name[:80]!r} can't be understood") from error
        if not whole or end - begin != math.prod(shape) * width:
            raise _unsound(path, f"its entry {name[:80]!r} lies about its size")
        spans.append((begin, end))
        entries[name] = TensorEntry(dtype, shape)
    expected = 0
    for begin, end in sorted(spans):
        if begin != expected:
            raise _unsound(path, "its entries overlap or leave gaps")
        expected = end
    if expected != data_bytes:
        raise _unsound(path, f"it has {data_bytes} bytes of weights, its header says {expected}")
    return entries


def _unsound(path: Path, reason: str) -> EngineError:
    return EngineError("file-not-safetensors", name=os.path.basename(path), reason=reason)
