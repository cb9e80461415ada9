"""Captions of a folder of images: the table beside them or their text files, read and written.

Read: `caption_csv` (every dialect of metadata.csv), `caption_json`; UTF-8, UTF-16 or GB 18030
(`caption_encoding`). Written: headerless RFC 4180 in UTF-8.
"""

import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from training.engine.data.captions.csv_table import read_csv
from training.engine.data.captions.encoding import decode, decode_table
from training.engine.data.captions.json_lines import document_records, json_records
from training.engine.data.captions.rows import CaptionTable, gather
from training.engine.data.image_folder import JSON_LINES, SIDECARS, TABLES
from training.engine.data.images import IMAGE_EXTENSIONS
from training.engine.errors import EngineError
from training.engine.files.disk import UnfitFile, read_bounded, whole_file
from training.engine.prompts import letters
from training.engine.prompts.trigger_words import with_trigger, without_trigger

__all__ = [
    "JSON_LINES",
    "SIDECARS",
    "TABLES",
    "CaptionTable",
    "decode",
    "metadata_text",
    "read_metadata",
    "read_metadata_bytes",
    "read_metadata_text",
    "read_sidecars",
    "table_order",
    "with_trigger",
    "without_trigger",
    "write_metadata",
]
LARGEST = 100_000_000  # bytes of a captions file
LARGEST_SIDECAR = 1_000_000  # bytes of the text beside one picture
# What a spreadsheet takes for the beginning of a formula.
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def read_metadata(path: str | Path) -> CaptionTable:
    """The captions of a file. Bad lines become problems, never an exception.

    Raises EngineError: captions-missing-file, captions-not-text, captions-encoding,
    captions-unknown-form, captions-too-large, captions-column-unclear, captions-column-unknown,
    captions-picture-unclear.
    """
    path = Path(path)
    try:
        data = caption_bytes(path)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise EngineError("captions-missing-file", path=str(path)) from error
    return read_metadata_bytes(data, path.name)


def caption_bytes(path: Path, most: int = LARGEST) -> bytes:
    """The bytes of a file of captions. Raises captions-too-large, captions-not-text, OSError."""
    try:
        return read_bounded(path, most)
    except UnfitFile as error:
        if not error.is_large:
            raise EngineError("captions-not-text", name=path.name) from error
        megabytes, limit = path.stat().st_size // 1_000_000, most // 1_000_000
        raise EngineError(
            "captions-too-large", name=path.name, megabytes=megabytes, limit=limit
        ) from error


def table_order(name: str) -> tuple:
    """A key that sorts captions files by whose word counts first: metadata.csv before any other
    table, a folder's before those of folders in it; then texts beside pictures, by their ending.
    """
    path = PurePosixPath(name)
    is_table = path.suffix.lower() in TABLES
    if not is_table:
        return (True, True, 0, path.suffix.lower())
    return (path.stem.casefold() != "metadata", False, len(path.parts), name)


def read_metadata_bytes(data: bytes, name: str) -> CaptionTable:
    """As read_metadata, for bytes that are already there; `name` is how messages call them."""
    return read_metadata_text(decode_table(data, name).text, name)


def read_metadata_text(text: str, name: str = "metadata.csv") -> CaptionTable:
    """As read_metadata, for text that is already there; `name` is how messages call it."""
    kind = PurePosixPath(name).suffix.lower()
    if kind in JSON_LINES:
        return gather(json_records(text, name))
    if kind == ".json":
        return gather(document_records(text, name))
    return read_csv(text, name)


def write_metadata(path: str | Path, rows: dict[str, str]) -> None:
    """Write captions as headerless RFC 4180, whole or not at all.

    Names and captions are written without blanks around them, as read_metadata gives them.
    """
    with whole_file(path) as temporary:
        temporary.write_text(metadata_text(rows), encoding="utf-8", newline="")


def metadata_text(rows: dict[str, str]) -> str:
    """The text write_metadata writes."""
    lines = (f"{name_cell(name)},{caption_cell(text)}\r\n" for name, text in rows.items())
    return "".join(lines)


def name_cell(name: str, delimiter: str = ",") -> str:
    """A file's name as a cell: `./=a.png` is the same file, and no formula to a spreadsheet."""
    name = name.strip()
    return _cell(f"./{name}" if name.startswith(_FORMULA) else name, delimiter)


def caption_cell(caption: str, delimiter: str = ",") -> str:
    """A caption as a cell. A tab keeps a spreadsheet from computing what begins like a formula;
    readers of captions strip blanks, and tokenizers pass over them, so the words are the same."""
    caption = letters.visible(caption)
    return _cell(f"\t{caption}" if caption.startswith(_FORMULA) else caption, delimiter)


def _cell(text: str, delimiter: str) -> str:
    if any(mark in text for mark in (delimiter, '"', "\r", "\n", "\t")):
        return '"' + text.replace('"', '""') + '"'
    return text


def read_sidecars(folder: str | Path) -> dict[str, str]:
    """Captions from text files beside the images (`a.jpg` and `a.txt` or `a.caption`)."""
    captions = {}
    for image in sorted(Path(folder).iterdir()):
        if image.suffix.lower() not in IMAGE_EXTENSIONS:
            continue
        for suffix in SIDECARS:
            sidecar = image.with_suffix(suffix)
            if sidecar.is_file():
                caption = sidecar_caption(
                    decode(caption_bytes(sidecar, LARGEST_SIDECAR), sidecar.name)
                )
                if caption:
                    captions[image.name] = caption
                    break
    return captions


def sidecar_caption(text: str) -> str:
    """The caption of a text file: its first line that says something, as kohya's trainer does."""
    return next(_captions_in(text), "")


def sidecar_lines(text: str) -> int:
    """How many lines of a text file say something."""
    return len(list(_captions_in(text)))


def _captions_in(text: str) -> Iterator[str]:
    return filter(None, map(letters.one_line, re.split(r"[\r\n]+", text)))
