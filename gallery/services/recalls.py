"""Taking back what a photograph or a style reached, in one act; undone within the hour."""

from collections import defaultdict
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from brandstudio.core import blobs
from brandstudio.core.input import reasons
from brandstudio.core.models import AuditEntry, User, WithRights, WrongState
from brandstudio.core.models.rights import RIGHTS_DECIDED, carry_on
from brandstudio.core.models.states import move_together, update_as_last_seen
from brandstudio.core.problems import Refused, in_each_language
from brandstudio.core.services import sending, spreadsheet
from gallery.models import (
    Asset,
    AssetReview,
    InitImageUpload,
    ProductCutout,
    Recall,
    RecallItem,
    ReviewState,
    SourceKind,
    StyleVersion,
)
from gallery.services import downstream, expiry, learned, posters
from training.models import TrainingImage

_MODELS = {
    model._meta.label_lower: model
    for model in (Asset, StyleVersion, TrainingImage, ProductCutout, InitImageUpload)
}
KEPT = ("kept_at", "kept_why")
# The audit entries that decide anew of what a recall changed; other acts, such as a tag, a title or
# a place in a campaign, leave its decision as it is.
_DECISIONS = {
    model._meta.label_lower: decisions
    for model, decisions in (
        (Asset, AssetReview.values),
        (StyleVersion, (*ReviewState.values, "recalled")),
        (TrainingImage, RIGHTS_DECIDED),
        (ProductCutout, RIGHTS_DECIDED),
        (InitImageUpload, RIGHTS_DECIDED),
    )
}


def recall(source, by, why, seen):
    """Withdraw the source and all that it reached, in one transaction. Returns the Recall.

    Approved pictures are withdrawn, approved versions retired; owners and downloaders are told.
    seen: the fingerprint that the page showed. Raises Refused: recall-reason, recall-changed.
    """
    why = reasons.in_one_line(why)
    if not why:
        raise Refused("recall-reason")
    with transaction.atomic():
        source = _locked(source)
        figures = downstream.figures_of(source)
        if downstream.fingerprint(source, figures) != seen:
            raise Refused("recall-changed")
        report = blobs.put_bytes(_report(source))
        try:
            items = _take_back(source, by, why)
        except WrongState as error:
            raise Refused("recall-changed") from error
        row = Recall.objects.create(
            kind=source.kind,
            source_key=source.key,
            source_name=in_each_language(lambda: source.name),
            why=why,
            by=by,
            figures=figures,
            report_sha256=report,
        )
        for item in items:
            item.recall = row
        RecallItem.objects.bulk_create(items, batch_size=500)
        AuditEntry.objects.record(row, "", "recalled", by=by, why=why, **figures)
        if source.kind != SourceKind.VERSION:
            expiry.settle([expiry.Ending(source.kind, each) for each in source.rows])
        row.recipients.set(_concerned(source).exclude(pk=by.pk))
        _tell_recalled(row)
    return row


def _locked(source):
    """The source with its rows as they are now; nobody else changes them meanwhile."""
    if source.rows:
        rows = source.versions() if source.kind == SourceKind.VERSION else source.rows
        pks = [row.pk for row in rows]
        model = type(source.rows[0])
        list(model._base_manager.select_for_update().filter(pk__in=pks).order_by("pk"))
    locked = downstream.find_source(source.kind, source.key)
    if locked is None:
        raise Refused("recall-changed")
    return locked


def _take_back(source, by, why):
    """Change the rows; a RecallItem for each, not saved yet."""
    now = timezone.now()
    items = []
    if source.kind == SourceKind.VERSION:
        items += _versions_recalled(source, now, by, why)
    else:
        held = [row for row in source.rows if row.withdrawn_at is None]
        undecided = {"withdrawn_at": now, "withdrawn_why": why, "kept_at": None, "kept_why": ""}
        items += _changed(held, "held", "withdrawn", undecided, by, why)
        versions = list(source.versions().approved())
        retired = {"state": ReviewState.RETIRED}
        items += _changed(versions, ReviewState.APPROVED, ReviewState.RETIRED, retired, by, why)
    columns = ("pk", "review", "review_reason")
    assets = list(source.assets().filter(review=AssetReview.APPROVED).only(*columns).order_by("pk"))
    withdrawn = {"review": AssetReview.WITHDRAWN, "review_reason": why}
    return items + _changed(assets, AssetReview.APPROVED, AssetReview.WITHDRAWN, withdrawn, by, why)


