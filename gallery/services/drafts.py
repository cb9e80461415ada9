"""Taking back a draft of a style that was published or imported by mistake."""

from django.db import transaction
from django.db.models import ProtectedError

from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused, name_of
from brandstudio.core.queue import housekeeping, work_queue
from gallery.models import EvidenceSheet, ReviewState, ScenePack, StyleVersion
from training.models import WeightsDownload


def obstacle_of(version):
    """The Refused that `discard` would raise; None for a draft that leaves no trace elsewhere."""
    name = str(version)
    if version.state != ReviewState.DRAFT:
        return Refused("no-draft-any-more")
    if version.submitted_at is not None:
        return Refused("draft-was-submitted", name=name)
    if version.recalled_at is not None:
        return Refused("draft-recalled", name=name)
    if ScenePack.objects.filter(version=version).exists():
        return Refused("draft-in-use", name=name)
    # A checkpoint goes on telling who holds its file; of a file from elsewhere nothing else would.
    holders = WeightsDownload.objects.filter(weights_sha256=version.weights_sha256)
    if version.checkpoint_id is None and holders.exists():
        return Refused("draft-downloaded", name=name)
    return None


def discard(version, by):
    """Remove a draft for good, with its sheet and all files that nothing else names; its pack too
    where nothing else is in it.

    Raises Refused: no-draft-any-more, draft-was-submitted, draft-recalled, draft-in-use,
    draft-downloaded; nothing is removed then.
    """
    with transaction.atomic():
        row = StyleVersion.objects.select_for_update().filter(pk=version.pk).first()
        if row is None:
            raise Refused("no-draft-any-more")
        if obstacle := obstacle_of(row):
            raise obstacle
        files = [row.weights_sha256, *row.images.values_list("sha256", flat=True)]
        facts = {"name": name_of(row), "weights": row.weights_sha256}
        AuditEntry.objects.record(row, row.state, "discarded", by=by, **facts)
        _withdraw_sheet(row)
        try:
            row.delete()
        except ProtectedError as error:
            raise Refused("draft-in-use", name=str(version)) from error
        _discard_empty(row.pack, by)
    housekeeping.discard_unnamed(files)


def _withdraw_sheet(version):
    if sheet := EvidenceSheet.objects.filter(version=version).first():
        queue, job_id = sheet.QUEUE, sheet.job_id
        transaction.on_commit(lambda: work_queue.withdraw(queue, job_id))


def _discard_empty(pack, by):
    if pack.versions.exists() or pack.templates.exists():
        return
    AuditEntry.objects.record(pack, "", "discarded", by=by, name=name_of(pack))
    pack.delete()
