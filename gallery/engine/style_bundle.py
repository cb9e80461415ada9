"""A style that travels between studios: a zip of its files with a signed list of them.

`manifest.json` (canonical JSON) names each file with size and SHA-256 and says what the sender
claims; `manifest.sig` is the Ed25519 signature over its bytes. Nothing else is unpacked before the
signature is found right, and nothing that the manifest doesn't name.
"""

import contextlib
import hashlib
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from gallery.engine import signing
from training.engine import fault_reasons
from training.engine.errors import EngineError
from training.engine.files.disk import disk_errors
from training.engine.files.json_table import read_table
from training.engine.files.safetensors_header import hash_file
from training.engine.lora.header import LoraHeader, look
from training.engine.lora.numbers import check_effect, check_numbers

FORMAT = "brand-studio-style"
NEWEST = 1
ENDING = ".bundle.zip"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
MOST_MANIFEST = 256 * 1024  # bytes
MOST_FILES = 8
MOST_SCORES = 100
MOST_BYTES = 1_000_000_000  # of all files together
_PIECE = 1 << 20
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")
_NUMBER = (int, float)
# What every manifest tells: key → type, or a table of such.
_SHAPE = {
    "version": int,
    "made_on": str,
    "studio": {"name": str, "public_key": str},
    "pack": {"slug": str, "name_zh": str, "name_en": str, "summary_zh": str, "summary_en": str},
    "base": {"family": str, "sha256": str},
    "band": {
        "strength_min": _NUMBER,
        "best_min": _NUMBER,
        "strength": _NUMBER,
        "best_max": _NUMBER,
        "strength_max": _NUMBER,
    },
    "scores": list,
    "trigger_words": str,
    "rights": {"made_by": str, "licence": str, "commercial_use": str},
    "approval": {"by": str, "on": str},
    "files": list,
}


@dataclass(frozen=True)
class Bundle:
    """A bundle whose signature is right; whose key that is, others judge.

    name: what messages call it. manifest: as the sender signed it. public_key: of the sender.
    """

    path: Path
    name: str
    manifest: dict
    public_key: str

    @property
    def fingerprint(self) -> str:
        return signing.fingerprint(self.public_key)

    @property
    def studio(self) -> str:
        """What the sender calls itself."""
        return self.manifest["studio"]["name"]


def write(target: IO[bytes], files: dict[str, Path], claims: dict, key: Ed25519PrivateKey) -> None:
    """Write the files (name in the zip → path) and what is claimed of them, signed.

    claims: what a manifest tells, save `files`, the format and the public key.
    """
    manifest = claims | {
        "format": FORMAT,
        "format_version": NEWEST,
        "studio": claims["studio"] | {"public_key": signing.public_text(key)},
        "files": [
            {"name": name, "sha256": hash_file(path), "size": path.stat().st_size}
            for name, path in sorted(files.items())
        ],
    }
    content = canonical(manifest)
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr(MANIFEST, content)
        archive.writestr(SIGNATURE, key.sign(content))
        for name, path in sorted(files.items()):
            archive.write(path, name)


