"""Telling of rights before they end and when they do, once each, to owners and admins."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import transaction
from django.db.models import Model, Q
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import Notice, StillAlike, User, WrongState
from brandstudio.core.models.rights import expired
from brandstudio.core.problems import Refused, name_of
from brandstudio.core.services import sending
from gallery.models import InitImageUpload, ProductCutout, Recall, SourceKind
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
    def handle(self):
        """What forms name it by."""
        return self.row.handle

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
        for row in rows.to_decide().exclude(_recalled(kind)).order_by("pk")[:LISTED]
    ]


def _recalled(kind):
    """The condition of rows that a recall took back: of these it is decided."""
    keys = Recall.objects.filter(kind=kind, undone_at=None).values_list("source_key", flat=True)
    if kind == SourceKind.IMAGE:
        same = TrainingImage.with_removed.filter(image_sha256__in=list(keys))
        pixels = same.exclude(pixels_sha256="").values("pixels_sha256")
        is_source = Q(image_sha256__in=list(keys)) | Q(pixels_sha256__in=pixels)
    else:
        is_source = Q(pk__in=[int(key) for key in keys])
    return is_source & Q(withdrawn_at__isnull=False)


@dataclass
class Decided:
    """What became of several decided at once. refused: [(Ending, Refused)]."""

    done: list = field(default_factory=list)
    refused: list = field(default_factory=list)


def decide_together(endings, by, act, why, until):
    """Decide (act: extend, keep) of each of these; one refused stops no other."""
    decided = Decided()
    for ending in endings:
        if refusal := decide(ending, by, act, why, until):
            decided.refused.append((ending, refusal))
        else:
            decided.done.append(ending)
    return decided


def decide(ending, by, act, why, until):
    """Extend the rights of one until a moment (None: without end), or keep in use what it reached.
    Returns the Refused that stood in the way (withdrawn-not-extended, rights-carried,
    nothing-to-decide, decided-already), or None."""
    row = ending.row
    if act == "extend" and row.withdrawn_at:
        return Refused("withdrawn-not-extended", name=str(row))
    if not row.is_holding:
        return Refused("nothing-to-decide", name=str(row))
    try:
        if act == "keep":
            row.keep_in_use(by, why)
        else:
            row.extend_rights(by, until, why)
    except StillAlike:
        return Refused("rights-carried", names=str(row))
    except WrongState:
        return Refused("decided-already")
    settle([ending])
    return None


def settle(endings):
    """Put away the notices of places where nothing that they told of is left to decide."""
    for place in {_place(ending) for ending in endings}:
        for days, code in NOTICES.items():
            if not _told_of(place, days).exists():
                for url in {place.url, place.url_of_admins}:
                    Notice.objects.settle(url, [code])


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


@dataclass(frozen=True)
class Place:
    """What is told of together: a Dataset, or a cut-out or start picture by itself. owner: who is
    told besides the admins."""

    kind: SourceKind
    row: Model
    owner: User

    @property
    def key(self):
        return self.row.pk

    @property
    def url(self):
        """Where the owner looks at it."""
        if self.kind == SourceKind.IMAGE:
            return reverse("training:dataset-rights", args=[self.key])
        return reverse("gallery:source-rights", args=[self.kind, self.key])

    @property
    def url_of_admins(self):
        """Where admins decide of it."""
        if self.kind == SourceKind.IMAGE:
            return f"{reverse('gallery:rights')}?dataset={self.key}"
        return reverse("gallery:downstream", args=[self.kind, self.key])

    def rows(self):
        """Its rows with rights."""
        rows = dict(_all())[self.kind]
        return rows.filter(**{"dataset" if self.kind == SourceKind.IMAGE else "pk": self.key})


def _place(ending):
    row = ending.row
    if ending.kind == SourceKind.IMAGE:
        return Place(ending.kind, row.dataset, row.dataset.owner)
    owner = row.made_by if ending.kind == SourceKind.CUTOUT else row.owner
    return Place(ending.kind, row, owner)


def _by_place(kind, rows):
    """{Place: [Ending]}"""
    places = defaultdict(list)
    for row in rows.order_by("rights_expire_at", "pk"):
        ending = Ending(kind, row)
        places[_place(ending)].append(ending)
    return places


def _told_of(place, days):
    """The rows of a place that its notice of so many days tells of, as things are now."""
    until = timezone.now() + timedelta(days=days)
    return place.rows().filter(
        rights_expire_at__lte=until, withdrawn_at=None, kept_at=None, expiry_told__lte=days
    )


def _tell(place, endings, days):
    """Send what is due of a place; what was told today is brought up to date instead."""
    pks = [ending.row.pk for ending in endings]
    with transaction.atomic():
        mine = type(endings[0].row)._base_manager.select_for_update().filter(pk__in=pks)
        due = mine.filter(Q(expiry_told=None) | Q(expiry_told__gt=days))
        if not due.update(expiry_told=days):  # another process told it a moment ago
            return
        facts = {
            "name": name_of(place.row),
            "count": _told_of(place, days).count(),
            "days": days,
            "day": _last_day(endings[0].row),
            "reached": _told_of(place, days).reached().count(),
        }
        admins = User.objects.filter(is_active=True, is_brand_admin=True)
        _tell_once_a_day(admins, NOTICES[days], place.url_of_admins, facts)
        if not admins.filter(pk=place.owner.pk).exists():
            _tell_once_a_day([place.owner], NOTICES[days], place.url, facts)


def _tell_once_a_day(people, code, url, facts):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    today = Notice.objects.filter(
        code=code, url=url, person__in=people, made_at__gte=midnight, settled_at=None
    )
    knowing = set(today.values_list("person", flat=True))
    today.update(facts=facts)
    sending.tell([person for person in people if person.pk not in knowing], code, url=url, **facts)


def _last_day(row):
    """The last day of the rights, as every language reads it."""
    return timezone.localtime(row.rights_expire_at - timedelta(microseconds=1)).date().isoformat()
