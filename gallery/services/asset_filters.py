"""The filters of the list of pictures: one table, in the order in which they stand beside it.

A new filter is one more line of FILTERS; the list, its address, its chips and saved filters take it
from there.
"""

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input.numbers import parse_ids, parse_number
from brandstudio.core.models import Campaign, User, Vehicle
from gallery.models import (
    AssetReview,
    AssetTag,
    Board,
    BoardItem,
    Channel,
    Download,
    Favourite,
    PromptTemplate,
    Scene,
    ScenePack,
    StylePack,
    StyleVersion,
)
from gallery.models.rating import MOST_STARS
from gallery.services import day_words

BACKWARDS = _("The last day is before the first, so that no picture can match.")


_TAGGED = AssetTag.assets.through.objects


class Unreadable(Exception):
    """A filter's value that means nothing. Its text is a sentence for the reader."""


@dataclass(frozen=True)
class Filter:
    """One filter. name: its parameter in an address, which may stand there several times.

    narrow: (pictures, values, person) → those that have any of the values; may raise Unreadable.
    choices: person → [(value, label)]. look: how it is drawn: chips, select, date or number; "" not
    at all, since other pages lead to it. is_closed: only the choices are values. is_more: it stands
    folded away.
    """

    name: str
    legend: str | Promise
    narrow: Callable
    choices: Callable = lambda _person: []
    look: str = "chips"
    is_closed: bool = False
    is_more: bool = False


def _of_scenes(**lookups):
    return Q(scene__in=Scene.objects.filter(**lookups).order_by().values("pk"))


def _by(path):
    """Narrow by a column of the scene: one of the values is what it has."""
    return lambda assets, values, _person: assets.filter(_of_scenes(**{f"{path}__in": values}))


def _mine(assets, _values, person):
    return assets.filter(_of_scenes(owner=person))


def _favourites(assets, _values, person):
    return assets.filter(pk__in=Favourite.objects.filter(person=person).values("asset"))


def _tag(assets, values, _person):
    return assets.filter(pk__in=_TAGGED.filter(assettag__in=parse_ids(values)).values("asset"))


def _board(assets, values, person):
    boards = Board.objects.visible_to(person).filter(pk__in=parse_ids(values)).values("pk")
    return assets.filter(pk__in=BoardItem.objects.filter(board__in=boards).values("asset"))


def _stars(assets, values, _person):
    least = parse_number(values[0], None)
    if least is None:
        message = _("“%(value)s” is no number of stars; write one from 1 to 5.")
        raise Unreadable(message % {"value": values[0][:40]})
    return assets.filter(stars__gte=least)


def _review(assets, values, _person):
    return assets.filter(review__in=values)


def _channel(assets, values, _person):
    """Painted for it, or downloaded for it."""
    channels = Channel.objects.filter(slug__in=values).values("pk")
    sent = Download.objects.filter(channel__in=channels).order_by().values("asset")
    return assets.filter(_of_scenes(channel__in=channels) | Q(pk__in=sent))


def _campaign(assets, values, _person):
    return assets.filter(campaign__in=Campaign.objects.filter(slug__in=values).values("pk"))


def _scenes_with(**lookups):
    return ScenePack.objects.filter(**lookups).order_by().values("scene")


def _pack(assets, values, _person):
    return assets.filter(scene__in=_scenes_with(version__pack__slug__in=values))


def _version(assets, values, _person):
    return assets.filter(scene__in=_scenes_with(version__in=parse_ids(values)))


def _strength(bound):
    """Narrow by the strength of a pack: in a sweep the picture's own, which is the first pack's."""

    def narrow(assets, values, _person):
        value = parse_number(values[0], None)
        if value is None:
            message = _("“%(value)s” is no strength; write a number such as 0.65.")
            raise Unreadable(message % {"value": values[0][:40]})
        lookup = {f"strength__{bound}": value}
        return assets.filter(Q(**lookup) | Q(strength=None, scene__in=_scenes_with(**lookup)))

    return narrow


def day_of(text):
    """The date of an address. Raises Unreadable."""
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        message = _("“%(value)s” is no date; write it as 2026-11-24.")
        raise Unreadable(message % {"value": text[:40]}) from error


