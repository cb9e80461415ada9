"""The list of pictures: its filters, what narrows it, one page of it by days."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from brandstudio.core.ui.wording import labelled
from gallery.models import Asset
from gallery.pages.browsing import Chip, Choice, without
from gallery.services import holds
from gallery.services.asset_filters import FILTERS

PER_PAGE = 48
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_MICROSECOND = datetime.timedelta(microseconds=1)


@dataclass(frozen=True)
class Field:
    """One filter as it is drawn. value: of a filter that takes one (select, date, number)."""

    name: str
    legend: str
    look: str
    choices: list[Choice]
    value: str = ""
    is_more: bool = False

    @property
    def is_chosen(self):
        return bool(self.value)


def fields_of(finding, person):
    """A Field for each filter that has something to choose."""
    fields = []
    for one in FILTERS:
        chosen = finding.chosen[one.name]
        choices = [
            Choice(str(value), str(label), None, str(value) in chosen)
            for value, label in (one.choices(person) if one.look else ())
        ]
        if choices or one.look in ("date", "number"):
            value = chosen[0] if chosen else ""
            fields.append(Field(one.name, one.legend, one.look, choices, value, one.is_more))
    return fields


def chips_of(finding, query, person):
    """A Chip for the words searched, if any, and for each value chosen."""
    chips = []
    if finding.text:
        label = _("“%(words)s”") % {"words": finding.text[:40]}
        chips.append(Chip(label, without(query, "q", query["q"])))
    for one in FILTERS:
        if not (values := finding.chosen[one.name]):
            continue
        labels = {str(value): label for value, label in one.choices(person)}
        for value in dict.fromkeys(values):
            label = labelled(one.legend, labels.get(value, value[:40]))
            chips.append(Chip(label, without(query, one.name, value)))
    return chips


@dataclass(frozen=True)
class Stretch:
    """Pictures that follow one another, newest first. newer, older: where the next ones begin.

    numbered: those of them that stand before all others, since their number was asked for.
    """

    object_list: list[Asset]
    newer: str = ""
    older: str = ""
    total: int = 0
    days: list = field(default_factory=list)  # [(heading, date, its pictures)]
    numbered: list[Asset] = field(default_factory=list)

    def __iter__(self):
        return iter(self.object_list)


def stretch_of(assets, query, person, per_page=PER_PAGE, number=None):
    """The Stretch of these pictures that an address asks for, in a fixed number of queries.

    number: of the picture that comes first, whenever it was made, or None.
    ?before=… the older ones from there on, ?after=… the newer ones. Where a page begins is told by
    a picture, not by a number, so that nothing is skipped or shown twice while new ones come.
    """
    total = assets.count()
    before, after = _place(query.get("before")), _place(query.get("after"))
    numbered = []
    if number is not None:
        first = [] if before or after else assets.filter(pk=number).values_list("pk", flat=True)
        numbered, assets = _in_order(list(first), person), assets.exclude(pk=number)
    if after:
        keys = list(reversed(_keys(assets, after, per_page + 1, newer=True)))
        has_newer, has_older = len(keys) > per_page, True
        keys = keys[-per_page:]
    else:
        keys = _keys(assets, before, per_page + 1)
        has_newer, has_older = before is not None, len(keys) > per_page
        keys = keys[:per_page]
    shown = _in_order([pk for _made_at, pk in keys], person)
    newer = cursor(*keys[0]) if keys and has_newer else ""
    older = cursor(*keys[-1]) if keys and has_older else ""
    return Stretch([*numbered, *shown], newer, older, total, _days(shown), numbered)


def _keys(assets, place, count, *, newer=False):
    """[(made_at, pk)] of the pictures on one side of a place; of the newest without one."""
    order = ("made_at", "pk") if newer else ("-made_at", "-pk")
    if place:
        moment, pk = place
        side = "gt" if newer else "lt"
        beside = Q(**{f"made_at__{side}": moment}) | Q(made_at=moment, **{f"pk__{side}": pk})
        assets = assets.filter(beside, **{f"made_at__{side}e": moment})  # what an index can use
    return list(assets.order_by(*order).values_list("made_at", "pk")[:count])


def cursor(made_at, pk):
    """The place of a picture in an address, for ?before= and ?after=."""
    return f"{(made_at - _EPOCH) // _MICROSECOND}-{pk}"


def _place(text):
    """(moment, pk) of a cursor; None for what is none."""
    moment, _dash, pk = (text or "").partition("-")
    if not (moment.isdecimal() and pk.isdecimal() and len(moment) < 17 and len(pk) < 19):
        return None
    return _EPOCH + int(moment) * _MICROSECOND, int(pk)


def _in_order(pks, person):
    """The pictures of these keys with all that a tile shows; those of a scene by their numbers."""
    listed = Asset.objects.titled().liked_by(person).select_related("scene__channel")
    rows = listed.defer("preview", "lineage").in_bulk(pks)
    holds.mark(rows.values())
    shown = [rows[pk] for pk in pks if pk in rows]
    runs = groupby(shown, key=lambda asset: asset.scene_id)
    return [asset for _scene, run in runs for asset in sorted(run, key=lambda one: one.index)]


def _days(assets):
    by_day = groupby(assets, key=lambda asset: timezone.localdate(asset.made_at))
    return [(heading_of(day), day, list(run)) for day, run in by_day]


def day_names(days):
    """What spans of days are called, [(first, last)]: "Tuesday 24 November"."""
    return [
        heading_of(first) if first == last else f"{heading_of(first)} – {heading_of(last)}"
        for first, last in days
    ]


def heading_of(day, today=None):
    """What a day is called: today, yesterday, Tuesday 24 November; with its year where another."""
    today = today or timezone.localdate()
    if day == today:
        return _("Today")
    if day == today - datetime.timedelta(days=1):
        return _("Yesterday")
    if day.year == today.year:
        # Translators: a day of this year, as PHP writes dates.
        return date_format(day, _("l j F"))
    # Translators: a day of another year, as PHP writes dates.
    return date_format(day, _("l j F Y"))
