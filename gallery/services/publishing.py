"""From a checkpoint, or a file from elsewhere, to a style that marketers may use."""

import tempfile
from pathlib import Path

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Max

from brandstudio.core import blobs
from brandstudio.core.input import addresses, reasons
from brandstudio.core.models import AuditEntry, Notice, User, WrongState
from brandstudio.core.problems import Refused, name_of
from brandstudio.core.services import sending
from brandstudio.core.ui.wording import labelled_text
from gallery import problems
from gallery.models import OwnWork, Poster, PromptTemplate, ReviewState, StyleVersion
from gallery.services import (
    banned_names,
    checklist,
    evidence,
    holds,
    known_weights,
    moved_on,
    posters,
    rights,
    vehicle_words,
)
from training.engine.lora import kohya_file
from training.services import weights

_NOT_IN_USE = dict.fromkeys((ReviewState.DRAFT, ReviewState.IN_REVIEW), "not-in-use")


def publish(checkpoint, by, pack, *, trigger_words=None, changes="", tags=()):
    """A draft version of `pack` with the checkpoint's weights; its strength sheet is ordered, and
    gives it its band.

    pack: one that is there, or a new one not saved yet; both are stored, or neither.
    trigger_words: left out, those of the dataset; "" for a style without. tags: PackTags of a new
    pack. Raises Refused: slug-taken, slug-in-use, weights-recalled, weights-unread,
    taste-not-published.
    """
    if checkpoint.run.is_taste:
        raise Refused("taste-not-published", name=checkpoint.run.name)
    if trigger_words is None:
        trigger_words = checkpoint.run.dataset.trigger_word
    return _new_version(
        pack,
        by,
        weights_sha256=checkpoint.sha256,
        base=checkpoint.run.base,
        checkpoint=checkpoint,
        trigger_words=trigger_words,
        changes=changes,
        tags=tags,
    )


def publish_file(file, by, pack, **fields):
    """As `publish`, for a LoRA file that was trained elsewhere.

    file: a StyleFile. fields: trigger_words, changes, tags, and what is told of its origin.
    What other tools can't read alone (PEFT's and diffusers' names, an alpha told beside the file)
    is stored in kohya's format, with the weights' own bytes. Raises Refused as `publish`, and as
    known_weights.check_new; neither pack nor version is stored then.
    """
    sha256 = _stored(file.header, file.config)
    weights.note_content(sha256)
    with transaction.atomic():
        weights.one_at_a_time(sha256)
        known_weights.check_new(sha256, by)
        return _new_version(
            pack,
            by,
            weights_sha256=sha256,
            base=file.base,
            origin=file.name[:255],
            **fields,
        )


def _stored(header, config):
    """The blob of a file that fits."""
    if kohya_file.is_kohya(header):
        return blobs.put(header.file)
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "style.safetensors"
        kohya_file.rewrite(header.file, target, header.header.metadata, config or False)
        return blobs.put(target)


def _new_version(pack, by, *, weights_sha256, tags=(), **fields):
    path = blobs.local(weights_sha256)
    known_weights.check_recalled(weights_sha256)
    with transaction.atomic():
        if pack.pk is None:
            _save_new(pack)
            pack.tags.set(tags)
        newest = pack.versions.aggregate(newest=Max("number"))["newest"] or 0
        version = StyleVersion.objects.create(
            pack=pack,
            number=newest + 1,
            made_by=by,
            weights_sha256=weights_sha256,
            size=path.stat().st_size,
            **fields,
        )
        evidence.order_sheet(version)
    return version


def _save_new(pack):
    if pack.slug in addresses.words_in_use():
        raise Refused("slug-in-use", slug=pack.slug)
    try:
        with transaction.atomic():
            pack.save(force_insert=True)
    except IntegrityError as error:  # a colleague took the name since the form was checked
        raise Refused("slug-taken", slug=pack.slug) from error


def submit(row, by):
    """Put a version, template or poster before the reviewers, and tell them.

    Raises Refused: template-faulty, what `moved_on` says; of a version what
    known_weights.check_version and evidence.check say; of a poster what posters.check says.
    """
    if row.state != ReviewState.DRAFT:
        raise moved_on.refusal_of_row(row, ReviewState.DRAFT)
    _check_words(row)
    if isinstance(row, StyleVersion):
        evidence.check(row)
        known_weights.check_version(row)
    with transaction.atomic():
        try:
            row.submit(by)
        except WrongState as error:
            raise moved_on.refusal_of_row(row, ReviewState.DRAFT) from error
        _settle(row, "sent-back")
        sending.tell(
            User.objects.reviewers(besides=by).exclude(pk__in=row.author_ids),
            f"{row._meta.model_name}-submitted",
            url=row.get_absolute_url(),
            name=name_of(row),
        )


