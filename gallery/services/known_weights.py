"""Weights that the studio knows already, under whatever name and however they are stored.

Recalled ones stay out, and so does what somebody made of them elsewhere; of the others a second
copy would escape what is decided of the first. What a file holds is noted when it comes to be; of
files from before that was done, by `read_waiting`.
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
    """Note what such files hold until all is read or the seconds have passed.

    Checkpoints come first: a file from elsewhere is then known by those it was made of.
    """
    end = time.monotonic() + seconds
    for hashes in _unread():
        for sha256 in list(hashes):
            weights.note_content(sha256)
            if time.monotonic() >= end:
                return


def _unread():
    checkpoints, versions = Checkpoint.objects.all(), StyleVersion.objects.all()
    return [weights.unread(checkpoints, "sha256"), weights.unread(versions, "weights_sha256")]


def check_recalled(sha256):
    """Raise Refused if a stored file holds the weights of a recalled version: weights-recalled, or
    weights-unread where that can't be told yet.

    sha256: the blob's. Once a recall is undone its weights are free again.
    """
    recalled = StyleVersion.objects.exclude(recalled_at=None)
    if version := _first_with(sha256, recalled, "weights_sha256"):
        raise Refused("weights-recalled", **_facts_of_recall(version))


def check_version(version):
    """Raise Refused where the weights of a version are those of a recalled one, or where it is a
    file from elsewhere whose weights are near such: as check_recalled, weights-near-recalled.

    What was trained here is known by its run and its pictures, not by what it resembles.
    """
    check_recalled(version.weights_sha256)
    if version.checkpoint_id is None:
        _check_near_recalled(version.weights_sha256)


def _check_near_recalled(sha256):
    recalled = StyleVersion.objects.exclude(recalled_at=None)
    for version, likeness in _near(sha256, recalled)[:1]:
        facts = _facts_of_recall(version)
        raise Refused("weights-near-recalled", percent=round(100 * likeness), **facts)


def near(version):
    """[(version, likeness)] of the other versions whose weights are near those of one, the nearest
    first: of a file from elsewhere all, of what was trained here files from elsewhere alone."""
    others = StyleVersion.objects.exclude(pk=version.pk)
    if version.checkpoint_id is not None:
        others = others.filter(checkpoint=None)
    return _near(version.weights_sha256, others)


def near_from_elsewhere(version):
    """[(version, likeness)] of those files from elsewhere that were made of a version's weights,
    the nearest first."""
    others = StyleVersion.objects.filter(checkpoint=None).exclude(pk=version.pk)
    return _near(version.weights_sha256, others)


def _near(sha256, versions):
    likenesses = weights.near(sha256, versions.values("weights_sha256"))
    rows = versions.filter(weights_sha256__in=likenesses).select_related("pack").order_by("pk")
    pairs = [(row, likenesses[row.weights_sha256]) for row in rows]
    return sorted(pairs, key=lambda pair: -pair[1])


def check_new(sha256, by):
    """Raise Refused if the studio holds the weights of a stored file already.

    sha256: the blob's. by: who imports it; of a run that they may not see no name is told. Codes:
    weights-unread, weights-recalled, weights-near-recalled, weights-known (a version of any state),
    weights-of-run, weights-of-taste, weights-of-colleague.
    """
    check_recalled(sha256)
    _check_near_recalled(sha256)
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


def _facts_of_recall(version):
    row = Recall.objects.filter(
        kind=SourceKind.VERSION, source_key=str(version.pk), undone_at=None
    ).first()
    return {
        "name": str(version),
        "day": date_format(timezone.localtime(version.recalled_at), "SHORT_DATE_FORMAT"),
        "reason": row.why if row else "–",
    }
