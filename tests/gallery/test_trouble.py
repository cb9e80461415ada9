"""A full disk and a full database while somebody works: a sentence with its mend, nothing lost."""

import errno
import io
import json
import os
import subprocess
import zipfile

import pytest
from django.core.files.uploadhandler import TemporaryFileUploadHandler
from django.db import connection
from django.urls import reverse

from brandstudio.core.blobs import disk
from gallery.models import Download, Scene
from tests.gallery.conftest import png
from training import services as training_services

FULL = "磁盘已满"


@pytest.fixture
def full_database(transactional_db):
    """full_database(): from now on the database finds no room, as on a full disk."""
    fill, empty = _SQLITE if connection.vendor == "sqlite" else _POSTGRESQL

    def fill_it():
        with connection.cursor() as cursor:
            fill(cursor, connection.introspection.table_names(cursor))

    yield fill_it
    with connection.cursor() as cursor:
        empty(cursor)


def _fill_sqlite(cursor, tables):
    # Rows may still fit into pages that are there: each that is written asks for more of them.
    cursor.execute("CREATE TABLE filler (bytes BLOB)")
    (pages,) = cursor.execute("PRAGMA page_count").fetchone()
    for table in tables:
        cursor.execute(
            f"CREATE TRIGGER full_{table} AFTER INSERT ON {table} "
            "BEGIN INSERT INTO filler VALUES (zeroblob(9000000)); END"
        )
    cursor.execute(f"PRAGMA max_page_count = {pages + 10}")


def _empty_sqlite(cursor):
    cursor.execute("PRAGMA max_page_count = 4294967294")
    cursor.execute("DROP TABLE IF EXISTS filler")
    for (name,) in cursor.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    ).fetchall():
        cursor.execute(f"DROP TRIGGER {name}")


def _fill_postgresql(cursor, tables):
    # Its disk is the machine's: each row that is written meets the error of a full one, 53100.
    cursor.execute(
        "CREATE FUNCTION is_full() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$"
    )
    for table in tables:
        cursor.execute(
            f"CREATE TRIGGER full_{table} BEFORE INSERT ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION is_full()"
        )


def _empty_postgresql(cursor):
    cursor.execute("DROP FUNCTION IF EXISTS is_full CASCADE")


_SQLITE = (_fill_sqlite, _empty_sqlite)
_POSTGRESQL = (_fill_postgresql, _empty_postgresql)


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """A folder with room for a megabyte, on a disk of its own where this process may mount one."""
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    if not is_mounted:

        def refuse(*_):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(TemporaryFileUploadHandler, "receive_data_chunk", refuse)
        monkeypatch.setattr(os, "fsync", refuse)
    yield place
    if is_mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_signing_in_on_a_full_disk_says_so_and_keeps_the_name(client, marketer, full_database):
    full_database()

    answer = client.post(
        reverse("core:sign-in"), {"username": "marketer", "password": "marketer", "next": "/"}
    )

    page = answer.content.decode()
    assert answer.status_code == 507
    assert FULL in page
    assert "<pre>marketer</pre>" in page
    assert 'name="password"' not in page


def test_painting_on_a_full_disk_says_so_and_sends_the_same_again(
    at, marketer, form_data, full_database, queue_redis, client
):
    marketer.may_write_prompts = True
    marketer.save()
    browser = at(marketer)
    typed = {**form_data, "template": "", "free": "an arcade street in the rain"}
    full_database()

    answer = client.post(reverse("gallery:create"), typed)

    page = answer.content.decode()
    assert (answer.status_code, Scene.objects.count()) == (507, 0)
    assert FULL in page
    assert '<input type="hidden" name="free" value="an arcade street in the rain">' in page
    assert browser


def test_zip_on_a_full_disk_is_whole_and_names_what_stayed(
    at, marketer, brand_admin, in_state, channel, full_database
):
    assets = [in_state("approved"), in_state("approved")]
    browser = at(brand_admin)
    picked = [asset.pk for asset in assets]
    answer = browser.post("deliver-zip", pick=picked, channel=channel.slug)
    full_database()  # the first file was made before it answered

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))

    assert archive.testzip() is None
    first, second = json.loads(archive.read("manifest.json"))["files"]
    assert (bool(first["file"]), first["left_out"]) == (True, "")
    assert (second["file"], FULL in second["left_out"]) == ("", True)
    assert [download.asset for download in Download.objects.all()] == assets[:1]


def test_zip_of_which_a_full_disk_leaves_nothing_is_refused(
    at, brand_admin, in_state, channel, full_database
):
    asset = in_state("approved")
    browser = at(brand_admin)
    full_database()

    answer = browser.post("deliver-zip", pick=asset.pk, channel=channel.slug)

    assert answer.status_code in {422, 507}
    assert FULL in answer.content.decode()


def test_form_that_htmx_sent_stays_as_it_stands(at, marketer, make_ready, full_database, client):
    asset = make_ready()[0]
    at(marketer)
    full_database()

    answer = client.post(
        reverse("gallery:asset-again", args=[asset.pk]), headers={"HX-Request": "true"}
    )

    assert (answer.status_code, answer.headers["HX-Reswap"]) == (507, "beforebegin")
    assert FULL in answer.content.decode()
    assert "<html" not in answer.content.decode()


def test_file_that_finds_no_room_costs_nothing_of_the_form(
    at, marketer, form_data, settings, small_disk, client
):
    settings.FILE_UPLOAD_TEMP_DIR = small_disk
    at(marketer)
    big = small_disk.parent / "big.png"
    big.write_bytes(png() + bytes(3_000_000))

    with big.open("rb") as file:
        sent = {**form_data, "init_image_file": file, "negative": "no fog, please"}
        answer = client.post(reverse("gallery:add-source"), sent)

    page = answer.content.decode()
    assert answer.status_code == 507
    assert FULL in page
    assert "no fog, please" in page


def test_pictures_that_find_no_room_are_named_and_the_others_stay(
    client, designer, settings, small_disk, tmp_path
):
    settings.STORAGE_URL = f"file://{small_disk / 'blobs'}"
    dataset = training_services.make_dataset(designer, "Ink")
    client.force_login(designer)
    large = tmp_path / "large.png"
    large.write_bytes(png(size=(8, 8)) + os.urandom(2_000_000))
    small = tmp_path / "small.png"
    small.write_bytes(png("red", size=(64, 64)))

    with large.open("rb") as one, small.open("rb") as other:
        url = reverse("training:dataset-upload", args=[dataset.pk])
        answer = client.post(url, {"files": [one, other]})

    page = answer.content.decode()
    assert answer.status_code in (200, 422)
    assert "large.png" in page
    assert FULL in page


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "x"), OSError(errno.EDQUOT, "x")])
def test_full_disk_is_known_behind_other_errors_too(error):
    told = ValueError("could not be written")
    told.__cause__ = error

    assert disk.is_full(told)
    assert not disk.is_full(OSError(errno.ENOENT, "x"))
