"""From a checkpoint, or a file from elsewhere, to a style that marketers may use."""

from django.db import transaction
from django.db.models import Max

from brandstudio.core import blobs, sending
from brandstudio.core.models import User, WrongState
from gallery.models import EvidenceSheet, OwnWork, PromptTemplate, StyleVersion
from gallery.models.evidence import SheetState
from gallery.problems import Refused
from gallery.services import evidence

BAND = ("strength_min", "best_min", "strength", "best_max", "strength_max")


def publish(checkpoint, by, pack, *, trigger_words="", changes="", band=None):
    """A draft version of `pack` with the checkpoint's weights; its strength sheet is ordered.

    band: the five numbers of BAND by name; left out, the model's defaults hold.
    Raises EngineError if the weights don't fit the run's base model.
    """
    return _new_version(
        pack,
        by,
        weights_sha256=checkpoint.sha256,
        base=checkpoint.run.base,
        checkpoint=checkpoint,
        trigger_words=trigger_words or checkpoint.run.dataset.trigger_word,
        changes=changes,
        band=band,
    )


def publish_file(path, name, by, pack, base, *, trigger_words="", changes="", band=None):
    """As `publish`, for a LoRA file that was trained elsewhere.

    path: the uploaded file. name: what it was called. Raises EngineError if it is no sound LoRA
    file or doesn't fit `base`; nothing is stored then.
    """
    from gallery.engine.evidence import check_fit  # noqa: PLC0415 -- torch is slow to load

    check_fit(path, name, base.family, base.name)
    return _new_version(
        pack,
        by,
        weights_sha256=blobs.put(path),
        base=base,
        origin=name[:255],
        trigger_words=trigger_words,
        changes=changes,
        band=band,
    )


def _new_version(pack, by, *, weights_sha256, band, **fields):
    path = blobs.local(weights_sha256)
    with transaction.atomic():
        newest = pack.versions.aggregate(newest=Max("number"))["newest"] or 0
        version = StyleVersion.objects.create(
            pack=pack,
            number=newest + 1,
            made_by=by,
            weights_sha256=weights_sha256,
            size=path.stat().st_size,
            **fields,
            **(band or {}),
        )
        evidence.order_sheet(version)
    return version


def submit(row, by):
    """Put a version or template before the reviewers, and tell them."""
    with transaction.atomic():
        row.submit(by)
        sending.tell(
            User.objects.reviewers(besides=by).exclude(pk__in=row.author_ids),
            f"{row._meta.model_name}-submitted",
            url=row.get_absolute_url(),
            name=str(row),
        )


def approve(row, by, remarks=""):
    """Approve a version or template; what it replaces is retired, and its maker told.

    Raises Refused: own-work, evidence-missing, evidence-failed, decided-already.
    """
    if isinstance(row, StyleVersion):
        _check_evidence(row)
    with transaction.atomic():
        try:
            row.approve(by, remarks)
        except OwnWork as error:
            raise Refused("own-work") from error
        except WrongState as error:
            raise Refused("decided-already") from error
        for former in _siblings(row).approved().exclude(pk=row.pk).filter(number__lt=row.number):
            former.retire(by, reason=f"→ {row.number}")
        _tell(row, "approved")


def send_back(row, by, reason):
    """Back to its maker with a reason. Raises Refused: send-back-reason, decided-already."""
    if not reason.strip():
        raise Refused("send-back-reason")
    with transaction.atomic():
        try:
            row.send_back(by, reason)
        except WrongState as error:
            raise Refused("decided-already") from error
        _tell(row, "sent-back", reason=reason)


def retire(row, by, reason=""):
    """No longer to be used; pictures made with it stay."""
    try:
        row.retire(by, reason)
    except WrongState as error:
        raise Refused("decided-already") from error


def _check_evidence(version):
    sheet = EvidenceSheet.objects.filter(version=version).first()
    if sheet and sheet.state == SheetState.FAILED:
        raise Refused("evidence-failed")
    if sheet is None or sheet.state != SheetState.DONE:
        raise Refused("evidence-missing")


def _siblings(row):
    if isinstance(row, StyleVersion):
        return StyleVersion.objects.filter(pack=row.pack)
    return PromptTemplate.objects.filter(slug=row.slug)


def _tell(row, what, **facts):
    sending.tell(
        [row.submitted_by],
        f"{row._meta.model_name}-{what}",
        url=row.get_absolute_url(),
        name=str(row),
        **facts,
    )