def _from(assets, values, _person):
    return assets.filter(made_at__gte=_midnight(day_of(values[0])))


def _until(assets, values, _person):
    return assets.filter(made_at__lt=_midnight(day_of(values[0]) + datetime.timedelta(days=1)))


def _when(assets, values, _person):
    today = timezone.localdate()
    return made_between(assets, [_SPANS[value][1](today) for value in values])


def _day(assets, values, _person):
    day = day_of(values[0])
    return made_between(assets, [(day, day)])


def made_between(assets, spans):
    """Those of the pictures that were made in one of the spans, [(first day, last day)]."""
    fits = Q(pk__in=[])
    for first, last in spans:
        end = _midnight(last + datetime.timedelta(days=1))
        fits |= Q(made_at__gte=_midnight(first), made_at__lt=end)
    return assets.filter(fits)


def _one_day(ago):
    return lambda today: (today - datetime.timedelta(days=ago),) * 2


# What a span is called, and the days that it means today.
_SPANS: dict[str, tuple[str | Promise, Callable]] = {
    "today": (_("today"), _one_day(0)),
    "yesterday": (_("yesterday"), _one_day(1)),
    "7-days": (_("the last seven days"), day_words.last_7_days),
    "last-week": (_("last week"), day_words.last_week),
}


def _midnight(day):
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))


def _people(_person):
    painters = User.objects.filter(Exists(Scene.objects.filter(owner=OuterRef("pk"))))
    return sorted((user.username, user.shown_name) for user in painters)


def _templates(_person):
    newest = PromptTemplate.objects.approved().order_by("slug", "number")
    return [(slug, str(one)) for slug, one in {one.slug: one for one in newest}.items()]


def _rows(rows):
    return lambda _person: [(row.slug, str(row)) for row in rows()]


def _tags(_person):
    return list(AssetTag.objects.values_list("pk", "name"))


def _boards(person):
    return [(board.pk, str(board)) for board in Board.objects.visible_to(person)]


def _least_stars(_person):
    said = _("%(stars)s and more")
    return [(stars, said % {"stars": "★" * stars}) for stars in range(MOST_STARS, 1, -1)]


def _versions(_person):
    return [(str(one.pk), str(one)) for one in StyleVersion.objects.select_related("pack")]


FILTERS = (
    Filter("mine", _("Whose"), _mine, lambda _person: [("1", _("mine"))], is_closed=True),
    Filter(
        "favourite",
        _("Marked"),
        _favourites,
        lambda _person: [("1", _("favourites"))],
        is_closed=True,
    ),
    Filter("board", _("Board"), _board, _boards, "select"),
    Filter("review", _("Review"), _review, lambda _person: AssetReview.choices, is_closed=True),
    Filter(
        "vehicle",
        _("Vehicle"),
        _by("vehicle__slug"),
        _rows(lambda: Vehicle.objects.filter(is_current=True)),
    ),
    Filter("channel", _("Channel"), _channel, _rows(Channel.objects.in_use), "select"),
    Filter("campaign", _("Campaign"), _campaign, _rows(Campaign.objects.all), "select"),
    Filter(
        "when",
        _("Painted"),
        _when,
        lambda _person: [(name, label) for name, (label, _days) in _SPANS.items()],
        "select",
        is_closed=True,
    ),
    Filter("day", _("On the day"), _day, look="date"),
    Filter("from", _("From"), _from, look="date", is_more=True),
    Filter("to", _("To"), _until, look="date", is_more=True),
    Filter("pack", _("Style pack"), _pack, _rows(StylePack.objects.usable), "select", is_more=True),
    Filter("strength_from", _("Strength from"), _strength("gte"), look="number", is_more=True),
    Filter("strength_to", _("Strength to"), _strength("lte"), look="number", is_more=True),
    Filter("template", _("Template"), _by("template__slug"), _templates, "select", is_more=True),
    Filter("person", _("Person"), _by("owner__username"), _people, "select", is_more=True),
    Filter("tag", _("Tag"), _tag, _tags, "select", is_more=True),
    Filter("stars", _("Stars"), _stars, _least_stars, "select", is_more=True),
    Filter("version", _("Version"), _version, _versions, look=""),
)
