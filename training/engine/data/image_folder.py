"""The files of a folder that count, and what each is called: one rule for every reader.

`screen`, `label`, `train` and what the site takes in read the same files under the same names, so
that a captions file which one of them writes is understood by the others. Folders inside are read
too. Passed over without a word: what begins with a dot, what operating systems leave behind, and
the output folders of runs. Everything else is either in `files` or named in `faults`.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from training.engine.data.images import IMAGE_EXTENSIONS
from training.engine.data.spread import first_names
from training.engine.errors import EngineError

JSON_LINES = (".jsonl", ".ndjson")
TABLES = frozenset({".csv", ".tsv", *JSON_LINES, ".json"})
SIDECARS = (".txt", ".caption")
RECORD, EVENTS, SAMPLES, BOARD = "run.json", "events.jsonl", "samples", "tensorboard"
"""What a run writes into its output folder, beside its weights and what begins with a dot."""
# That there are captions, settings and copies of captions beside pictures needs no word.
_BESIDE = re.compile(
    rf"(?:{'|'.join(map(re.escape, (*TABLES, *SIDECARS, '.toml', '.yaml', '.yml')))}|\.bak\d*)$",
    re.IGNORECASE,
)
_NAMED = 5  # files that are passed over
_EDGES = re.compile(r"^[\s\ufeff\u200b]+|[\s\ufeff\u200b.]+$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LITTER = {"__macosx", "@eadir", "thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class FolderFiles:
    """What a look through a folder found.

    files: name → path, in the order of the names; a name has “/” between folders.
    faults: EngineErrors about files that can't be read under any name. remarks: of what was passed
    over without being looked at.
    """

    files: dict[str, Path]
    faults: list[EngineError]
    remarks: list[EngineError] = field(default_factory=list)


def find_images(folder: str | Path, key: str = "--input") -> FolderFiles:
    """The pictures of a folder. key: what gave the folder, for the message.

    Raises EngineError: folder-missing, folder-unreadable.
    """
    return find_files(folder, IMAGE_EXTENSIONS, key)


def find_files(folder: str | Path, endings: frozenset[str], key: str = "--input") -> FolderFiles:
    """The files of a folder with one of these endings. Raises as find_images."""
    if not os.path.isdir(folder):  # False for names that no disk takes, where Path would raise
        raise EngineError("folder-missing", path=str(folder), key=key)
    files: dict[str, Path] = {}
    faults: list[EngineError] = []
    others: list[str] = []
    for raw, path in walk(Path(folder), faults):
        name = clean_name(raw)
        if PurePosixPath(name).suffix.lower() not in endings:
            if not _BESIDE.search(name):
                others.append(name)
            continue
        if fault := _fault(raw, name, path, files):
            faults.append(fault)
        else:
            files[name] = path
    return FolderFiles(dict(sorted(files.items())), faults, _remarks(str(folder), sorted(others)))


def _remarks(folder: str, others: list[str]) -> list[EngineError]:
    if not others:
        return []
    names = first_names(others, _NAMED)
    return [EngineError("files-passed-over", path=folder, count=len(others), names=names)]


def clean_name(text: str) -> str:
    """A file's name as tables and messages have it, whether it stands on a disk or in a table.

    NFC, “/” between folders, no blanks around the parts, no letters that can't be printed, no “./”.
    A name of the disk in GBK, which
    Python carries as lone surrogates, becomes the Chinese it was.
    """
    text = _CONTROL.sub("", unicodedata.normalize("NFC", _decoded(text))).replace("\\", "/")
    parts = [_clean_part(part) for part in text.split("/")]
    cleaned = "/".join(part for part in parts if part not in ("", "."))
    return "/" + cleaned if text.startswith("/") else cleaned


def ending(name: str) -> str:
    """The ending of a name as sent, such as “.jpg”, in small letters."""
    return PurePosixPath(clean_name(name)).suffix.lower()


def is_litter(name: str) -> bool:
    """Whether a file or a folder around it is hidden, or left behind by an operating system."""
    parts = clean_name(name).split("/")
    return any(part.lower() in _LITTER or (part.startswith(".") and part != "..") for part in parts)


def leads_outside(name: str) -> bool:
    """Whether a clean name points out of its folder."""
    drive = len(name) > 2 and name[0].isascii() and name[0].isalpha() and name[1:3] == ":/"
    return name.startswith("/") or ".." in name.split("/") or drive


def _clean_part(part: str) -> str:
    return part.strip() if part.strip() in (".", "..") else _EDGES.sub("", part)


def _decoded(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        try:
            return os.fsencode(text).decode("gb18030")
        except UnicodeError:
            return re.sub(r"[\ud800-\udfff]", "\ufffd", text)
    return text


def _fault(raw: str, name: str, path: Path, files: dict[str, Path]) -> EngineError | None:
    if not _is_text(raw):
        return EngineError("image-name-unreadable", name=name)
    if not path.is_file():
        reason = "dead-link" if path.is_symlink() else "no-file"
        return EngineError("image-unreadable", name=name, reason=reason)
    if name in files:
        other = os.fsencode(files[name].name).decode("utf-8", "replace")
        return EngineError("image-name-taken", name=name, other=other)
    return None


def _is_text(raw: str) -> bool:
    try:
        os.fsencode(raw).decode("gb18030" if _has_surrogates(raw) else "utf-8")
    except UnicodeError:
        return False
    return True


def _has_surrogates(raw: str) -> bool:
    return any("\ud800" <= letter <= "\udfff" for letter in raw)


def walk(root: Path, faults: list[EngineError]) -> Iterator[tuple[str, Path]]:
    """(name as on the disk, path) of every file that counts, those of a folder before those of the
    folders in it. A linked folder is entered once, no loop twice; what a run wrote is passed over.
    """
    home = os.path.realpath(root)
    entered = {home}
    pending = [("", root)]
    while pending:
        prefix, folder = pending.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError as error:
            fault = EngineError("folder-unreadable", name=clean_name(str(folder)))
            if not prefix:
                raise fault from error
            faults.append(fault)
            continue
        of_run: tuple[str, ...] = ()
        if any(entry.name == RECORD for entry in entries):
            if prefix:
                continue  # what a run has drawn is no picture to learn from
            of_run = (RECORD, EVENTS, SAMPLES, BOARD)
        for entry in entries:
            if is_litter(entry.name) or entry.name in of_run:
                continue
            path = Path(entry.path)
            if not os.path.isdir(path):
                yield prefix + entry.name, path
                continue
            real = os.path.realpath(path)
            if real not in entered and not (path.is_symlink() and _nested(real, home)):
                entered.add(real)
                pending.append((f"{prefix}{entry.name}/", path))


def _nested(one: str, other: str) -> bool:
    """Whether one of two folders lies in the other."""
    return os.path.commonpath([one, other]) in (one, other)
