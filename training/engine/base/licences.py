"""Under which licence a base model comes, as its own files say, and what that lets a brand do."""

import re
from pathlib import Path

from training.engine.errors import EngineError
from training.engine.files.safetensors_header import read_header
from training.engine.prompts import letters

COMMERCIAL, NON_COMMERCIAL, UNKNOWN = "commercial", "non-commercial", "unknown"
LONGEST = 120  # characters of a licence's name
_FRONT_MATTER = re.compile(r"\A---\r?\n(.*?)\r?\n---", re.DOTALL)
_LICENSE = re.compile(r"^license:[ \t]*[\"']?([^\"'\r\n#\[]+)", re.MULTILINE)
_FORBIDS = re.compile(r"non[- ]?commercial|[- ]nc([- ]|$)|research|academic", re.IGNORECASE)
# Their names as model cards and metadata write them, without versions and marks between.
_ALLOWS = re.compile(
    r"apache|\bmit\b|\bbsd\b|\bcc0|public domain|unlicense|\bcc[- ]by([- ]sa)?([- ]\d|$)"
    r"|open ?rail",
    re.IGNORECASE,
)


def licence_of(path: str | Path) -> str:
    """The licence's name: `modelspec.license` of a file, `license` of a folder's model card.

    "" where the files say nothing, or nothing that can be read.
    """
    path = Path(path)
    try:
        licence = _of_folder(path) if path.is_dir() else _of_file(path)
    except (OSError, UnicodeDecodeError, EngineError):
        return ""
    return letters.one_line(licence)[:LONGEST]


def class_of(licence: str) -> str:
    """COMMERCIAL, NON_COMMERCIAL or UNKNOWN, as far as the licence's name alone can tell.

    A name that speaks of both is taken for the stricter one; an unknown one is never guessed.
    """
    if _FORBIDS.search(licence):
        return NON_COMMERCIAL
    return COMMERCIAL if _ALLOWS.search(licence) else UNKNOWN


def _of_file(path: Path) -> str:
    return read_header(path).metadata.get("modelspec.license", "")


def _of_folder(path: Path) -> str:
    card = path / "README.md"
    if not card.is_file():
        return ""
    front = _FRONT_MATTER.match(card.read_text(encoding="utf-8"))
    match = front and _LICENSE.search(front[1])
    return match[1] if match else ""
