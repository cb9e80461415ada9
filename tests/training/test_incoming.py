"""Files that arrive part by part: gone on with after a break, unpacked by a worker, swept away."""

import os
import time
import zipfile
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.queue import stopping
from training import jobs, services
from training.models import Upload, UploadState
from training.services.incoming import part_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def announce(at_desk):
    """announce(dataset, "a.jpg", 1200): the answer to a file being announced."""

    def announce(dataset, name, size, **more):
        asked = {"name": name, "size": size, "key": f"{name}|{size}|7", **more}
        return at_desk.post(
            f"/datasets/{dataset.pk}/uploads/begin/", asked, headers={"Accept-Language": "en"}
        )

    return announce


@pytest.fixture
def send_part(at_desk):
    """send_part(number, offset, bytes): the answer to one part."""

    def send_part(number, offset, content):
        return at_desk.patch(
            f"/uploads/{number}/?offset={offset}",
            content,
            content_type="application/octet-stream",
        )

    return send_part


@pytest.fixture
def make_zip(make_picture, tmp_path):
    """make_zip(3): a zip of so many pictures and a line of captions for a picture not there."""

    def make_zip(pictures, captions="ghost.jpg,nobody\n"):
        path = tmp_path / "set.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for n in range(pictures):
                archive.write(make_picture(f"z{n}.jpg", seed=50 + n), f"set/z{n}.jpg")
            archive.writestr("set/metadata.csv", captions)
        return path

    return make_zip


def parts_left():
    return [path for path in part_file(Upload(pk=0)).parent.glob("*") if path.is_file()]


def test_file_sent_in_parts_becomes_a_picture(announce, send_part, make_dataset, make_picture):
    dataset = make_dataset()
    content = make_picture("a.jpg").read_bytes()
    begun = announce(dataset, "a.jpg", len(content)).json()

    first = send_part(begun["id"], 0, content[:500]).json()
    last = send_part(begun["id"], 500, content[500:]).json()

    assert (begun["arrived"], first["arrived"], first["state"]) == (0, 500, "arriving")
    assert (last["state"], last["errors"]) == ("done", [])
    image = dataset.images.get()
    assert blobs.local(image.original_sha256).read_bytes() == content
    assert parts_left() == []


def test_file_chosen_again_goes_on_where_it_stopped(
    announce, send_part, make_dataset, make_picture
):
    dataset = make_dataset()
    content = make_picture("a.jpg").read_bytes()
    begun = announce(dataset, "a.jpg", len(content)).json()
    send_part(begun["id"], 0, content[:500])

    again = announce(dataset, "a.jpg", len(content)).json()
    send_part(again["id"], again["arrived"], content[500:])

    assert (again["id"], again["arrived"]) == (begun["id"], 500)
    assert dataset.images.count() == 1


def test_part_out_of_step_changes_nothing_and_says_what_is_due(
    announce, send_part, make_dataset, make_picture
):
    dataset = make_dataset()
    content = make_picture("a.jpg").read_bytes()
    number = announce(dataset, "a.jpg", len(content)).json()["id"]
    send_part(number, 0, content[:500])

    answers = [
        send_part(number, 0, content[:500]),  # sent twice
        send_part(number, 700, content[700:]),  # one left out
        send_part(number, 500, content[500:] + b"more than was announced"),
    ]

    assert [(a.status_code, a.json()["arrived"]) for a in answers] == [(409, 500)] * 3
    assert send_part(number, 500, content[500:]).json()["state"] == "done"


def test_part_broken_off_half_way_does_not_count(make_dataset, make_picture, designer):
    content = make_picture("a.jpg").read_bytes()
    upload = services.begin_upload(
        make_dataset(), designer, name="a.jpg", size=len(content), key="a"
    )
    path = make_picture("a.jpg").with_suffix(".half")
    path.write_bytes(content[:300])

    with path.open("rb") as half, pytest.raises(OSError, match="broke off"):
        services.receive_part(upload, 0, half, len(content))

    upload.refresh_from_db()
    assert upload.arrived == 0
    path.write_bytes(content)
    with path.open("rb") as whole:
        services.receive_part(upload, 0, whole, len(content))
    assert part_file(upload).read_bytes() == content


