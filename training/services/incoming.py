"""Files that arrive part by part: begun, gone on with after a break, taken in when whole."""

import fcntl
import logging
import os
import time
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from brandstudio.core.queue import housekeeping, stopping, work_queue
from training.engine.data.image_folder import clean_name, ending, is_litter
from training.models import Upload
from training.services.image_store import safe_name

from .uploads import (
    KINDS,
    METADATA_SUFFIXES,
    SIDECAR_SUFFIXES,
    ZIP_SUFFIX,
    NamedFile,
    add_images,
)

_log = logging.getLogger(__name__)

PART_BYTES = 4 * 1024 * 1024  # asked of a browser for one request
LONG_TABLE = 1_000_000  # bytes of captions that a request reads by itself
SHOWN_LINES = 200  # of a report that are kept
_READ = 1 << 16


class OutOfStep(Exception):
    """A part that does not begin where the file ends. `arrived`: bytes that are here."""

    def __init__(self, arrived):
        self.arrived = arrived
        super().__init__(f"{arrived} bytes are here")


def begin_upload(dataset, by, *, name, size, key, checked=False):
    """The Upload of this file: a new one, or the one that was broken off. Raises Refused.

    What can be refused is refused here, before a byte of it is on its way.
    """
    if is_litter(name):
        raise Refused("file-passed-over", name=clean_name(name))
    if ending(name) not in KINDS:
        raise Refused("file-unknown-kind", name=name)
    if size <= 0:
        raise Refused("file-empty", name=name)
    if size > settings.UPLOAD_MAX_BYTES:
        raise Refused(
            "file-too-large",
            name=name,
            megabytes=round(size / 1e6),
            limit=round(settings.UPLOAD_MAX_BYTES / 1e6),
        )
    row = {"dataset": dataset, "sent_by": by, "key": clean_name(key)[:300]}
    values = {"name": safe_name(name), "size": size, "checked": checked}
    if upload := Upload.objects.arriving().filter(**row, size=size).first():
        return upload
    try:
        with transaction.atomic():
            return Upload.objects.create(**row, **values)
    except IntegrityError:  # another tab has begun with it, or it had another size then
        upload = Upload.objects.arriving().get(**row)
        if upload.size == size:
            return upload
        discard_upload(upload)
        return Upload.objects.create(**row, **values)


def receive_part(upload, offset, stream, length):
    """Write a part of `length` bytes at `offset`: all of it counts, or nothing.

    Raises OutOfStep when another part is due or is being written; OSError when the disk is full
    or the sender broke off.
    """
    path = part_file(upload)
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise OutOfStep(upload.arrived) from error
        upload.refresh_from_db(fields=["arrived", "state"])
        is_due = upload.arrived == offset and offset + length <= upload.size
        if not is_due or upload not in Upload.objects.arriving():
            raise OutOfStep(upload.arrived)
        file.seek(offset)
        file.truncate()  # what a broken part left behind
        remaining = length
        while remaining and (some := stream.read(min(_READ, remaining))):
            file.write(some)
            remaining -= len(some)
        if remaining:
            raise OSError("the sender broke off")
        file.flush()
        os.fsync(file.fileno())
        upload.arrived = offset + length
        upload.heard_at = timezone.now()
        upload.save(update_fields=["arrived", "heard_at"])


def take_in_upload(upload):
    """Take in a file that is whole: at once, or by a worker where that may take long."""
    path = part_file(upload)
    if _is_long(upload):
        with transaction.atomic():
            upload.queue(blobs.put(path))
            work_queue.enqueue_work(upload)
    else:
        files = [NamedFile(path, upload.name)]
        try:
            report = add_images(upload.dataset, files, checked=upload.checked, by=upload.sent_by)
        except (OSError, DatabaseError):  # the sender asks again in a while
            raise
        except Exception:
            _log.exception("upload %s failed", upload.pk)
            upload.fail_whole(blobs.put(path), "software-fault")
        else:
            _settle(upload, report)
    path.unlink(missing_ok=True)


def retry_upload(upload, by):
    """Let a worker try again what failed. Raises WrongState when it has not failed."""
    with transaction.atomic():
        upload.retry(by)
        work_queue.enqueue_work(upload)


def queue_file(dataset, by, file, checked=False):
    """Hand a whole uploaded file to a worker. file: Django's uploaded file. Returns the Upload."""
    row = Upload.objects.create(
        dataset=dataset,
        sent_by=by,
        name=safe_name(file.name),
        key=f"{clean_name(file.name)[:200]}|{time.time_ns()}",
        size=file.size,
        arrived=file.size,
        checked=checked,
    )
    with transaction.atomic():
        row.queue(blobs.put(file.temporary_file_path()))
        work_queue.enqueue_work(row)
    return row


def _is_long(upload):
    """What takes long; and captions that came with a zip, which must wait for its pictures."""
    if takes_long(upload.name, upload.size):
        return True
    return are_captions(upload.name) and upload.dataset.uploads.pending().exists()


def takes_long(name, size):
    """Whether a file is work for a worker: a zip, or a table of very many captions."""
    return ending(name) == ZIP_SUFFIX or (are_captions(name) and size > LONG_TABLE)


def are_captions(name):
    return ending(name) in {*METADATA_SUFFIXES, *SIDECAR_SUFFIXES}


def unpack_upload(upload):
    """What a worker does for a file that was handed to it.

    Raises WrongState when taken over, Stopped.
    """
    sha256 = upload.sha256
    files = [NamedFile(blobs.local(sha256), upload.name)]

    def on_file(done, total):
        stopping.go_on()
        upload.note_progress(done=done, total=total)

    report = add_images(
        upload.dataset,
        files,
        checked=upload.checked,
        by=upload.sent_by,
        on_file=on_file,
    )
    _settle(upload, report)
    housekeeping.discard_unnamed([sha256])


def _settle(upload, report):
    """Done; or failed where nothing of it was taken: one fault stands for itself, several below."""
    summary = report.to_json(SHOWN_LINES)
    if not report.took_nothing:
        upload.finish(summary)
        return
    code = "upload-took-nothing" if summary["lines"] else "upload-without-pictures"
    facts = {"name": upload.name}
    if len(summary["lines"]) == 1:
        ((_name, _outcome, code, facts),) = summary["lines"]
        summary["lines"] = []
    upload.finish_in_vain(summary, code, facts)


def discard_upload(upload):
    """Forget a file that is on its way, or the report of one that was taken in."""
    part_file(upload).unlink(missing_ok=True)
    upload.delete()
    housekeeping.discard_unnamed([upload.sha256])


def part_file(upload):
    """Where the parts of a file that is on its way are put together."""
    return Path(settings.FILE_UPLOAD_TEMP_DIR) / "arriving" / str(upload.pk)


def sweep_uploads():
    """Forget what was begun and never ended, and files that no row names. Returns []: no jobs."""
    now = timezone.now()
    stale = now - timedelta(hours=settings.UPLOAD_KEEP_HOURS)
    for upload in Upload.objects.arriving().filter(heard_at__lt=stale):
        discard_upload(upload)
    for upload in Upload.objects.ended().filter(begun_at__lt=now - timedelta(days=7)):
        discard_upload(upload)
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).rglob("*"):
        # A process that was killed leaves its temporary files: those of a live one are younger.
        if path.is_file() and path.stat().st_mtime < stale.timestamp():
            path.unlink(missing_ok=True)
    return []
