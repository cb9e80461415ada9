"""Captions of a folder of images: reads every dialect of metadata.csv, writes one.

Read: with or without a header line; captions quoted or not, with commas inside; UTF-8 (with or
without a byte-order mark), UTF-16 or GB 18030; comma, tab or semicolon after the name; JSON lines
with `file_name` and a caption column. Written: headerless RFC 4180 in UTF-8.
"""

import csv
import io
import json
import os
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from training.engine.errors import EngineError
from training.engine.images import IMAGE_EXTENSIONS

NAME_COLUMNS = ("file_name", "filename", "file", "image", "name", "path")
CAPTION_COLUMNS = ("text", "caption", "prompt", "description", "captions")


@dataclass(frozen=True)
class CaptionTable:
    """What a captions file says.

    rows: file name (as written, “/” between folders) → caption, in the order of the file.
    lines: file name → line number, for messages.
    problems: EngineErrors about lines that were left out; the rest is in `rows`.
    """

    rows: dict[str, str]
    problems: list[EngineError] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)


def read_metadata(path: str | Path) -> CaptionTable:
    """The captions of a file. Bad lines become problems, never an exception.

    Raises EngineError: captions-missing-file, captions-not-text.
    """
    path = Path(path)
    try:
        data = path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise EngineError("captions-missing-file", path=str(path)) from error
    return read_metadata_text(decode(data, path.name), path.name)


def read_metadata_text(text: str, name: str = "metadata.csv") -> CaptionTable:
    """As read_metadata, for text that is already there; `name` is how messages call it."""
    if name.lower().endswith((".jsonl", ".ndjson")):
        entries = _json_lines(text, name)
    else:
        entries = _csv_entries(text, name)
    return _table(entries)


def write_metadata(path: str | Path, rows: dict[str, str]) -> None:
    """Write captions as headerless RFC 4180, whole or not at all.

    Names and captions are written without blanks around them, as read_metadata gives them.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_text(metadata_text(rows), encoding="utf-8", newline="")
        os.replace(temporary, path)
    except PermissionError as error:
        raise EngineError("folder-read-only", path=str(path.parent)) from error
    finally:
        temporary.unlink(missing_ok=True)


def metadata_text(rows: dict[str, str]) -> str:
    """The text write_metadata writes."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    for name, caption in rows.items():
        writer.writerow([name.strip(), caption.strip()])
    return buffer.getvalue()


def read_sidecars(folder: str | Path) -> dict[str, str]:
    """Captions from text files beside the images (`a.jpg` and `a.txt` or `a.caption`)."""
    found = {}
    for image in sorted(Path(folder).iterdir()):
        if image.suffix.lower() not in IMAGE_EXTENSIONS:
            continue
        for suffix in (".txt", ".caption"):
            sidecar = image.with_suffix(suffix)
            if sidecar.is_file():
                caption = " ".join(decode(sidecar.read_bytes(), sidecar.name).split())
                if caption:
                    found[image.name] = caption
                    break
    return found


def decode(data: bytes, name: str) -> str:
    """Text of a captions file in UTF-8, UTF-16 or GB 18030. Raises captions-not-text."""
    marked = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "gb18030"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise EngineError("captions-not-text", name=name)


def with_trigger(caption: str, trigger_words: str) -> str:
    """The caption with the trigger words in front, unless it has them already."""
    trigger = trigger_words.strip()
    if not trigger or trigger.casefold() in caption.casefold():
        return caption
    return f"{trigger}, {caption}"


def without_trigger(caption: str, trigger_words: str) -> str:
    """What the caption says of the picture: its terms without the trigger words."""
    trigger = trigger_words.strip().casefold()
    terms = (term.strip() for term in caption.split(","))
    return ", ".join(term for term in terms if term and term.casefold() != trigger)


@dataclass(frozen=True)
class _Entry:
    line: int
    name: str
    caption: str
    problem: EngineError | None = None


def _table(entries) -> CaptionTable:
    table = CaptionTable(rows={})
    for entry in entries:
        problem = entry.problem or _problem(entry, table)
        if problem:
            table.problems.append(problem)
        else:
            table.rows[entry.name] = entry.caption
            table.lines[entry.name] = entry.line
    return table


