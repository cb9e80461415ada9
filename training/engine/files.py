"""Files that are written whole or not at all."""

import contextlib
import errno
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from training.engine.errors import EngineError


@contextlib.contextmanager
def whole_file(path: str | Path, step: int = 0) -> Iterator[Path]:
    """A temporary path beside `path`; moved into place at the end, removed after an exception.

    step: the last good step, for the message when the disk is full.
    Raises EngineError: disk-full, folder-read-only.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
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
def disk_errors(folder: Path, step: int = 0) -> Iterator[None]:
    """Turn what a disk can refuse into an EngineError that names the folder."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            free = _free_megabytes(folder)
            raise EngineError("disk-full", path=str(folder), free=free, step=step) from error
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST):
            raise EngineError("folder-read-only", path=str(folder)) from error
        raise
    except Exception as error:
        # safetensors reports a full disk as its own exception, with the system's words inside.
        if "No space left" in str(error) or "os error 28" in str(error):
            free = _free_megabytes(folder)
            raise EngineError("disk-full", path=str(folder), free=free, step=step) from error
        if "Permission denied" in str(error) or "Read-only file system" in str(error):
            raise EngineError("folder-read-only", path=str(folder)) from error
        raise


def write_json(path: str | Path, value, step: int = 0) -> None:
    """A JSON file, whole or not at all."""
    with whole_file(path, step) as temporary:
        text = json.dumps(value, ensure_ascii=False, indent=2)
        temporary.write_text(text + "\n", encoding="utf-8")


def check_writable(folder: str | Path) -> None:
    """Make the folder and try to write there. Raises EngineError: folder-read-only, disk-full."""
    folder = Path(folder)
    with disk_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe.{os.getpid()}"
        probe.write_bytes(b"x")
        probe.unlink()


def _free_megabytes(folder: Path) -> int:
    with contextlib.suppress(OSError):
        return shutil.disk_usage(folder).free // 1_000_000
    return 0