@pytest.mark.parametrize(
    ("name", "size", "said"),
    [
        ("film.jpg", 3 * 1024**3, "limit is 2147 MB"),
        ("nil.jpg", 0, "is empty"),
        ("notes.docx", 10, "neither a picture"),
    ],
)
def test_what_can_be_refused_is_refused_before_a_byte_is_sent(
    announce, make_dataset, name, size, said
):
    answer = announce(make_dataset(), name, size)

    assert answer.status_code == 422
    assert name in answer.json()["errors"][0]
    assert said in answer.json()["errors"][0]
    assert Upload.objects.count() == 0


def test_bad_picture_is_told_and_leaves_nothing(announce, send_part, make_dataset):
    number = announce(make_dataset(), "bad.jpg", 9).json()["id"]

    answer = send_part(number, 0, b"no jpeg !").json()

    assert answer["state"] == "failed"
    assert "bad.jpg" in answer["errors"][0]
    assert parts_left() == []


def test_stranger_cannot_send_parts(client, make_user, announce, make_dataset):
    number = announce(make_dataset(), "a.jpg", 10).json()["id"]
    client.force_login(make_user("other", is_designer=True))

    assert client.get(f"/uploads/{number}/").status_code == 404
    assert client.patch(f"/uploads/{number}/?offset=0", b"x").status_code == 404


def test_zip_is_unpacked_by_a_worker_with_progress_and_a_report(
    announce, send_part, make_dataset, make_zip, at_desk, queue_redis
):
    dataset = make_dataset()
    content = make_zip(3).read_bytes()
    number = announce(dataset, "set.zip", len(content)).json()["id"]
    sent = send_part(number, 0, content).json()
    waiting = at_desk.get(f"/datasets/{dataset.pk}/uploads/").content.decode()
    sha256 = Upload.objects.get().sha256

    jobs.unpack(number)

    upload = Upload.objects.get()
    assert (sent["state"], upload.state) == ("queued", UploadState.DONE)
    assert (upload.done, upload.total) == (5, 5)  # the zip itself, three pictures, the captions
    assert upload.report["added"] == dataset.images.count() == 3
    assert "every 2s" in waiting
    told = at_desk.get(f"/datasets/{dataset.pk}/uploads/").content.decode()
    assert "ghost.jpg" in told
    assert "every 2s" not in told
    assert (upload.sha256, blobs.exists(sha256)) == ("", False)


def test_zip_taken_over_from_a_dead_worker_adds_nothing_twice(
    announce, send_part, make_dataset, make_zip, queue_redis
):
    dataset = make_dataset()
    path = make_zip(3, captions="")
    content = path.read_bytes()
    number = announce(dataset, "set.zip", len(content)).json()["id"]
    send_part(number, 0, content)
    services.add_images(dataset, [path])  # as far as the first worker came
    upload = Upload.objects.get()
    upload.start(worker="dead")
    upload.lose_worker()

    jobs.unpack(number)

    upload.refresh_from_db()
    assert (upload.state, upload.attempt) == (UploadState.DONE, 2)
    assert dataset.images.count() == 3


def test_captions_sent_beside_a_zip_wait_for_its_pictures(
    announce, send_part, make_dataset, make_zip, queue_redis
):
    dataset = make_dataset()
    for name, content in [
        ("set.zip", make_zip(1, captions="").read_bytes()),
        ("metadata.csv", b"z0.jpg,an arcade street in the rain\n"),
    ]:
        number = announce(dataset, name, len(content)).json()["id"]
        assert send_part(number, 0, content).json()["state"] == "queued"

    for upload in Upload.objects.order_by("pk"):
        jobs.unpack(upload.pk)

    assert dataset.images.get().caption == "an arcade street in the rain"


def test_zip_in_a_plain_form_goes_to_the_worker_too(at_desk, make_dataset, make_zip, queue_redis):
    dataset = make_dataset()
    path = make_zip(2)

    with path.open("rb") as file:
        answer = at_desk.post(f"/datasets/{dataset.pk}/upload/", {"files": [file]})

    upload = Upload.objects.get()
    assert (answer.status_code, upload.state) == (200, UploadState.QUEUED)
    assert "set.zip" in answer.content.decode()
    jobs.unpack(upload.pk)
    assert dataset.images.count() == 2