def _problem(entry: _Entry, table: CaptionTable) -> EngineError | None:
    parts = PurePosixPath(entry.name).parts
    if entry.name.startswith("/") or ".." in parts or re.match(r"^[A-Za-z]:", entry.name):
        return EngineError("captions-bad-name", line=entry.line, name=entry.name)
    if not entry.caption:
        return EngineError("captions-empty", line=entry.line, name=entry.name)
    if entry.name in table.rows:
        first = table.lines[entry.name]
        return EngineError("captions-duplicate", name=entry.name, first=first, second=entry.line)
    return None


def _csv_entries(text: str, name: str):
    # Only real line ends count: a caption may hold U+2028 or a form feed.
    lines = [line for line in re.split(r"(?<=\n)|(?<=\r)(?!\n)", text) if line]
    if not lines:
        return
    delimiter = _delimiter(lines[0])
    start, columns = _header(lines[0], delimiter)
    index = start
    while index < len(lines):
        number = index + 1
        if not lines[index].strip():
            index += 1
            continue
        fields, used = _record(lines, index, delimiter, columns)
        index += used
        if fields is None:
            shown = lines[number - 1].strip()[:80]
            yield _Entry(
                number,
                "",
                "",
                EngineError("captions-line-unreadable", line=number, name=name, text=shown),
            )
        else:
            yield _Entry(number, _file_name(fields[0]), fields[1].strip())


def _delimiter(line: str) -> str:
    """The mark after the file name: the one that leaves an image's name, else a heading's."""
    for mark in (",", "\t", ";"):
        if Path(_cells(line, mark)[0]).suffix in IMAGE_EXTENSIONS:
            return mark
    return next((mark for mark in (",", "\t", ";") if mark in line), ",")


def _cells(line: str, delimiter: str) -> list[str]:
    cells = next(csv.reader([line], delimiter=delimiter), None) or [""]
    return [cell.strip().lower() for cell in cells]


def _header(line: str, delimiter: str) -> tuple[int, tuple[int, int, int] | None]:
    """(lines to pass over, (name's column, caption's column, columns) if a header names them)."""
    cells = _cells(line, delimiter)
    if Path(cells[0]).suffix in IMAGE_EXTENSIONS or len(cells) < 2:
        return 0, None
    names = [i for i, cell in enumerate(cells) if cell in NAME_COLUMNS]
    captions = [i for i, cell in enumerate(cells) if cell in CAPTION_COLUMNS]
    if names and captions:
        return 1, (names[0], captions[0], len(cells))
    # Some other heading (图片,描述): the first field is no image, so the line is a header.
    return (1, None) if not Path(cells[0]).suffix else (0, None)


def _record(lines, index, delimiter, columns):
    """((name, caption) or None, lines used) for the record that begins at `index`."""
    fields, used = _strict(lines, index, delimiter)
    if columns and columns[2] > 2:
        if fields and len(fields) == columns[2]:
            return (fields[columns[0]], fields[columns[1]]), used
        return None, 1
    if fields and len(fields) == 2:
        pair = (fields[1], fields[0]) if columns and columns[0] == 1 else tuple(fields)
        return pair, used
    # The article's own form: the caption is not quoted, and everything after the first comma is it.
    name, mark, caption = lines[index].strip("\r\n").partition(delimiter)
    return ((name.strip().strip('"'), caption), 1) if mark else (None, 1)


def _strict(lines, index, delimiter):
    """RFC 4180 fields of the record at `index`, over as many lines as its quotes span."""
    first = lines[index]
    record = first
    used = 1
    # Look further only where quotes are open, so that a stray one costs no second pass.
    if first.count('"') % 2:
        while record.count('"') % 2 and index + used < len(lines):
            record += lines[index + used]
            used += 1
        if record.count('"') % 2:
            return None, 1
    try:
        rows = list(csv.reader([record], delimiter=delimiter, strict=True))
    except csv.Error:
        return None, 1
    return (rows[0], used) if len(rows) == 1 else (None, 1)


def _json_lines(text: str, name: str):
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            row = None
        caption = None
        if isinstance(row, dict) and isinstance(row.get("file_name"), str):
            caption = next((row[key] for key in CAPTION_COLUMNS if key in row), None)
        if isinstance(caption, str):
            yield _Entry(number, _file_name(row["file_name"]), caption.strip())
        else:
            error = EngineError(
                "captions-line-unreadable", line=number, name=name, text=line.strip()[:80]
            )
            yield _Entry(number, "", "", error)


def _file_name(text: str) -> str:
    name = text.strip().replace("\\", "/")
    return name[2:] if name.startswith("./") else name