def canonical(manifest: dict) -> bytes:
    """The one way in which we write a manifest: sorted names, no blanks, UTF-8."""
    return json.dumps(
        manifest, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()


def open_signed(path: str | Path, name: str = "") -> Bundle:
    """The bundle at a path, its signature and its list of files found right.

    name: what messages call it; "" is its own name. Raises EngineError: file-missing,
    bundle-unreadable, bundle-not-one, bundle-manifest-odd, bundle-newer, bundle-signature-wrong,
    bundle-file-missing, bundle-file-extra.
    """
    path = Path(path)
    name = name or path.name
    if not path.is_file():
        raise EngineError("file-missing", path=str(path))
    with _opened(path, name) as archive:
        entries = [entry.filename for entry in archive.infolist()]
        for needed in (MANIFEST, SIGNATURE):
            if needed not in entries:
                raise EngineError("bundle-not-one", name=name, file=needed)
        content = _read_entry(archive, name, MANIFEST, MOST_MANIFEST)
        signature = _read_entry(archive, name, SIGNATURE, signing.SIGNATURE_BYTES)
    manifest = _table(content, name)
    public = _signer(manifest, signature, content, name)
    _check_manifest(manifest, name)
    _check_entries(name, entries, manifest)
    return Bundle(path, name, manifest, public)


def unpack(bundle: Bundle, folder: Path) -> LoraHeader:
    """Unpack the files into a folder; returns the weights, which are sound and act.

    Raises EngineError: bundle-file-changed, bundle-unreadable, bundle-family-lies, disk-full,
    those of lora.header.look and what it calls fatal, lora-not-finite, lora-all-zero.
    """
    with _opened(bundle.path, bundle.name) as archive, disk_errors(folder):
        for entry in bundle.manifest["files"]:
            _unpack_entry(archive, bundle.name, entry, folder / entry["name"])
    weights = folder / _weights_of(bundle.manifest)
    lora = look(weights, f"{bundle.name}/{weights.name}", False).require()
    claimed = bundle.manifest["base"]["family"]
    if lora.family not in (claimed, "unknown"):
        raise EngineError("bundle-family-lies", name=bundle.name, told=claimed, found=lora.family)
    check_numbers(lora)
    check_effect(lora)
    return lora


@contextlib.contextmanager
def _opened(path: Path, name: str) -> Iterator[zipfile.ZipFile]:
    """The zip; what its readers raise becomes bundle-unreadable."""
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except EngineError:
        raise
    except Exception as error:
        # A damaged or oddly packed entry: zipfile lets through what its decoders raise.
        reason = fault_reasons.of_zip(error, path)
        raise EngineError("bundle-unreadable", name=name, reason=reason) from error


def _read_entry(archive: zipfile.ZipFile, name: str, entry: str, most: int) -> bytes:
    with archive.open(entry) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise EngineError("bundle-manifest-odd", name=name, reason=f"{entry} > {most} bytes")
    return content


def _table(content: bytes, name: str) -> dict:
    try:
        return read_table(content, MOST_MANIFEST)
    except ValueError as error:
        raise EngineError("bundle-manifest-odd", name=name, reason=str(error)) from error


def _signer(manifest: dict, signature: bytes, content: bytes, name: str) -> str:
    """The public key whose signature is right. Of what may be forged only the key is looked at."""
    studio = manifest.get("studio")
    key = studio.get("public_key") if isinstance(studio, dict) else None
    if not isinstance(key, str):
        raise EngineError("bundle-not-one", name=name, file=MANIFEST)
    try:
        public = signing.tidy_public(key)
    except EngineError:
        public = ""  # what nobody has signed with
    if not signing.is_signed(public, signature, content):
        raise EngineError("bundle-signature-wrong", name=name)
    return public


def _check_manifest(manifest: dict, name: str) -> None:
    """Raise for what is signed and can't be understood."""
    if manifest.get("format") != FORMAT:
        raise EngineError("bundle-not-one", name=name, file=MANIFEST)
    version = manifest.get("format_version")
    if type(version) is int and version > NEWEST:
        raise EngineError("bundle-newer", name=name, version=version, newest=NEWEST)
    reason = (
        _shape_fault(manifest, _SHAPE)
        or _scores_fault(manifest["scores"])
        or _files_fault(manifest["files"])
    )
    if reason:
        raise EngineError("bundle-manifest-odd", name=name, reason=reason)


def _shape_fault(table: dict, shape: dict, where: str = "") -> str:
    """What of a table is not as it should be; "" for nothing."""
    for key, kind in shape.items():
        value = table.get(key)
        if isinstance(kind, dict) and isinstance(value, dict):
            fault = _shape_fault(value, kind, f"{where}{key}.")
        elif isinstance(kind, dict):
            fault = f"{where}{key}"
        else:
            fault = "" if _is_plain(value, kind) else f"{where}{key}"
        if fault:
            return fault
    return ""


def _is_plain(value, kind) -> bool:
    is_number = isinstance(value, _NUMBER)
    return (
        isinstance(value, kind)
        and not isinstance(value, bool)
        and not (is_number and not abs(value) < 2**53)
    )


def _scores_fault(scores: list) -> str:
    is_right = len(scores) <= MOST_SCORES and all(
        isinstance(row, dict)
        and "strength" in row
        and all(_is_plain(value, _NUMBER) for value in row.values())
        for row in scores
    )
    return "" if is_right else "scores"


def _files_fault(files: list) -> str:
    shape = {"name": str, "sha256": str, "size": int}
    if not 0 < len(files) <= MOST_FILES:
        return "files"
    for entry in files:
        if not isinstance(entry, dict) or _shape_fault(entry, shape) or entry["size"] < 0:
            return "files"
        if not _NAME.fullmatch(entry["name"]) or entry["name"] in (MANIFEST, SIGNATURE):
            return f"files: {entry['name'][:100]!r}"
    names = [entry["name"] for entry in files]
    weights = [name for name in names if name.endswith(".safetensors")]
    if len(set(names)) != len(names) or len(weights) != 1:
        return "files"
    return "files: size" if sum(entry["size"] for entry in files) > MOST_BYTES else ""


def _weights_of(manifest: dict) -> str:
    names = (entry["name"] for entry in manifest["files"])
    return next(name for name in names if name.endswith(".safetensors"))


def _check_entries(name: str, entries: list[str], manifest: dict) -> None:
    """Raise for a file that is named and not there, there and not named, or there twice."""
    named = {MANIFEST, SIGNATURE, *(entry["name"] for entry in manifest["files"])}
    if missing := sorted(named - set(entries)):
        raise EngineError("bundle-file-missing", name=name, file=missing[0])
    extra = [entry for entry in entries if entry not in named or entries.count(entry) > 1]
    if extra:
        raise EngineError("bundle-file-extra", name=name, file=extra[0][:100])


def _unpack_entry(archive: zipfile.ZipFile, name: str, entry: dict, target: Path) -> None:
    """One file, never more bytes than were signed for."""
    digest, left = hashlib.sha256(), entry["size"]
    with archive.open(entry["name"]) as source, target.open("wb") as file:
        while left >= 0 and (piece := source.read(min(_PIECE, left + 1))):
            left -= len(piece)
            digest.update(piece)
            file.write(piece)
    if left != 0 or digest.hexdigest() != entry["sha256"]:
        raise EngineError("bundle-file-changed", name=name, file=entry["name"])
