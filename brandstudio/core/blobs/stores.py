"""Where blobs are kept: a folder on a disk, or a bucket on S3 with a folder as its cache."""

import hashlib
import os
import re
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from brandstudio.core.blobs import checking
from brandstudio.core.blobs.checking import BlobDamaged, BlobMissing

_HASH = re.compile(r"[0-9a-f]{64}")
_LOOKS_OLD = 10**9  # ns


@dataclass(frozen=True)
class Stored:
    """A file in the store. sha256: "" for one that is no blob. age: seconds since it was stored."""

    place: str
    sha256: str
    size: int
    age: float


class DiskStore:
    """Blobs as files below one folder: ab/cd/abcd…"""

    def __init__(self, folder):
        self.folder = folder

    def put(self, source, hash_before=""):
        with _arriving(self.folder) as (target, arrived):
            sha256 = _copy(source, target, hash_before)
            self.keep(arrived, sha256, is_hashed=not hash_before)
        return sha256

    def keep(self, arrived, sha256, *, is_hashed=True):
        """Move a complete file into its place, unless the same content already stands there.

        A damaged file that stands there is replaced: sent once more, it is whole again.
        is_hashed: this copy was; else it is when it is first read.
        """
        place = self._path(sha256)
        if self.holds(sha256):
            return
        place.parent.mkdir(parents=True, exist_ok=True)
        arrived.chmod(0o400)
        # A little in the past, so that any later write shows, however soon it comes.
        moment = time.time_ns() - _LOOKS_OLD
        os.utime(arrived, ns=(moment, moment))
        os.replace(arrived, place)
        if is_hashed:
            checking.remember(place)

    def holds(self, sha256):
        """Whether the blob is here and sound."""
        try:
            self.local(sha256)
        except BlobMissing:
            return False
        return True

    def exists(self, sha256):
        return self._path(sha256).exists()

    def discard(self, sha256):
        checking.forget(self._path(sha256))
        self._path(sha256).unlink(missing_ok=True)

    def local(self, sha256):
        return checking.checked(self._path(sha256), sha256)

    def check(self, sha256):
        checking.forget(self._path(sha256))
        self.local(sha256)

    def every(self):
        now = time.time()
        for path in sorted(self.folder.rglob("*")):
            if path.is_file():
                looks = path.stat()
                place = path.relative_to(self.folder).as_posix()
                yield Stored(place, _blob_at(place), looks.st_size, now - looks.st_ctime)

    def _path(self, sha256):
        return self.folder / _place(sha256)


class S3Store:
    """Blobs as objects in a bucket, with a cache on this machine's disk.

    storage_url: s3://bucket/prefix?endpoint=https://…&region=…; keys come from the usual AWS
    environment variables.
    """

    def __init__(self, storage_url, cache):
        # boto3 costs 40 MB: only machines that use S3 pay for it.
        from storages.backends.s3 import S3Storage  # noqa: PLC0415

        address = urlsplit(storage_url)
        options = {key: values[-1] for key, values in parse_qs(address.query).items()}
        self.cache = DiskStore(cache)
        self.prefix = address.path.strip("/")
        self.storage = S3Storage(
            bucket_name=address.netloc,
            location=self.prefix,
            endpoint_url=options.get("endpoint"),
            region_name=options.get("region"),
            # Self-hosted servers rarely answer to bucket.host names.
            addressing_style="path",
            signature_version="s3v4",
            # Named by content: who writes an object again writes the same.
            file_overwrite=True,
            default_acl=None,
            querystring_auth=True,
        )

    def put(self, source, hash_before=""):
        with _arriving(self.cache.folder) as (target, arrived):
            sha256 = _copy(source, target, hash_before)
            if not self._holds(sha256):
                with arrived.open("rb") as complete:
                    self.storage.save(_place(sha256), complete)
            self.cache.keep(arrived, sha256, is_hashed=not hash_before)
        return sha256

    def _holds(self, sha256):
        try:
            self.check(sha256)
        except BlobMissing:
            return False
        return True

    def exists(self, sha256):
        return self.storage.exists(_place(sha256))

    def discard(self, sha256):
        self.storage.delete(_place(sha256))
        self.cache.discard(sha256)

    def local(self, sha256):
        if not self.cache.holds(sha256):
            self._fetch(sha256)
        return self.cache.local(sha256)

    def check(self, sha256):
        if not self.exists(sha256):
            raise BlobMissing(sha256)
        with self.storage.open(_place(sha256), "rb") as source:
            if checking.sha256_of(source) != sha256:
                raise _other_content(sha256)

    def every(self):
        now = time.time()
        prefix = f"{self.prefix}/" if self.prefix else ""
        for entry in self.storage.bucket.objects.filter(Prefix=prefix):
            place = entry.key.removeprefix(prefix)
            yield Stored(place, _blob_at(place), entry.size, now - entry.last_modified.timestamp())

    def _fetch(self, sha256):
        if not self.exists(sha256):
            raise BlobMissing(sha256)
        with (
            self.storage.open(_place(sha256), "rb") as source,
            _arriving(self.cache.folder) as (target, arrived),
        ):
            if _copy(source, target) != sha256:
                raise _other_content(sha256)
            self.cache.keep(arrived, sha256)


def _other_content(sha256):
    return BlobDamaged(f"{sha256}: the bucket holds other content under this name")


def _place(sha256):
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _blob_at(place):
    """The hash that a stored file's place names; "" where it names none."""
    name = place.rpartition("/")[2]
    return name if _HASH.fullmatch(name) and place == _place(name) else ""


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


def _copy(source, target, hash_before=""):
    """Copy source into target and on to the disk; returns the SHA-256 of what went through.

    hash_before: that hash, where its writer has taken it.
    """
    digest = hashlib.sha256()
    while chunk := source.read(checking.CHUNK):
        if not hash_before:
            digest.update(chunk)
        target.write(chunk)
    target.flush()
    os.fsync(target.fileno())
    return hash_before or digest.hexdigest()
