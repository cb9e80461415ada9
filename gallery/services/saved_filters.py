"""Filters of the list of pictures that people gave a name."""

from django.http import QueryDict

from brandstudio.core.input import lengths, names
from brandstudio.core.problems import Refused
from gallery.models import SavedFilter
from gallery.services.asset_filters import FILTERS

_KEPT = ("q", *(one.name for one in FILTERS))  # the rest tells where in the list one is


def save(person, name, query):
    """Keep a query under a name; the same name again is another query.

    Raises TooLong, and Refused: filter-name-missing, filter-empty, name-odd.
    """
    longest = SavedFilter._meta.get_field("name").max_length
    name = lengths.within(" ".join(name.split()), longest)
    if not name:
        raise Refused("filter-name-missing", most=longest)
    if sign := names.odd_sign(name):
        raise Refused("name-odd", sign=sign)
    narrowing = _narrowing(query)
    if not narrowing or len(narrowing) > SavedFilter.LONGEST:
        raise Refused("filter-empty")
    saved, _is_new = SavedFilter.objects.update_or_create(
        person=person, name=name, defaults={"query": narrowing}
    )
    return saved


def _narrowing(query):
    """What of a query narrows the list, as it stands in an address."""
    narrowing = QueryDict(mutable=True)
    for name in _KEPT:
        if values := [value for value in QueryDict(query).getlist(name) if value.strip()]:
            narrowing.setlist(name, values)
    return narrowing.urlencode()