def _versions_recalled(source, now, by, why):
    """The version, and those of its copies, equal and near, that no recall has taken back yet."""
    items, groups = [], defaultdict(list)
    for version in source.versions().order_by("pk"):
        if str(version.pk) == source.key or version.recalled_at is None:
            groups[version.state].append(version)
    for state, versions in groups.items():
        if state != ReviewState.APPROVED:
            items += _changed(versions, state, "recalled", {"recalled_at": now}, by, why)
        else:
            retired = {"state": ReviewState.RETIRED, "recalled_at": now}
            items += _changed(versions, state, ReviewState.RETIRED, retired, by, why)
    return items


def _carry_on(rows):
    """What took over the rights of these rows of one model, if they have some, follows them."""
    model = type(rows[0])
    if issubclass(model, WithRights):
        carry_on(model._base_manager.filter(pk__in=[row.pk for row in rows]))


def _changed(rows, state, target, changes, by, why):
    """Write `changes` to these rows of one model; how they were before, as RecallItems."""
    if not rows:
        return []
    state_column = {"review", "state"} & changes.keys()
    expected = {column: state for column in state_column}
    before = [{column: getattr(row, column) for column in changes} for row in rows]
    entries = move_together(
        rows, target, expected=expected, changes=changes, source=state, by=by, why=why
    )
    _carry_on(rows)
    return [
        RecallItem(entry=entry, before=columns)
        for entry, columns in zip(entries, before, strict=True)
    ]


def undo(row, by):
    """Put back what a recall changed, save what was decided anew since. Returns how many rows.

    Raises Refused: recall-undone, recall-undone-own, recall-too-late; decided-already for what was
    decided at that very moment.
    """
    if row.undone_at:
        raise _undone(row, by)
    if timezone.now() >= row.undo_until:
        raise Refused("recall-too-late")
    with transaction.atomic():
        try:
            changes = {"undone_at": timezone.now(), "undone_by": by}
            update_as_last_seen(row, {"undone_at": None}, changes, "undone")
        except WrongState as error:
            row.refresh_from_db()
            raise _undone(row, by) from error
        try:
            restored = sum(_restore(row, items, by) for items in _undecided_since(row))
        except WrongState as error:  # decided at this very moment
            raise Refused("decided-already") from error
        row.left_as_is = row.items.count() - restored
        row.save(update_fields=["left_as_is"])
        AuditEntry.objects.record(row, "recalled", "undone", by=by, restored=restored)
        _tell(row, "recall-undone")
    return restored


def _undone(row, by):
    """The Refused of a second undo."""
    if row.undone_by_id == by.pk:
        return Refused("recall-undone-own")
    return Refused("recall-undone", person=row.undone_by.shown_name)


def _undecided_since(row):
    """Lists of items of one model and one state before, of which no later decision speaks."""
    decisions = reduce(
        or_, (Q(subject_kind=kind, target__in=targets) for kind, targets in _DECISIONS.items())
    )
    later = AuditEntry.objects.filter(
        decisions,
        subject_kind=OuterRef("entry__subject_kind"),
        subject_id=OuterRef("entry__subject_id"),
        pk__gt=OuterRef("entry_id"),
    )
    groups = defaultdict(list)
    for item in row.items.filter(~Exists(later)).select_related("entry"):
        groups[item.entry.subject_kind, repr(sorted(item.before.items()))].append(item)
    return groups.values()


def _restore(recall_, items, by):
    """Write the columns of before. Returns how many rows took them."""
    entry, before = items[0].entry, items[0].before
    model = _MODELS[entry.subject_kind]
    pks = [int(item.entry.subject_id) for item in items]
    rows = list(model._base_manager.select_for_update().filter(pk__in=pks))
    rows = [row for row in rows if not _was_passed_over(row)]
    if not rows:
        return 0
    changes = {name: model._meta.get_field(name).to_python(v) for name, v in before.items()}
    noted = [row for row in rows if _was_noted_since(row, recall_)]
    undecided = {name: value for name, value in changes.items() if name not in KEPT}
    for part, columns in ((noted, undecided), ([r for r in rows if r not in noted], changes)):
        move_together(
            part,
            entry.source,
            expected={name: entry.target for name in ("review", "state") if name in before},
            changes=columns,
            source=entry.target,
            by=by,
            why=f"recall {recall_.pk} undone",
        )
    _carry_on(rows)
    unchanged = {str(row.pk) for row in rows}
    restored = [item.pk for item in items if item.entry.subject_id in unchanged]
    for start in range(0, len(restored), 500):
        part = restored[start : start + 500]
        RecallItem.objects.filter(pk__in=part).update(was_restored=True)
    return len(restored)


