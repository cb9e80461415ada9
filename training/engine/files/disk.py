"""Files that are written whole or not at all."""

import contextlib
import errno
import json
import os
import shutil
import stat
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from training.engine.errors import EngineError

NAME_BYTES = 255  # that nearly every file system takes
_SHOWN = 120  # letters of a name in a message
_ODD = ("Cc", "Cs")  # control letters, and bytes that are no text


class UnfitFile(ValueError):
    """A file that is not read whole: no regular file, or too large (`is_large`)."""

    def __init__(self, reason: str, is_large: bool = False):
        self.is_large = is_large
        super().__init__(reason)


def read_bounded(path: str | Path, most: int) -> bytes:
    """The bytes of a file from outside: a regular one of `most` bytes at most.

    Neither a device nor a pipe is waited for. Raises OSError as open() does, and UnfitFile.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UnfitFile("it is no regular file")
        # What a file in /proc says of its size is no promise, so the reading has its bound too.
        data = b"" if status.st_size > most else file.read(most + 1)
        if status.st_size > most or len(data) > most:
            raise UnfitFile(f"it has more than {most:,} bytes", is_large=True)
        return data


@contextlib.contextmanager
def whole_file(path: str | Path, step: int = 0) -> Iterator[Path]:
    """A temporary path beside `path`; moved into place at the end, removed after an exception.

    step: the last good step, for the message when the disk is full.
    Raises EngineError: disk-full, folder-read-only.
    """
    path = Path(path)
    # A long name is cut, so that what is allowed for the file is allowed for its temporary one.
    stem = os.fsdecode(os.fsencode(path.name)[: NAME_BYTES - 40])
    temporary = path.with_name(f".{stem}.{os.getpid()}.tmp")
    try:
        with disk_errors(path.parent, step):
            path.parent.mkdir(parents=True, exist_ok=True)
            yield temporary
            with temporary.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(temporary, path)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def refilled_folder(folder: str | Path) -> Iterator[Path]:
    """A temporary folder within `folder`: at the end what lies in it takes the place of what is
    called so there. After an exception `folder` is as it was.

    Raises EngineError: disk-full, folder-read-only.
    """
    folder = Path(folder)
    was_there = folder.is_dir()
    check_writable(folder)
    with disk_errors(folder):
        temporary = Path(tempfile.mkdtemp(prefix=".new.", dir=folder))
        try:
            fresh, former = temporary / "fresh", temporary / "former"
            fresh.mkdir()
            former.mkdir()
            yield fresh
            for path in sorted(fresh.iterdir()):
                place = folder / path.name
                if os.path.lexists(place):
                    os.replace(place, former / path.name)
                os.replace(path, place)
        except BaseException:
            shutil.rmtree(temporary, ignore_errors=True)
            if not was_there:
                with contextlib.suppress(OSError):
                    folder.rmdir()
            raise
        shutil.rmtree(temporary, ignore_errors=True)


@contextlib.contextmanager
def disk_errors(folder: Path, step: int = 0) -> Iterator[None]:
    """Turn what a disk can refuse into an EngineError that names the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise _disk_full(folder, step) from error
        if error.errno == errno.ENAMETOOLONG:
            raise EngineError(
                "output-name-bad", key="output", name=folder.name[:80], reason=error.strerror
            ) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise EngineError("folder-read-only", path=str(folder)) from error
        raise
    except Exception as error:
        # safetensors reports a full disk as its own exception, with the system's words inside.
        if "No space left" in str(error) or "os error 28" in str(error):
            raise _disk_full(folder, step) from error
        if "Permission denied" in str(error) or "Read-only file system" in str(error):
            raise EngineError("folder-read-only", path=str(folder)) from error
        raise


def _disk_full(folder: Path, step: int) -> EngineError:
    return EngineError("disk-full", path=str(folder), free=_free_megabytes(folder), step=step)