def test_unmatched_captions_and_pictures_are_both_listed(make_dataset, make_zip):
    report = services.add_images(
        make_dataset(), [make_zip(3, captions="z0.jpg,a street\nghost.jpg,nobody\n")]
    )

    told = {line.code: line.text for line in report.noted}
    assert set(told) == {"caption-without-picture", "pictures-without-caption"}
    assert "ghost.jpg" in told["caption-without-picture"]
    assert "z1.jpg, z2.jpg" in told["pictures-without-caption"]


def test_broken_upload_is_shown_and_can_be_given_up(
    announce, send_part, make_dataset, make_picture, at_desk
):
    dataset = make_dataset()
    number = announce(dataset, "a.jpg", 2000).json()["id"]
    send_part(number, 0, b"x" * 500)
    page = at_desk.get(f"/datasets/{dataset.pk}/upload/").content.decode()

    at_desk.post(f"/uploads/{number}/forget/")

    assert "25 %" in page
    assert Upload.objects.count() == 0
    assert parts_left() == []


def test_stale_parts_and_leftovers_are_swept_and_fresh_ones_stay(
    announce, send_part, make_dataset, settings
):
    dataset = make_dataset()
    stale, fresh = (announce(dataset, f"{n}.jpg", 100).json()["id"] for n in "ab")
    for number in (stale, fresh):
        send_part(number, 0, b"x" * 50)
    Upload.objects.filter(pk=stale).update(heard_at=timezone.now() - timedelta(hours=25))
    left = Path(TemporaryUploadedFile("a.jpg", "image/jpeg", 0, None).temporary_file_path())
    old = settings.FILE_UPLOAD_TEMP_DIR / "left-behind"
    old.write_bytes(b"x")
    long_ago = time.time() - 25 * 3600
    os.utime(old, (long_ago, long_ago))

    services.sweep_uploads()

    assert [upload.pk for upload in Upload.objects.all()] == [fresh]
    assert [path.name for path in parts_left()] == [str(fresh)]
    assert not old.exists()
    assert left.parent == settings.FILE_UPLOAD_TEMP_DIR


def test_worker_that_must_end_puts_the_zip_back_and_the_next_one_unpacks_it(
    announce, send_part, make_dataset, make_zip, queue_redis, monkeypatch
):
    dataset, content = make_dataset(), make_zip(3).read_bytes()
    number = announce(dataset, "set.zip", len(content)).json()["id"]
    send_part(number, 0, content)
    upload = Upload.objects.get()
    monkeypatch.setattr(stopping, "process_should_stop", lambda: True)

    jobs.unpack(upload.pk)
    upload.refresh_from_db()
    put_back = (upload.state, upload.lost)
    monkeypatch.setattr(stopping, "process_should_stop", lambda: False)
    jobs.unpack(upload.pk)

    upload.refresh_from_db()
    assert put_back == (UploadState.QUEUED, 0)
    assert (upload.state, dataset.images.count()) == (UploadState.DONE, 3)


def test_captions_in_a_plain_form_wait_for_the_zip_beside_them(
    at_desk, make_dataset, make_zip, queue_redis, tmp_path
):
    dataset = make_dataset()
    table = tmp_path / "metadata.csv"
    table.write_text("z0.jpg,a street at dawn\n")

    with make_zip(1).open("rb") as pictures, table.open("rb") as captions:
        at_desk.post(f"/datasets/{dataset.pk}/upload/", {"files": [captions, pictures]})
    for upload in Upload.objects.order_by("pk"):
        jobs.unpack(upload.pk)

    assert dataset.images.get().caption == "a street at dawn"


def test_table_of_very_many_captions_is_work_for_a_worker(
    at_desk, make_dataset, queue_redis, tmp_path
):
    dataset = make_dataset(1, captioned=0)
    table = tmp_path / "metadata.csv"
    table.write_text("000.jpg,a street\n" + "".join(f"{n}.png,tea\n" for n in range(90_000)))

    with table.open("rb") as file:
        at_desk.post(f"/datasets/{dataset.pk}/upload/", {"files": [file]})
    upload = Upload.objects.get()
    waiting = upload.state
    jobs.unpack(upload.pk)

    upload.refresh_from_db()
    assert (waiting, upload.state) == (UploadState.QUEUED, UploadState.DONE)
    assert dataset.images.get().caption == "a street"
    assert len(upload.report["lines"]) <= 200
