"""Weights that the studio knows already, under whatever name and metadata they come back.

Recalled ones stay out; of the others a second copy would escape what is decided of the first. What
a file holds is noted when it comes to be; of files from before that was done, by `read_waiting`.
"""

import time

from django.utils import timezone
from django.utils.formats import date_format

from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from gallery.models import Recall, SourceKind, StyleVersion
from training.models import Checkpoint, TrainingRun, WeightsContent
from training.services import weights

READ_SECONDS = 60  # then other work of the background has its turn


def order_reading():
    """Have files read of which nobody has noted what they hold. Safe to call at any time."""
    if any(hashes.exists() for hashes in _unread()):
        job = "gallery.jobs.read_weights"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="read-weights")
    return []


def read_waiting(seconds=READ_SECONDS):
    """Note what such files hold, versions' first, until all is read or the seconds have passed."""
    end = time.monotonic() + seconds
    for hashes in _unread():
        for sha256 in list(hashes):
            weights.note_content(sha256)
            if time.monotonic() >= end:
                return


def _unread():
    versions, checkpoints = StyleVersion.objects.all(), Checkpoint.objects.all()
    return [weights.unread(versions, "weights_sha256"), weights.unread(checkpoints, "sha256")]


def check_recalled(sha256):
    """Raise Refused if a stored file holds the weights of a recalled version: weights-recalled, or
    weights-unread where that can't be told yet.

    sha256: the blob's. Once a recall is undone its weights are free again.
    """
    recalled = StyleVersion.objects.exclude(recalled_at=None)
    if version := _first_with(sha256, recalled, "weights_sha256"):
        raise _recalled(version)


def check_new(sha256, by):
    """Raise Refused if the studio holds the weights of a stored file already.

    sha256: the blob's. by: who imports it; of a run that they may not see no name is told. Codes:
    weights-unread, weights-recalled, weights-known (a version of any state), weights-of-run,
    weights-of-taste, weights-of-colleague.
    """
    check_recalled(sha256)
    if version := _first_with(sha256, StyleVersion.objects.all(), "weights_sha256"):
        state = version.get_state_display()
        raise Refused("weights-known", name=str(version), state=str(state))
    if checkpoint := _first_with(sha256, Checkpoint.objects.select_related("run"), "sha256"):
        raise _of_run(checkpoint, by)


def _first_with(sha256, rows, column):
    """The first of these rows whose file holds the same weights; None for none.

    Raises Refused("weights-unread") while files of these rows are to be read.
    """
    if count := weights.unread(rows, column).count():
        raise Refused("weights-unread", count=count)
    weights.note_content(sha256)
    alike = WeightsContent.objects.alike([sha256]).values("sha256")
    return rows.filter(**{f"{column}__in": alike}).order_by("pk").first()


def _of_run(checkpoint, by):
    run = checkpoint.run
    if not TrainingRun.objects.visible_to(by).filter(pk=run.pk).exists():
        return Refused("weights-of-colleague")
    code = "weights-of-taste" if run.is_taste else "weights-of-run"
    return Refused(code, name=run.name, step=checkpoint.step)


def _recalled(version):
    row = Recall.objects.filter(
        kind=SourceKind.VERSION, source_key=str(version.pk), undone_at=None
    ).first()
    return Refused(
        "weights-recalled",
        name=str(version),
        day=date_format(timezone.localtime(version.recalled_at), "SHORT_DATE_FORMAT"),
        reason=row.why if row else "–",
    )
