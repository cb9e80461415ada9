"""Why a file can't be read or a text can't be taken, by name: the fact `reason` of EngineErrors.

Libraries tell such things in English of their own; here they become one of a few reasons, each
with words that are translated like every other sentence.
"""

import struct
import zipfile
import zlib
from pathlib import Path


def gettext_noop(sentence: str) -> str:
    """Mark a sentence for extraction into the catalogues; it is translated only when shown."""
    return sentence


class Counted(str):
    """A sentence that counts: the text for many, .one for a single one. by: the fact it counts."""

    one: str
    by: str


def ngettext_noop(one: str, many: str, by: str) -> Counted:
    """Mark both forms of a sentence for extraction, as `gettext_noop` does."""
    sentence = Counted(many)
    sentence.one, sentence.by = one, by
    return sentence


def counted(number: int, thing: str) -> str:
    """So many of a thing in English: "1 picture", "2 pictures"."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


REASONS: dict[str, str] = {
    "missing": gettext_noop("there is no such file"),
    "no-file": gettext_noop("it is not a file"),
    "dead-link": gettext_noop("its link leads nowhere"),
    "forbidden": gettext_noop("the studio has no right to read it"),
    "disk-fault": gettext_noop("the disk could not read it"),
    "empty": gettext_noop("the file is empty"),
    "not-a-picture": gettext_noop("it is not a picture of a known kind"),
    "cut-short": gettext_noop("its end is missing"),
    "damaged": gettext_noop("it is damaged"),
    "memory-short": gettext_noop("it needs more memory than there is"),
    "not-storable": gettext_noop("it could not be stored as a picture"),
    "not-a-zip": gettext_noop("it is not a zip, whatever its name says"),
    "zip-in-parts": gettext_noop("it is one part of a zip in several parts"),
    "locked": gettext_noop("it is locked with a password"),
    "packed-oddly": gettext_noop("it is packed in a way that is not read here"),
    "lfs-pointer": gettext_noop(
        "it is a Git LFS pointer, not the file itself, which “git lfs pull” fetches"
    ),
    "web-page": gettext_noop("it is a web page, so the download went wrong"),
    "control-letters": gettext_noop(
        "it has a line break, a tab or another letter that can't be printed"
    ),
    "style-tag": gettext_noop("it calls a style, as no trigger word does"),
}
"""One phrase per reason, to stand after a colon."""

_CUT = ("truncated", "unexpected end", "not enough", "eof", "broken data stream", "incomplete")


def in_words(reason: object) -> object:
    """The English phrase of a named reason; anything else as it is."""
    return REASONS.get(reason, reason) if isinstance(reason, str) else reason


def of_start(start: bytes) -> str:
    """What a file is that came in place of another, by its first bytes; "" where nothing is known.

    Cloning without Git LFS leaves pointers, and a download that asks to sign in leaves a page.
    """
    if start.startswith(b"version https://git-lfs.github.com/spec/"):
        return "lfs-pointer"
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return "web-page" if text.startswith(_PAGES) else ""


_PAGES = (b"<!doctype html", b"<html", b"<head", b"<!--", b"<?xml")
START = 256
"""Bytes that `of_start` is to be given."""


def of_file(error: BaseException) -> str:
    """The reason behind what reading a file raised."""
    if isinstance(error, FileNotFoundError):
        return "missing"
    if isinstance(error, IsADirectoryError | NotADirectoryError):
        return "no-file"
    if isinstance(error, PermissionError):
        return "forbidden"
    if isinstance(error, OSError) and error.strerror:
        return "disk-fault"
    if isinstance(error, MemoryError):
        return "memory-short"
    message = str(error).lower()
    is_cut = isinstance(error, EOFError | struct.error) or any(word in message for word in _CUT)
    return "cut-short" if is_cut else "damaged"


def of_zip(error: BaseException, path: Path | None = None) -> str:
    """The reason behind what opening the zip at `path`, or an entry of an open one, raised."""
    message = str(error).lower()
    if "multiple disks" in message:
        return "zip-in-parts"
    if "password" in message or "encrypt" in message:
        return "locked"
    if isinstance(error, NotImplementedError) or "compression" in message:
        return "packed-oddly"
    if isinstance(error, zlib.error) and "incomplete" not in message:
        return "damaged"
    if path and isinstance(error, zipfile.BadZipFile) and "not a zip file" in message:
        with path.open("rb") as file:
            head = file.read(4)
        return "cut-short" if head[:2] == b"PK" else "not-a-zip" if head else "empty"
    return of_file(error)
