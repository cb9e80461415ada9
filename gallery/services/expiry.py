"""Telling of rights before they end and when they do, once each, to owners and admins."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import User
from brandstudio.core.models.rights import expired
from brandstudio.core.services import sending
from gallery.models import InitImageUpload, ProductCutout, SourceKind
from training.models import TrainingImage

# Days before the end: what is said then.
NOTICES = {0: "rights-end-0", 14: "rights-end-14", 30: "rights-end-30"}
LISTED = 200  # rows on the page of decisions


@dataclass(frozen=True)
class Ending:
    """A source with rights that end, or have ended. url: the page of what it reached."""

    kind: SourceKind
    row: TrainingImage | InitImageUpload | ProductCutout

    @property
    def url(self):
        if self.kind == SourceKind.IMAGE:
            address = [self.row.dataset_id, self.row.image_sha256]
            return reverse("gallery:image-downstream", args=address)
        return reverse("gallery:downstream", args=[self.kind, self.row.pk])


def page_of(source):
    """The address of the page that lists what a Source reached; a photograph's first dataset's."""
    if source.kind == SourceKind.IMAGE and source.rows:
        return Ending(source.kind, source.rows[0]).url
    return reverse("gallery:downstream", args=[source.kind, source.key])


def _all():
    """[(kind, queryset of rows with rights)]"""
    return [
        (SourceKind.IMAGE, TrainingImage.with_removed.select_related("dataset__owner")),
        (SourceKind.CUTOUT, ProductCutout.objects.select_related("vehicle", "made_by")),
        (SourceKind.START, InitImageUpload.objects.select_related("owner")),
    ]


def waiting_for_a_decision():
    """The Endings of which something was made, and of which no admin has decided; LISTED at most.

    What nothing was made of holds nothing.
    """
    return [
        Ending(kind, row)
        for kind, rows in _all()
        for row in rows.holding().reached().order_by("pk")[:LISTED]
    ]


def ending_soon():
    """The Endings of the next 30 days, the first to end first; LISTED at most."""
    until = timezone.now() + timedelta(days=max(NOTICES))
    soon = Q(rights_expire_at__lte=until, withdrawn_at=None) & ~expired()
    endings = [
        Ending(kind, row)
        for kind, rows in _all()
        for row in rows.filter(soon).order_by("rights_expire_at")[:LISTED]
    ]
    return sorted(endings, key=lambda ending: ending.row.rights_expire_at)[:LISTED]


def tell_of_endings():
    """Send what is due. Safe to call at any time: each source is told of once per number of days.

    A studio that was off on the day tells the next time, and only the nearest number.
    """
    for days in NOTICES:
        until = timezone.now() + timedelta(days=days)
        for kind, rows in _all():
            due = rows.filter(rights_expire_at__lte=until, withdrawn_at=None, kept_at=None)
            due = due.filter(Q(expiry_told=None) | Q(expiry_told__gt=days))
            for place, ending in _by_place(kind, due).items():
                _tell(place, ending, days)
    return []


def _by_place(kind, rows):
    """{(name, owner): [Ending]}: the pictures of a dataset are told of together."""
    places = defaultdict(list)
    for row in rows.order_by("rights_expire_at", "pk"):
        if kind == SourceKind.IMAGE:
            places[row.dataset.name, row.dataset.owner].append(Ending(kind, row))
        else:
            owner = row.made_by if kind == SourceKind.CUTOUT else row.owner
            places[str(row), owner].append(Ending(kind, row))
    return places


def _tell(place, endings, days):
    name, owner = place
    model = type(endings[0].row)
    pks = [ending.row.pk for ending in endings]
    with transaction.atomic():
        mine = model._base_manager.select_for_update().filter(pk__in=pks)
        due = mine.filter(Q(expiry_told=None) | Q(expiry_told__gt=days))
        count = due.update(expiry_told=days)
        if not count:  # another process told it a moment ago
            return
        admins = User.objects.filter(is_active=True, is_brand_admin=True)
        people = {person.pk: person for person in (owner, *admins)}
        sending.tell(
            people.values(),
            NOTICES[days],
            url=endings[0].url,
            name=name,
            count=count,
            days=days,
            day=_last_day(endings[0].row),
        )


def _last_day(row):
    """The last day of the rights, as every language reads it."""
    return timezone.localtime(row.rights_expire_at - timedelta(microseconds=1)).date().isoformat()