def write_json(path: str | Path, value, step: int = 0) -> None:
    """A JSON file, whole or not at all."""
    with whole_file(path, step) as temporary:
        text = json.dumps(value, ensure_ascii=False, indent=2)
        temporary.write_text(text + "\n", encoding="utf-8")


def check_file_name(name: str, key: str, longest: str = "") -> None:
    """Raise EngineError("output-name-bad") when no file can be called so.

    key: the option that gave the name. longest: the longest name that is made of it; "" is itself.
    """
    if any(unicodedata.category(c) in _ODD for c in name):
        reason = "it has letters that can't be printed"
    elif (size := len((longest or name).encode())) > NAME_BYTES:
        reason = f"it makes a file name of {size} bytes, and disks take {NAME_BYTES}"
    elif name.strip() in ("", ".", ".."):
        reason = "it is no name of its own"
    elif "/" in name or "\\" in name:
        reason = "it has a slash or a backslash in it"
    else:
        return
    raise EngineError("output-name-bad", key=key, name=_printable(name) or "“”", reason=reason)


def check_output(
    path: str | Path, key: str, endings: Iterable[str], reads: Iterable[str | Path | None] = ()
) -> Path:
    """The path of a file to be written, looked at before the work is done. key: the option.

    endings: those that fit what is written, such as ".png". reads: the files that the work reads,
    of which none is written over. Raises EngineError: output-name-bad,
    output-is-folder, output-kind-unknown, folder-read-only, disk-full.
    """
    text = str(path)
    name = text.rsplit("/", 1)[-1]
    path = Path(path)
    if os.path.isdir(text):
        raise EngineError(
            "output-is-folder", key=key, path=_printable(text), example=f"out{next(iter(endings))}"
        )
    check_file_name(name, key)
    if path.suffix.lower() not in endings:
        raise EngineError(
            "output-kind-unknown", key=key, name=_printable(name), endings=", ".join(endings)
        )
    check_folder_path(path.parent, key)
    check_replaceable(path, key, reads)
    check_writable(path.parent)
    return path


def check_replaceable(path: Path, key: str, reads: Iterable[str | Path | None] = ()) -> None:
    """Raise EngineError("output-name-bad") for a path where a new file would destroy something.

    That is a file of `reads` under whatever name, a link, and what is no regular file. An earlier
    result may be written over.
    """
    if not os.path.lexists(path):
        return
    if any(
        read and os.path.exists(read) and os.path.samefile(path, read)
        for read in reads
        if os.path.exists(path)
    ):
        reason = "it is the file that is read"
    elif path.is_symlink():
        reason = "it is a link to another file"
    elif not path.is_file():
        reason = "it is no regular file"
    else:
        return
    raise EngineError("output-name-bad", key=key, name=_printable(str(path)), reason=reason)


def check_folder_path(folder: str | Path, key: str) -> None:
    """Raise EngineError("output-name-bad") when a part of the path is no name of a folder."""
    for part in Path(folder).parts:
        if "\0" in part or len(os.fsencode(part)) > NAME_BYTES:
            reason = f"it has {len(os.fsencode(part))} bytes, and disks take {NAME_BYTES}, or a NUL"
            raise EngineError("output-name-bad", key=key, name=_printable(part), reason=reason)


def _printable(text: str) -> str:
    """The beginning of a name as messages show it: control letters and odd bytes as �."""
    return "".join("\ufffd" if unicodedata.category(c) in _ODD else c for c in text[:_SHOWN])


def check_writable(folder: str | Path) -> None:
    """Make the folder and try to write there. Raises EngineError: folder-read-only, disk-full."""
    folder = Path(folder)
    with disk_errors(folder):
        try:
            folder.mkdir(parents=True, exist_ok=True)
            probe = folder / f".probe.{os.getpid()}"
            probe.write_bytes(b"x")
            probe.unlink()
        except FileNotFoundError as error:  # as under /proc, where nothing can be made
            raise EngineError("folder-read-only", path=str(folder)) from error


def _free_megabytes(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free // 1_000_000
    return 0
