"""Stored files: named by content, never changed, on disk and on S3."""

import hashlib
import os

import boto3
import pytest
from moto.server import ThreadedMotoServer

from brandstudio.core import blobs
from brandstudio.core.blobs import checking
from tests.stored import cut, flip_a_byte

TEXT = b"green glazed tiles" * 1000
SHA256 = hashlib.sha256(TEXT).hexdigest()


@pytest.fixture
def on_disk(settings, tmp_path):
    settings.STORAGE_URL = f"file://{tmp_path / 'blobs'}"
    return tmp_path / "blobs"


@pytest.fixture(scope="session")
def s3_endpoint():
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def on_s3(settings, tmp_path, monkeypatch, s3_endpoint):
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    bucket = tmp_path.name.replace("_", "-").lower()
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    client.create_bucket(Bucket=bucket)
    settings.DATA_DIR = tmp_path
    settings.STORAGE_URL = f"s3://{bucket}/studio?endpoint={s3_endpoint}&region=us-east-1"
    yield lambda: [found["Key"] for found in client.list_objects_v2(Bucket=bucket)["Contents"]]
    client.close()


@pytest.fixture(params=["on_disk", "on_s3"])
def stored(request):
    """Whatever the place, the same promises."""
    return request.getfixturevalue(request.param)


def test_file_comes_back_as_it_went_in(stored, tmp_path):
    source = tmp_path / "picture.png"
    source.write_bytes(TEXT)

    sha256 = blobs.put(source)

    assert sha256 == SHA256
    assert blobs.local(sha256).read_bytes() == TEXT
    assert blobs.exists(sha256)
    assert blobs.size(sha256) == len(TEXT)
    assert source.read_bytes() == TEXT


def test_bytes_come_back_through_open(stored):
    sha256 = blobs.put_bytes(TEXT)

    with blobs.open(sha256) as file:
        assert file.read() == TEXT


def test_unknown_blob_is_missing(stored):
    assert not blobs.exists(SHA256)
    with pytest.raises(blobs.BlobMissing):
        blobs.local(SHA256)


@pytest.mark.parametrize("name", ["", "../secret-key", "A" * 64, "a" * 63, "/" * 64])
def test_name_that_is_no_hash_is_refused(on_disk, name):
    with pytest.raises(ValueError, match="SHA-256"):
        blobs.local(name)


def test_same_content_is_one_file_that_is_not_written_again(on_disk):
    blobs.put_bytes(TEXT)
    before = blobs.local(SHA256).stat()

    blobs.put_bytes(TEXT)

    after = blobs.local(SHA256).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert [path.name for path in on_disk.rglob("*") if path.is_file()] == [SHA256]


def test_copy_that_breaks_off_leaves_nothing(on_disk):
    class Broken:
        def read(self, size):
            raise OSError(28, os.strerror(28))

    with pytest.raises(OSError, match="No space left"):
        blobs.DiskStore(on_disk).put(Broken())

    assert [path for path in on_disk.rglob("*") if path.is_file()] == []


def test_s3_names_objects_by_hash_below_the_prefix(on_s3):
    blobs.put_bytes(TEXT)
    blobs.put_bytes(TEXT)

    assert on_s3() == [f"studio/{SHA256[:2]}/{SHA256[2:4]}/{SHA256}"]


def test_s3_blob_is_fetched_again_once_the_cache_is_gone(on_s3, tmp_path):
    blobs.put_bytes(TEXT)
    cached = blobs.local(SHA256)
    cached.unlink()

    assert blobs.local(SHA256).read_bytes() == TEXT
    assert blobs.local(SHA256).is_relative_to(tmp_path / "cache")


@pytest.mark.parametrize("damage", [cut, flip_a_byte])
def test_file_that_is_no_longer_what_was_stored_is_not_given_out(on_disk, damage):
    damage(blobs.put_bytes(TEXT))

    with pytest.raises(blobs.BlobDamaged):
        blobs.local(SHA256)
    with pytest.raises(blobs.BlobDamaged):
        blobs.open(SHA256)


def test_file_of_the_same_size_and_time_is_not_taken_for_the_one_stored(on_disk):
    path = blobs.local(blobs.put_bytes(TEXT))
    before = path.stat()

    flip_a_byte(SHA256)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))

    with pytest.raises(blobs.BlobDamaged):
        blobs.local(SHA256)


def test_damaged_file_is_whole_again_once_the_same_content_is_stored(on_disk):
    cut(blobs.put_bytes(TEXT))

    blobs.put_bytes(TEXT)

    assert blobs.local(SHA256).read_bytes() == TEXT


def test_s3_cache_that_was_damaged_is_fetched_anew(on_s3):
    flip_a_byte(blobs.put_bytes(TEXT))

    assert blobs.local(SHA256).read_bytes() == TEXT


def test_s3_object_that_was_overwritten_is_not_given_out_until_it_is_stored_again(
    on_s3, s3_endpoint, tmp_path
):
    blobs.local(blobs.put_bytes(TEXT)).unlink()
    client = boto3.client("s3", endpoint_url=s3_endpoint, region_name="us-east-1")
    bucket = tmp_path.name.replace("_", "-").lower()
    client.put_object(Bucket=bucket, Key=on_s3()[0], Body=TEXT[::-1])
    client.close()

    with pytest.raises(blobs.BlobDamaged):
        blobs.local(SHA256)
    blobs.put_bytes(TEXT)

    blobs.check(SHA256)
    assert len(on_s3()) == 1


def test_file_that_is_not_what_its_writer_told_is_not_given_out(on_disk, tmp_path):
    path = tmp_path / "style"
    path.write_bytes(TEXT)
    other = hashlib.sha256(b"another").hexdigest()

    assert blobs.put(path, other) == other

    with pytest.raises(blobs.BlobDamaged):
        blobs.local(other)


def test_unchanged_file_is_hashed_once(on_disk, monkeypatch):
    blobs.put_bytes(TEXT)
    hashed = []
    monkeypatch.setattr(checking, "sha256_of", lambda file: hashed.append(file) or SHA256)

    for _ in range(3):
        blobs.local(SHA256)

    assert hashed == []  # as it was written


def test_large_file_that_rots_unnoticed_is_never_given_to_its_end(on_disk, monkeypatch):
    content = bytes(range(256)) * 100_000
    sha256 = blobs.put_bytes(content)
    flip_a_byte(sha256)
    # A disk that rots changes neither size nor time.
    checking.remember(blobs.stores.DiskStore(on_disk)._path(sha256))

    with blobs.open(sha256) as file:
        given = [file.read(1 << 20) for _ in range(24)]
        with pytest.raises(blobs.BlobDamaged):
            file.read(1 << 20)

    assert sum(map(len, given)) < len(content)


def test_large_file_read_in_pieces_is_whole(on_disk):
    content = bytes(range(256)) * 100_000
    sha256 = blobs.put_bytes(content)

    with blobs.open(sha256) as file:
        assert file.read(4) == content[:4]
        file.seek(0)
        pieces = list(iter(lambda: file.read(65536), b""))

    assert b"".join(pieces) == content


def test_store_lists_what_it_holds(stored):
    blobs.put_bytes(TEXT)

    (found,) = blobs.every()

    assert (found.sha256, found.size) == (SHA256, len(TEXT))