def _was_noted_since(row, recall_):
    """Whether rights were noted anew: what an admin kept in use then was of the former ones."""
    noted_at = getattr(row, "rights_noted_at", None)
    return noted_at is not None and noted_at > recall_.at


def _was_passed_over(row):
    """Whether a picture lies in the bin, or another version of a pack was approved since."""
    if isinstance(row, StyleVersion):
        return row.pack.versions.approved().exclude(pk=row.pk).exists()
    return isinstance(row, Asset) and row.deleted_at is not None


def _concerned(source):
    """Those whose work it is or who hold a file of it."""
    assets = source.assets().values("scene__owner")
    image_holders = source.downloads().values("person")
    weight_holders = source.weights_downloads().values("person")
    makers = source.versions().values("made_by")
    owners = [owner for row in source.rows if (owner := _owner_id(row))]
    of_files = learned.learned_from(source.assets())
    owners += [image.dataset.owner_id for image in of_files.images]
    owners += [version.made_by_id for version in of_files.versions]
    poster_makers = posters.of_assets(source.assets()).values("made_by")
    groups = (assets, poster_makers, image_holders, weight_holders, makers, owners)
    return reduce(or_, (User.objects.filter(pk__in=group) for group in groups))


def _owner_id(row):
    if isinstance(row, TrainingImage):
        return row.dataset.owner_id
    return row.owner_id if isinstance(row, InitImageUpload) else row.made_by_id


def _tell_recalled(row):
    if made := row.figures["assets"]:
        _tell(row, "recalled", assets=made, reason=row.why)
    else:
        _tell(row, "recalled-alone", reason=row.why)


def _tell(row, code, **facts):
    url = reverse("gallery:recall-detail", args=[row.pk])
    sending.tell(row.recipients.all(), code, url=url, name=row.source_name, **facts)


def _report(source):
    """The CSV of all that the source reached, as it is now: a row for each file that left."""
    heading = (
        _("Kind"),
        _("Number"),
        _("Name"),
        _("State before"),
        _("Owner"),
        _("Downloaded by"),
        _("Downloaded at"),
        _("Channel"),
        _("Form"),
        _("SHA-256 of the file"),
    )
    return spreadsheet.csv_bytes(heading, _report_rows(source))


def _report_rows(source):
    copies = set(source.copies().values_list("pk", flat=True))
    for version in source.versions().select_related("pack", "made_by"):
        kind = _("style version")
        if version.pk in copies:
            kind = _("style version, the same weights under another name")
        elif version.pk in source.near_copies:
            percent = min(99, round(100 * source.near_copies[version.pk]))
            kind = _("style version, made of these weights, {percent} % alike")
            kind = kind.format(percent=percent)
        yield kind, version.pk, str(version), version.state, str(version.made_by)
    of_files = learned.learned_from(source.assets())
    for image in of_files.images:
        kind = _("file of a picture, in a dataset")
        yield kind, image.pk, f"{image} · {image.dataset}", "", str(image.dataset.owner)
    for version in of_files.versions:
        kind = _("style version that learned from such a file")
        yield kind, version.pk, str(version), version.state, str(version.made_by)
    for row in source.weights_downloads().select_related("person").order_by("at", "pk"):
        name = f"{row.weights_sha256[:12]}.safetensors"
        moment = timezone.localtime(row.at).isoformat(" ", "seconds")
        holder = row.person.username
        yield _("weights"), "", name, "", "", holder, moment, "", row.form, row.sha256
    rows = (
        source.assets()
        .order_by("pk", "downloads__pk")
        .values_list(
            "pk",
            "scene__title",
            "review",
            "scene__owner__username",
            "downloads__person__username",
            "downloads__at",
            "downloads__channel__slug",
            "downloads__form",
            "downloads__sha256",
        )
    )
    for pk, title, review, owner, person, at, *file in rows.iterator(chunk_size=2000):
        moment = timezone.localtime(at).isoformat(" ", "seconds") if at else ""
        yield _("picture"), pk, title, review, owner, person, moment, *file
