"""Whether a file still is what its name says: hashed when it is read, remembered while unchanged.

A process remembers of each file that it has hashed its inode, size and times. A disk may rot
without any of these changing, so what leaves the studio is hashed on its way as well.
"""

import errno
import hashlib
import io
import os
from pathlib import Path

CHUNK = 1 << 20  # bytes
SMALL = 8 * CHUNK  # read as a whole before the first byte is given

_MOST = 100_000
_sound: dict[str, tuple] = {}  # path → what the file looked like when its hash was right


class BlobMissing(LookupError):
    """No stored file has this hash. name: what people call what it held, "" where unknown."""

    name = ""


class BlobDamaged(BlobMissing):
    """The file stored under this hash holds other bytes: those that were stored are gone."""


def checked(path, sha256):
    """The path, if the file holds what its name says. Raises BlobMissing, BlobDamaged."""
    with _opened(path, sha256) as file:
        _check(file, path, sha256)
    return path


def remember(path):
    """The file at path was hashed as it was written: it need not be read again for that."""
    _remember(path, os.stat(path))


def forget(path):
    """Hash the file again when it is next asked for."""
    _sound.pop(str(path), None)


def checked_file(path, sha256):
    """The blob at path as a binary file that gives a whole answer or none. Raises as `checked`."""
    file = _opened(path, sha256)
    try:
        if os.fstat(file.fileno()).st_size > SMALL:
            _check(file, path, sha256)
            return CheckedFile(file, sha256)
        with file:
            content = _read(file, sha256)
    except BaseException:
        file.close()
        raise
    if hashlib.sha256(content).hexdigest() != sha256:
        raise _damaged(path, sha256)
    return io.BytesIO(content)


class CheckedFile:
    """A stored file that keeps its last bytes back until all of it has proved right.

    Only for reading from the start to the end; `seek` goes back to the start, or tells the size.
    It has no file descriptor to offer: a server would send it past this check.
    """

    def __init__(self, file, sha256):
        self._file = file
        self._sha256 = sha256
        self._size = os.fstat(file.fileno()).st_size
        self._digest = hashlib.sha256()

    def read(self, size=-1):
        chunk = _read(self._file, self._sha256, size)
        self._digest.update(chunk)
        is_end = not chunk or self._file.tell() >= self._size
        if size != 0 and is_end and self._digest.hexdigest() != self._sha256:
            raise _damaged(self._file.name, self._sha256)
        return chunk

    def seek(self, offset, whence=os.SEEK_SET):
        if (offset, whence) == (0, os.SEEK_SET):
            self._digest = hashlib.sha256()
        elif (offset, whence) != (0, os.SEEK_END):
            raise io.UnsupportedOperation("a stored file is read from its start")
        return self._file.seek(offset, whence)

    def tell(self):
        return self._file.tell()

    def seekable(self):
        return True

    def readable(self):
        return True

    @property
    def closed(self):
        return self._file.closed

    def close(self):
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def sha256_of(file):
    """SHA-256 in hex of what is left to read of a binary file."""
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _opened(path, sha256):
    try:
        return Path(path).open("rb")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise BlobMissing(sha256) from error


def _check(file, path, sha256):
    looks = os.fstat(file.fileno())
    if _sound.get(str(path)) == _look(looks):
        return
    try:
        actual = sha256_of(file)
    except OSError as error:
        raise _unreadable(error, path, sha256) from error
    if actual != sha256:
        raise _damaged(path, sha256)
    file.seek(0)
    _remember(path, looks)


def _read(file, sha256, size=-1):
    try:
        return file.read(size)
    except OSError as error:
        raise _unreadable(error, file.name, sha256) from error


def _unreadable(error, path, sha256):
    # EIO: the disk itself has lost it. Anything else is a fault of this machine, not of the file.
    return _damaged(path, sha256) if error.errno == errno.EIO else error


def _damaged(path, sha256):
    forget(path)
    return BlobDamaged(f"{sha256}: {path} holds other content")


def _remember(path, looks):
    if len(_sound) >= _MOST:
        _sound.clear()
    _sound[str(path)] = _look(looks)


def _look(stat):
    return stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns
