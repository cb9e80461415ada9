"""Stored files, by content: the only way in and out, on disk or on S3.

A blob is named by the SHA-256 of its bytes, never changes and has no public address: views serve
it through the rows that name it. What is read is checked against its name first (`checking`), so
that a file which was cut or overwritten never passes for the one that was stored.
"""

import tempfile
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from brandstudio.core.blobs.checking import BlobDamaged, BlobMissing, checked_file
from brandstudio.core.blobs.stores import DiskStore, S3Store, Stored

__all__ = [
    "BlobDamaged",
    "BlobMissing",
    "DiskStore",
    "S3Store",
    "Stored",
    "check",
    "discard",
    "every",
    "exists",
    "local",
    "open",
    "put",
    "put_bytes",
    "size",
]


def put(path, sha256=""):
    """Store a copy of the file at path. Returns its SHA-256 in hex; twice the same is one file.

    sha256: taken already by whoever wrote the file and has just read it back; it is not hashed
    again then, until it is read.
    """
    with Path(path).open("rb") as source:
        return _store().put(source, sha256 and _name(sha256))


def put_bytes(content):
    """Store these bytes. Returns their SHA-256 in hex."""
    with tempfile.SpooledTemporaryFile(max_size=1 << 20) as source:
        source.write(content)
        source.seek(0)
        return _store().put(source)


def local(sha256, name=""):
    """A path on this machine that holds the blob; fetched and kept when it lives on S3.

    Read it, never write to it. name: what people call it, for messages.
    Raises BlobMissing, and BlobDamaged, which is one too.
    """
    try:
        return _store().local(_name(sha256))
    except BlobMissing as error:
        error.name = name
        raise


def exists(sha256):
    """Whether the blob is stored."""
    return _store().exists(_name(sha256))


def discard(sha256):
    """Remove a blob that no row names any more; one that is not there is no fault."""
    _store().discard(_name(sha256))


def open(sha256, name=""):
    """The blob as a binary file, open for reading from its start to its end.

    Its last bytes are given only once all of it has proved to be what was stored.
    name: as for `local`. Raises BlobMissing, and BlobDamaged here or while it is read.
    """
    return checked_file(local(sha256, name), sha256)


def size(sha256):
    """Bytes in the blob. Raises BlobMissing."""
    return local(sha256).stat().st_size


def every():
    """Yields a Stored for each file in the store, also for those that are no blobs."""
    return _store().every()


def check(sha256):
    """Read the whole blob where it is stored, whatever is remembered of it.

    Raises BlobMissing, BlobDamaged.
    """
    _store().check(_name(sha256))


def _name(sha256):
    # The name becomes a path: nothing but a hash may get that far.
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError(f"Not a SHA-256 in hex: {sha256!r}")
    return sha256


def _store():
    return _store_for(settings.STORAGE_URL, settings.DATA_DIR / "cache" / "blobs")


@lru_cache(maxsize=8)
def _store_for(storage_url, cache):
    address = urlsplit(storage_url)
    if address.scheme == "file":
        return DiskStore(Path(address.path))
    if address.scheme == "s3":
        return S3Store(storage_url, cache)
    raise ValueError(f"STORAGE_URL must begin with s3:// or file://, not {storage_url!r}")
