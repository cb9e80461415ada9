"""Stored files, by content: the only way in and out, on disk or on S3.

A blob is named by the SHA-256 of its bytes, never changes and has no public address: views serve
it through the rows that name it.
"""

import hashlib
import os
import tempfile
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from django.conf import settings

_CHUNK = 1 << 20  # bytes


class BlobMissing(LookupError):
    """No stored file has this hash."""


def put(path):
    """Store a copy of the file at path. Returns its SHA-256 in hex; twice the same is one file."""
    with Path(path).open("rb") as source:
        return _store().put(source)


def put_bytes(content):
    """Store these bytes. Returns their SHA-256 in hex."""
    with tempfile.SpooledTemporaryFile(max_size=_CHUNK) as source:
        source.write(content)
        source.seek(0)
        return _store().put(source)


def local(sha256):
    """A path on this machine that holds the blob; fetched and kept when it lives on S3.

    Read it, never write to it. Raises BlobMissing.
    """
    return _store().local(_checked(sha256))


def exists(sha256):
    """Whether the blob is stored."""
    return _store().exists(_checked(sha256))


def discard(sha256):
    """Remove a blob that no row names any more; one that is not there is no fault."""
    _store().discard(_checked(sha256))


def open(sha256):
    """The blob as a binary file, open for reading. Raises BlobMissing."""
    return local(sha256).open("rb")


def size(sha256):
    """Bytes in the blob. Raises BlobMissing."""
    return local(sha256).stat().st_size


def _checked(sha256):
    # The name becomes a path: nothing but a hash may get that far.
    if len(sha256) != 64 or set(sha256) - set("0123456789abcdef"):
        raise ValueError(f"Not a SHA-256 in hex: {sha256!r}")
    return sha256


def _place(sha256):
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


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


@contextmanager
def _arriving(folder):
    """A temporary file in folder, gone at the end whatever happened, unless it was moved away."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".arriving-", dir=folder)
    try:
        with os.fdopen(handle, "wb") as target:
            yield target, Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


class DiskStore:
    """Blobs as files below one folder: ab/cd/abcd…"""

    def __init__(self, folder):
        self.folder = folder

    def put(self, source):
        with _arriving(self.folder) as (target, arrived):
            sha256 = _copy(source, target)
            self.keep(arrived, sha256)
        return sha256

    def keep(self, arrived, sha256):
        """Move a complete file into its place, unless the same content already stands there."""
        place = self.folder / _place(sha256)
        if not place.exists():
            place.parent.mkdir(parents=True, exist_ok=True)
            arrived.chmod(0o444)
            os.replace(arrived, place)

    def exists(self, sha256):
        return (self.folder / _place(sha256)).exists()

    def discard(self, sha256):
        (self.folder / _place(sha256)).unlink(missing_ok=True)

    def local(self, sha256):
        place = self.folder / _place(sha256)
        if not place.exists():
            raise BlobMissing(sha256)
        return place


class S3Store:
    """Blobs as objects in a bucket, with a cache on this machine's disk.

    storage_url: s3://bucket/prefix?endpoint=https://…&region=…; keys come from the usual AWS
    environment variables.
    """

    def __init__(self, storage_url, cache):
        # boto3 costs 40 MB: only machines that use S3 pay for it.
        from storages.backends.s3 import S3Storage  # noqa: PLC0415

        address = urlsplit(storage_url)
        asked = {key: values[-1] for key, values in parse_qs(address.query).items()}
        self.cache = DiskStore(cache)
        self.storage = S3Storage(
            bucket_name=address.netloc,
            location=address.path.strip("/"),
            endpoint_url=asked.get("endpoint"),
            region_name=asked.get("region"),
            # Self-hosted servers rarely answer to bucket.host names.
            addressing_style="path",
            signature_version="s3v4",
            file_overwrite=False,
            default_acl=None,
            querystring_auth=True,
        )

    def put(self, source):
        with _arriving(self.cache.folder) as (target, arrived):
            sha256 = _copy(source, target)
            if not self.storage.exists(_place(sha256)):
                with arrived.open("rb") as complete:
                    self.storage.save(_place(sha256), complete)
            self.cache.keep(arrived, sha256)
        return sha256

    def exists(self, sha256):
        return self.storage.exists(_place(sha256))

    def discard(self, sha256):
        self.storage.delete(_place(sha256))
        self.cache.discard(sha256)

    def local(self, sha256):
        if not self.cache.exists(sha256):
            self._fetch(sha256)
        return self.cache.local(sha256)

    def _fetch(self, sha256):
        if not self.storage.exists(_place(sha256)):
            raise BlobMissing(sha256)
        with (
            self.storage.open(_place(sha256), "rb") as source,
            _arriving(self.cache.folder) as (target, arrived),
        ):
            if _copy(source, target) != sha256:
                raise BlobMissing(f"{sha256}: the bucket holds other content under this name")
            self.cache.keep(arrived, sha256)


def _copy(source, target):
    """Copy source into target and on to the disk; returns the SHA-256 of what went through."""
    digest = hashlib.sha256()
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest()
