"""The header of a .safetensors file, read and checked without reading a single weight."""

import hashlib
import math
import struct
from dataclasses import dataclass, field
from pathlib import Path

from training.engine import fault_reasons
from training.engine.errors import EngineError
from training.engine.files import json_table

MAX_HEADER_BYTES = 10_000_000
MAX_TENSORS = 20_000
MAX_DIMENSIONS = 8
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
    """One tensor as the header tells it.

    dtype: by its safetensors name (“F16”). begin, end: bytes it takes, counted from the end of the
    header.
    """

    dtype: str
    shape: tuple[int, ...]
    begin: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Header:
    """tensors: name → entry, in file order. metadata: text → text. size: file length in bytes.

    start: where the weights begin in the file.
    """

    tensors: dict[str, TensorEntry]
    metadata: dict[str, str]
    size: int
    start: int = 0

    def shape(self, name: str) -> tuple[int, ...] | None:
        entry = self.tensors.get(name)
        return entry.shape if entry else None


def read_header(path: str | Path, name: str = "") -> Header:
    """The checked header of a file. name: what messages call it; "" is its own name.

    Raises EngineError: file-missing, file-is-pickle, file-not-safetensors (a header that is too
    long, not JSON, or that promises bytes the file doesn't have; a pointer or page in its place).
    """
    path = Path(path)
    name = name or path.name
    if not path.is_file():
        raise EngineError("file-missing", path=str(path))
    if is_pickle(path):
        raise EngineError("file-is-pickle", name=name)
    size = path.stat().st_size
    with path.open("rb") as file:
        if reason := fault_reasons.of_start(file.read(fault_reasons.START)):
            raise _unsound(name, reason)
    raw = _raw_header(path, size, name)
    if raw.count(b'"dtype"') > MAX_TENSORS:  # told without taking the header apart
        raise _unsound(name, f"it names more than {MAX_TENSORS} tensors")
    try:
        table = json_table.read_table(raw, MAX_HEADER_BYTES)
    except ValueError as error:
        raise _unsound(name, str(error).replace("it ", "its header ", 1)) from error
    metadata = table.pop("__metadata__", {})
    if not isinstance(metadata, dict) or not all(isinstance(v, str) for v in metadata.values()):
        raise _unsound(name, "its metadata is not text")
    if len(table) > MAX_TENSORS:
        raise _unsound(name, f"it names more than {MAX_TENSORS} tensors")
    start = 8 + len(raw)
    return Header(_entries(name, table, size - start), metadata, size, start)


def _raw_header(path: Path, size: int, name: str) -> bytes:
    with path.open("rb") as file:
        start = file.read(8)
        if len(start) < 8:
            raise _unsound(name, "it is shorter than a header")
        (length,) = struct.unpack("<Q", start)
        if length > MAX_HEADER_BYTES:
            reason = (
                f"its header has {length / 1e6:.0f} MB; {MAX_HEADER_BYTES // 10**6} are the most"
            )
            raise _unsound(name, reason)
        if 8 + length > size:
            raise _unsound(name, "it ends inside its header")
        return file.read(length)


def is_pickle(path: str | Path) -> bool:
    """Whether a file is a pickle by name or by its first bytes (zip or pickle protocol mark)."""
    path = Path(path)
    if path.suffix.lower() in PICKLE_SUFFIXES:
        return True
    with path.open("rb") as file:
        start = file.read(9)
    if start[3:] == b"\0\0\0\0\0{":
        return False  # a header of 384 bytes begins with the mark of a pickle by chance
    return start[:4] == b"PK\x03\x04" or (len(start) > 1 and start[0] == 0x80 and start[1] <= 5)


class SshsHasher:
    """The two hashes by which WebUI tools know a LoRA, as sd-scripts computes them.

    Both are taken of the file with ss_* metadata only. start: bytes before its weights, which are
    then given in pieces. The legacy hash (8 hex digits) is of 64 KiB from offset 1 MiB of the file.
    """

    def __init__(self, start: int):
        self._at = start
        self._model = hashlib.sha256()
        self._legacy = hashlib.sha256()

    def update(self, data: bytes) -> None:
        self._model.update(data)
        self._legacy.update(data[max(0, 0x100000 - self._at) : max(0, 0x110000 - self._at)])
        self._at += len(data)

    def hashes(self) -> dict[str, str]:
        return {
            "sshs_model_hash": self._model.hexdigest(),
            "sshs_legacy_hash": self._legacy.hexdigest()[:8],
        }


def sshs_hashes(start: int, data: bytes) -> dict[str, str]:
    """SshsHasher's two hashes of weights that are in memory."""
    hasher = SshsHasher(start)
    hasher.update(data)
    return hasher.hashes()


def hash_file(path: str | Path) -> str:
    """sha256 of a file's bytes, in hex; remembered while size and time of the file stay."""
    path = Path(path).resolve()
    status = path.stat()
    key = (str(path), status.st_ino, status.st_size, status.st_mtime_ns)
    if key not in _HASHES:
        with path.open("rb") as file:
            _HASHES[key] = hashlib.file_digest(file, "sha256").hexdigest()
    return _HASHES[key]


_HASHES: dict[tuple[str, int, int, int], str] = {}


def _entries(file: str, table: dict, data_bytes: int) -> dict[str, TensorEntry]:
    entries = {name: _entry(file, name, cell) for name, cell in table.items()}
    expected = 0
    for entry in sorted(entries.values(), key=lambda entry: (entry.begin, entry.end)):
        if entry.begin != expected:
            raise _unsound(file, "its entries overlap or leave gaps")
        expected = entry.end
    if expected != data_bytes:
        raise _unsound(file, f"it has {data_bytes} bytes of weights, its header says {expected}")
    return entries


def _entry(file: str, name: str, cell) -> TensorEntry:
    try:
        dtype, shape, (begin, end) = cell["dtype"], cell["shape"], cell["data_offsets"]
        width = _BYTES[dtype]
    except (TypeError, KeyError, ValueError) as error:
        raise _unsound(file, f"its entry {name[:80]!r} can't be understood") from error
    if not isinstance(shape, list) or len(shape) > MAX_DIMENSIONS:
        raise _unsound(file, f"its entry {name[:80]!r} can't be understood")
    whole = all(type(n) is int and 0 <= n < 2**63 for n in (*shape, begin, end))
    if not whole or end - begin != math.prod(shape) * width:
        raise _unsound(file, f"its entry {name[:80]!r} lies about its size")
    return TensorEntry(dtype, tuple(shape), begin, end)


def _unsound(name: str, reason: str) -> EngineError:
    return EngineError("file-not-safetensors", name=name, reason=reason)
