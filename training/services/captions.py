"""Captions of many pictures at once: from files, in bulk, and back again."""

import uuid
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction

from brandstudio.core.models import WrongState
from training.engine.data.captions.tables import read_metadata
from training.engine.data.spread import first_names
from training.engine.prompts import letters
from training.engine.prompts.trigger_words import with_placeholder_filled
from training.models import CaptionRevision, CaptionState, TrainingImage
from training.services.caption_claims import LOOSE, Claim, Places
from training.services.upload_report import Line, UploadReport

CAPTION_MAX_LETTERS = 2000  # many times what any text encoder reads
NAMES_SHOWN = 12
LINES_SHOWN = 200  # of one kind; a table of other pictures would fill the page


def import_captions(dataset, source, *, checked=False, by=None):
    """Give pictures the captions of a metadata.csv or .jsonl. Returns an UploadReport.

    source: a path. checked: a person has read them (`by`); otherwise they are drafts. Captions that
    a person has checked here are kept and listed. Raises EngineError when the file can't be read.
    """
    table = read_metadata(source)
    report = UploadReport()
    for problem in table.problems[:LINES_SHOWN]:
        report.lines.append(Line(str(source), "refused", problem.code, problem.facts))
    for remark in table.remarks:
        report.note(str(source), "noted", remark.code, **remark.facts)
    claims = claims_of(table, Path(source).name)
    match_captions(dataset, claims, Places(dataset), report, checked=checked, by=by)
    list_uncaptioned(dataset, report)
    return report


def claims_of(table, said_in, folder="", source=LOOSE):
    """The rows of a CaptionTable as a list of Claim."""
    return [
        Claim(name, caption, folder, source, said_in, is_heading=name == table.heading)
        for name, caption in table.rows.items()
    ]


def match_captions(dataset, claims, places, report, *, checked=False, by=None):
    """Write captions on the pictures they mean, with a line in the report for each."""
    first_claims: dict[str, tuple[str, str]] = {}
    unmatched = 0
    images = {image.name: image for image in dataset.images.all()} if claims else {}
    for claim in claims:
        names = places.find(claim)
        if not names:
            unmatched += not claim.is_heading
            if not claim.is_heading and unmatched <= LINES_SHOWN:
                _note_unmatched(report, claim)
        elif len(names) > 1 and not claim.lines:
            others = ", ".join(names[:NAMES_SHOWN])
            report.note(claim.name, "noted", "caption-fits-several-pictures", others=others)
        else:
            # A text file beside two pictures of its name speaks of both, as to other trainers.
            for name in names:
                _take_caption(images[name], claim, first_claims, report, checked, by)
            if claim.lines > 1:
                report.note(claim.said_in, "noted", "caption-first-line", count=claim.lines)
    if unmatched > LINES_SHOWN:
        more = unmatched - LINES_SHOWN
        report.note("", "noted", "captions-without-picture", count=more)


def _note_unmatched(report, claim):
    if claim.lines:
        report.note(claim.said_in, "noted", "text-without-picture")
    else:
        report.note(claim.name, "noted", "caption-without-picture")


def _take_caption(image, claim, first_claims, report, checked, by):
    """One picture's caption, unless this upload or a person has said another before."""
    caption = with_placeholder_filled(claim.caption, image.dataset.trigger_word)
    caption = letters.one_line(caption)
    if len(caption) > CAPTION_MAX_LETTERS:
        report.note(
            claim.name,
            "refused",
            "caption-too-many-letters",
            letters=len(caption),
            limit=CAPTION_MAX_LETTERS,
        )
        return
    first = first_claims.setdefault(image.name, (caption, claim.said_in))
    if first[0] != caption:
        facts = {"first": first[1], "second": claim.said_in, "caption": caption[:200]}
        report.note(image.name, "noted", "caption-second-left", **facts)
    elif image.is_checked and caption != image.caption:
        report.note(claim.name, "noted", "caption-kept")
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
        listed_names = first_names(names, NAMES_SHOWN)
        report.note(listed_names, "noted", "pictures-without-caption", count=len(names))


@dataclass(frozen=True)
class Change:
    """One caption that an edit would change."""

    image: TrainingImage
    before: str
    after: str


def preview_edit(images, edit):
    """What the edit (`caption_edits.Edit`) would do, and does nothing. Returns a list of Change.

    Captions that would become too long are left out (`too_long_after`).
    """
    changes = []
    for image in images:
        after = edit.apply(image.caption) if image.caption else image.caption
        if after != image.caption and 0 < len(after) <= CAPTION_MAX_LETTERS:
            changes.append(Change(image, image.caption, after))
    return changes


def too_long_after(images, edit):
    """How many captions an edit leaves alone, because they would become too long."""
    captions = images.exclude(caption="").values_list("caption", flat=True)
    return sum(len(edit.apply(caption)) > CAPTION_MAX_LETTERS for caption in captions)


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
        reverted = untouched = 0
        for revision in revisions:
            if newest[revision.image_id] != revision.pk:
                untouched += 1
                continue
            try:
                revision.image.restore(revision, by=by)
            except WrongState:
                untouched += 1
            else:
                reverted += 1
    return reverted, untouched


def _newest_revisions(dataset, image_ids):
    """image → its newest revision's number."""
    rows = (
        CaptionRevision.objects.filter(image__dataset=dataset, image__in=image_ids)
        .order_by("pk")
        .values_list("image_id", "pk")
    )
    return dict(rows)
