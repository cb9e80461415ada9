"""The brand kit: the one place that says what the brand says of itself, and its changes."""

from django.db import models, transaction

from brandstudio.core.models import AuditEntry, BrandKit
from gallery.engine import labelling
from gallery.models import BrandColour, BrandFont, BrandLogo, LegalLine

# What the address of a piece calls its kind.
KINDS: dict[str, type[models.Model]] = {
    "logo": BrandLogo,
    "font": BrandFont,
    "colour": BrandColour,
    "line": LegalLine,
}
OFFERED, TAKEN_AWAY = "offered", "taken-away"
DEMO = "DEMO"


def is_demo_code():
    """Whether labels say DEMO, because no producer code was given."""
    return not BrandKit.objects.current().code


def producer():
    """Who answers for a picture, as the metadata mark says it: the code, else "DEMO"."""
    return BrandKit.objects.current().code or DEMO


def label_words():
    """The words of the visible label."""
    return BrandKit.objects.current().label_words or labelling.LABEL


def label_place():
    """Where the label stands on what no channel says anything of: the lower right."""
    return labelling.LabelPlace(words=label_words())


@transaction.atomic
def save_kit(form, by):
    """Store a valid BrandKitForm; what changed goes into the history, before and after."""
    BrandKit.objects.get_or_create(pk=1)
    before = {name: _as_text(form.initial.get(name)) for name in form.changed_data}
    kit = form.save()
    if form.changed_data:
        after = {name: _as_text(form.cleaned_data[name]) for name in form.changed_data}
        AuditEntry.objects.record(kit, "changed", "changed", by=by, before=before, after=after)
    return kit


def _as_text(value):
    return "" if value is None else str(value)


@transaction.atomic
def add(form, by):
    """Store a valid form of a new piece."""
    form.instance.added_by = by
    item = form.save()
    AuditEntry.objects.record(item, "", "added", by=by, name=str(item))
    return item


@transaction.atomic
def offer(item, by, is_offered):
    """Put a piece among what is offered, or take it from there. Raises WrongState if it is."""
    item.offer(is_offered)
    steps = (TAKEN_AWAY, OFFERED) if is_offered else (OFFERED, TAKEN_AWAY)
    AuditEntry.objects.record(item, *steps, by=by, name=str(item))


def history(limit):
    """The kit's audit entries and those of its pieces, newest first; each with .changes,
    [(label, before, after)] of the kit's columns."""
    models_of_kit: list[type[models.Model]] = [BrandKit, *KINDS.values()]
    kinds = [model._meta.label_lower for model in models_of_kit]
    labels = {field.name: field.verbose_name for field in BrandKit._meta.fields}
    entries = AuditEntry.objects.filter(subject_kind__in=kinds).select_related("actor")[:limit]
    for entry in entries:
        before, after = (entry.facts.get(name, {}) for name in ("before", "after"))
        entry.changes = [(labels.get(name, name), before[name], after[name]) for name in before]
    return entries
