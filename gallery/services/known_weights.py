"""Weights that the studio knows already, under whatever name and metadata they come back.

Recalled ones stay out; of the others a second copy would escape what is decided of the first.
"""

from contextlib import suppress

from django.utils import timezone
from django.utils.formats import date_format

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.models import Recall, SourceKind, StyleVersion
from training.models import Checkpoint, TrainingRun
from training.services import weights


def check_recalled(sha256):
    """Raise Refused("weights-recalled") if a stored file holds the weights of a recalled version.

    sha256: the blob's. Once a recall is undone its weights are free again.
    """
    recalled = StyleVersion.objects.exclude(recalled_at=None)
    if version := _first_with(sha256, recalled, "weights_sha256"):
        raise _recalled(version)


def check_new(sha256, by):
    """Raise Refused if the studio holds the weights of a stored file already.

    sha256: the blob's. by: who imports it; of a run that they may not see no name is told. Codes:
    weights-recalled, weights-known (a version of any state), weights-of-run, weights-of-taste,
    weights-of-colleague.
    """
    check_recalled(sha256)
    if version := _first_with(sha256, StyleVersion.objects.all(), "weights_sha256"):
        state = version.get_state_display()
        raise Refused("weights-known", name=str(version), state=str(state))
    if checkpoint := _first_with(sha256, Checkpoint.objects.select_related("run"), "sha256"):
        raise _of_run(checkpoint, by)


def _first_with(sha256, rows, column):
    """The first of these rows whose file holds the same weights; None for none."""
    if not rows.exists():
        return None
    with suppress(blobs.BlobMissing):  # then its hash alone is compared
        weights.note_content(sha256)
    hashes = rows.order_by().values_list(column, flat=True)
    same = weights.same_among(sha256, hashes)
    return rows.filter(**{f"{column}__in": same}).order_by("pk").first()


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
