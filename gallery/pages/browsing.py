"""The filters of the style library with their counts, and the chips that take one away again."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from brandstudio.core.ui.wording import labelled
from gallery.models import ReviewState, TagGroup
from gallery.services import browsing
from training.models import LicenceClass

PLACES = ("page", "before", "after")  # where in a list one is


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int | None  # None: not told
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    """One filter. choices: those that something has, and those that are chosen."""

    name: str
    legend: str
    choices: list[Choice]


@dataclass(frozen=True)
class Chip:
    """One thing that narrows the list. address: the query of the page without it."""

    label: str
    address: str


def chosen_in(query):
    """{filter: values} of an address (a QueryDict); empty values mean no filter."""
    return {name: [v for v in query.getlist(name) if v] for name in browsing.FILTERS}


def facets_of(listing):
    """A Facet for each filter of a Browsing that has something to choose."""
    facets = []
    for name, legend, labels in _filters(listing.tags):
        counts, chosen = listing.counts(name), listing.chosen[name]
        shown = [value for value in _values(labels, counts) if counts.get(value) or value in chosen]
        choices = [
            Choice(value, labels.get(value, value), counts.get(value, 0), value in chosen)
            for value in shown
        ]
        if choices:
            facets.append(Facet(name, legend, choices))
    return facets


def chips_of(listing, query):
    """A Chip for the words searched, if any, and for each value chosen."""
    chips = []
    if words := query.get("q", "").strip():
        label = _("“%(words)s”") % {"words": words[:40]}
        chips.append(Chip(label, without(query, "q", query["q"])))
    for name, legend, labels in _filters(listing.tags):
        for value in dict.fromkeys(filter(None, query.getlist(name))):
            label = labelled(legend, labels.get(value, value[:40]))
            chips.append(Chip(label, without(query, name, value)))
    return chips


def _filters(tags):
    """(name, legend, {value: label}) in the order in which they stand beside the list."""
    groups = [
        (group.value, group.label, {tag.slug: str(tag) for tag in tags if tag.group == group})
        for group in TagGroup
    ]
    return [
        ("state", _("State"), dict(ReviewState.choices)),
        *groups,
        ("family", _("Base model"), {}),
        ("licence", _("Licence of the base"), dict(LicenceClass.choices)),
    ]


def _values(labels, counts):
    """In the order of the labels; what has none in the alphabet's."""
    return [*labels, *sorted(value for value in counts if value not in labels)]


def without(query, name, value):
    """The address's query without one value of a filter, from its first page on."""
    rest = query.copy()
    for place in PLACES:
        rest.pop(place, None)
    rest.setlist(name, [v for v in query.getlist(name) if v and v != value])
    return rest.urlencode()
