"""Captions of many pictures at once: from files, in bulk, and back again."""

import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db import transaction

from brandstudio.core.models import WrongState
from training.engine.captions import read_metadata
from training.models import CaptionRevision, CaptionState, TrainingImage

CAPTION_MAX_LETTERS = 2000  # many times what any text encoder reads
NAMES_SHOWN = 12


def import_captions(dataset, source, *, checked=False, by=None):
    """Give pictures the captions of a metadata.csv or .jsonl. Returns an UploadReport.

    source: a path. checked: a person has read them (`by`); otherwise they are drafts. Captions that
    a person has checked here are kept and listed. Raises EngineError when the file can't be read.
    """
    from training.services.uploads import Line, UploadReport  # noqa: PLC0415 -- it imports us

    table = read_metadata(source)
    report = UploadReport()
    for problem in table.problems:
        report.lines.append(Line(str(source), "refused", problem.code, problem.facts))
    match_captions(dataset, table.rows, report, checked=checked, by=by)
    list_uncaptioned(dataset, report)
    return report


def match_captions(dataset, captions, report, *, renamed=None, checked=False, by=None):
    """Write captions on the pictures they name, with a line in the report for each.

    captions: name → caption; a name may have folders, or lack its ending (a sidecar's).
    renamed: name as sent → name as stored.
    """
    if not captions:
        return
    find = _finder(dataset, renamed or {})
    for name, caption in captions.items():
        image = find(name)
        if image is None:
            report.note(name, "noted", "caption-without-picture")
        elif len(caption) > CAPTION_MAX_LETTERS:
            report.note(
                name,
                "refused",
                "caption-too-many-letters",
                letters=len(caption),
                limit=CAPTION_MAX_LETTERS,
            )
        elif image.is_checked and " ".join(caption.split()) != image.caption:
            report.note(name, "noted", "caption-kept")
        else:
            if checked:
                image.check_caption(caption, by=by)
            elif not image.is_checked:
                image.draft(caption)
            report.note(image.name, "captioned", "caption-taken")


def list_uncaptioned(dataset, report):
    """A line about the pictures that have no caption, after a captions file was read."""
    names = list(dataset.images.filter(caption="").values_list("name", flat=True))
    if names:
        shown = ", ".join(names[:NAMES_SHOWN]) + (" …" if len(names) > NAMES_SHOWN else "")
        report.note(shown, "noted", "pictures-without-caption", count=len(names))


def _finder(dataset, renamed):
    """A function from a name as written to the dataset's picture, or None."""
    exact, by_stem = {}, {}
    for image in dataset.images.all():
        exact[image.name.casefold()] = image
        by_stem.setdefault(PurePosixPath(image.name).stem.casefold(), []).append(image)
    for sent, stored in renamed.items():
        if image := exact.get(stored.casefold()):
            exact.setdefault(sent.casefold(), image)
            exact.setdefault(str(PurePosixPath(sent).with_suffix("")).casefold(), image)

    def find(name):
        own = PurePosixPath(name).name.casefold()
        if image := exact.get(name.casefold()) or exact.get(own):
            return image
        if image := exact.get(str(PurePosixPath(own))):
            return image
        alike = by_stem.get(own, [])
        return alike[0] if len(alike) == 1 else None

    return find


@dataclass(frozen=True)
class Change:
    """One caption that an edit would change."""

    image: TrainingImage
    before: str
    after: str


def preview_edit(images, edit):
    """What the edit (`caption_edits.Edit`) would do, and does nothing. Returns a list of Change."""
    changes = []
    for image in images:
        after = edit.apply(image.caption) if image.caption else image.caption
        if after != image.caption and after:
            changes.append(Change(image, image.caption, after))
    return changes


def apply_edit(images, edit, by):
    """Change the captions, keeping each one's state. Returns (batch, changes); batch undoes it."""
    with transaction.atomic():
        changes = preview_edit(images.select_for_update(), edit)
        batch = uuid.uuid4().hex
        CaptionRevision.objects.bulk_create(
            CaptionRevision(
                image=change.image,
                text=change.before,
                state=change.image.caption_state,
                replaced_by=by,
                batch=batch,
            )
            for change in changes
        )
        for change in changes:
            change.image.caption = change.after
        TrainingImage.objects.bulk_update([c.image for c in changes], ["caption"], batch_size=200)
    return batch, changes


def set_states(images, by, checked):
    """Mark many captions as checked, or as drafts again. Returns (batch, how many)."""
    source, target = (
        (CaptionState.DRAFTED, CaptionState.CHECKED)
        if checked
        else (CaptionState.CHECKED, CaptionState.DRAFTED)
    )
    batch = uuid.uuid4().hex
    with transaction.atomic():
        changing = list(images.select_for_update().filter(caption_state=source))
        CaptionRevision.objects.bulk_create(
            CaptionRevision(
                image=image, text=image.caption, state=source, replaced_by=by, batch=batch
            )
            for image in changing
        )
        count = TrainingImage.objects.filter(pk__in=[i.pk for i in changing]).update(
            caption_state=target
        )
    return batch, count


def revert_edit(dataset, batch, by):
    """Undo a bulk edit. Returns (reverted, kept): what was edited since keeps its newer text."""
    with transaction.atomic():
        revisions = (
            CaptionRevision.objects.filter(batch=batch, image__dataset=dataset)
            .select_related("image")
            .order_by("pk")
        )
        newest = _newest_revisions(dataset, [r.image_id for r in revisions])
        reverted = kept = 0
        for revision in revisions:
            if newest[revision.image_id] != revision.pk:
                kept += 1
                continue
            try:
                revision.image.restore(revision, by=by)
            except WrongState:
                kept += 1
            else:
                reverted += 1
    return reverted, kept


def _newest_revisions(dataset, image_ids):
    """image → its newest revision's number."""
    rows = (
        CaptionRevision.objects.filter(image__dataset=dataset, image__in=image_ids)
        .order_by("pk")
        .values_list("image_id", "pk")
    )
    return dict(rows)