def _check_words(row):
    """As its form does: a draft may be older than a rule. Raises Refused: template-faulty; of a
    poster what posters.check says."""
    if isinstance(row, Poster):
        posters.check(row)
    if not isinstance(row, PromptTemplate):
        return
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        faults = [
            labelled_text(row._meta.get_field(name).verbose_name, " ".join(sentences))
            for name, sentences in error.message_dict.items()
        ]
        raise Refused("template-faulty", name=str(row), faults=" ".join(faults)) from error
    refusals = [refusal for _field, refusal in banned_names.refusals_of(row)]
    if refusals := refusals + vehicle_words.refusals_of_colours(row):
        sentences = " ".join(problems.of(refusal) for refusal in refusals)
        raise Refused("template-faulty", name=str(row), faults=sentences)


def approve(row, by, remarks="", band=None, answers=None):
    """Approve a version, template or poster; what it replaces is retired, and its maker told.

    band: of a version, the five strengths of BAND by name, where the reviewer changes them; remarks
    are then the reason. answers: of a version or poster, to the checklist; kept with the decision.
    Raises Refused: own-work, template-faulty, pack-held, what `moved_on` says; of a version what
    known_weights.check_version, rights.obstacle_of, evidence.check, evidence.check_band and
    checklist.check say.
    """
    _check_words(row)
    changes, facts = {}, {}
    if isinstance(row, StyleVersion):
        evidence.check(row)
        holds.check_version(row)
        known_weights.check_version(row)
        rights.check_rights(row)
        changes = _changed_band(row, band, remarks)
    if not isinstance(row, PromptTemplate):
        vehicles = vehicle_words.vehicles_in(row.asset) if isinstance(row, Poster) else ()
        facts = {"checklist": checklist.check(answers, vehicles, str(row))}
    with transaction.atomic():
        if changes:
            _record_band(row, changes, by, remarks)
        try:
            row.approve(by, remarks, facts=facts, **changes)
        except OwnWork as error:
            raise Refused("own-work") from error
        except WrongState as error:
            raise moved_on.refusal_of_row(row, ReviewState.IN_REVIEW) from error
        for former in _siblings(row).approved().exclude(pk=row.pk):
            if former.number < row.number:
                former.retire(by, reason=f"→ {row.number}")
        _settle(row, "submitted")
        _tell(row, "approved")


def send_back(row, by, reason):
    """Back to its maker with a reason. Raises Refused: send-back-reason, what `moved_on`
    says."""
    if not (reason := reasons.written(reason)):
        raise Refused("send-back-reason")
    with transaction.atomic():
        try:
            row.send_back(by, reason)
        except WrongState as error:
            raise moved_on.refusal_of_row(row, ReviewState.IN_REVIEW) from error
        _settle(row, "submitted")
        _tell(row, "sent-back", reason=reason)


def retire(row, by, reason):
    """No longer to be used; pictures made with it stay. Raises Refused: retire-reason,
    what `moved_on` says."""
    if not (reason := reasons.written(reason)):
        raise Refused("retire-reason")
    try:
        row.retire(by, reason)
    except WrongState as error:
        raise moved_on.refusal_of_row(row, ReviewState.APPROVED, **_NOT_IN_USE) from error


def bring_back(row, by, reason):
    """Take a retirement back: it is approved again, as it was. reason: kept with it.

    Raises Refused: retire-reason, newer-approved where another version is in use now, pack-held of
    a version that may not be used, what known_weights.check_version and rights.obstacle_of say,
    template-faulty, and what `moved_on` says.
    """
    if not (reason := reasons.written(reason)):
        raise Refused("retire-reason")
    if newer := _siblings(row).approved().exclude(pk=row.pk).first():
        raise Refused("newer-approved", name=str(newer))
    _check_words(row)
    if isinstance(row, StyleVersion):
        holds.check_version(row)
        known_weights.check_version(row)
        rights.check_rights(row)
    try:
        row.bring_back(by, reason)
    except WrongState as error:
        raise moved_on.refusal_of_row(row, ReviewState.RETIRED) from error


def _changed_band(version, band, reason):
    """The band to write, {} when it stays. Raises Refused as evidence.check_band."""
    if band is None or band == version.band:
        return {}
    evidence.check_band(version, band, reason)
    return band


def _record_band(version, band, by, reason):
    def in_words(values):
        return "–".join(f"{values[name]:g}" for name in ("strength_min", "strength_max"))

    widened = evidence.widens(version, band)
    AuditEntry.objects.record(
        version,
        in_words(version.band),
        in_words(band),
        by=by,
        why=reason,
        band=band,
        widened=widened,
    )


def _siblings(row):
    if isinstance(row, StyleVersion):
        return StyleVersion.objects.filter(pack=row.pack)
    if isinstance(row, Poster):
        return Poster.objects.none()  # each stands for itself
    return PromptTemplate.objects.filter(slug=row.slug)


def _settle(row, what):
    Notice.objects.settle(row.get_absolute_url(), [f"{row._meta.model_name}-{what}"])


def _tell(row, what, **facts):
    sending.tell(
        [row.submitted_by],
        f"{row._meta.model_name}-{what}",
        url=row.get_absolute_url(),
        name=name_of(row),
        **facts,
    )
