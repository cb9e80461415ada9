"""The rail: which rooms a person sees, and in which one they stand."""

from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Place:
    """A room of the rail and the roles that see it."""

    route: str
    label: str
    icon: str
    roles: tuple[str, ...]
    also: tuple[str, ...] = ()  # routes of further pages that belong to the room


_PAINTERS = ("is_marketer", "is_designer", "is_brand_admin")
PLACES = (
    Place("gallery:create", _("Create"), "create", _PAINTERS),
    Place(
        "gallery:asset-list",
        _("Assets"),
        "assets",
        _PAINTERS,
        also=("gallery:channel-list", "gallery:campaign-list", "gallery:poster-list"),
    ),
    Place(
        "gallery:pack-list",
        _("Styles"),
        "library",
        ("is_active",),
        also=("gallery:template-list", "gallery:vehicle-list", "gallery:glossary"),
    ),
    Place("training:dataset-list", _("Datasets"), "dataset", ("is_designer", "is_brand_admin")),
    Place(
        "training:run-list",
        _("Training"),
        "run",
        ("is_designer", "is_brand_admin"),
        also=("training:base-list",),
    ),
    Place(
        "gallery:review",
        _("Review"),
        "review",
        ("is_brand_admin",),
        also=("gallery:policy", "gallery:rights", "gallery:studios", "gallery:brand"),
    ),
)


def rail(person, path):
    """The links for this person, in order: dictionaries with url, label, icon and is_current."""
    links: list[dict] = []
    rooms: dict[str | None, str] = {}
    for place in PLACES:
        url = _address(place.route)
        if url is None or not any(getattr(person, role) for role in place.roles):
            continue
        links.append({"url": url, "label": place.label, "icon": place.icon})
        rooms |= {_address(route): url for route in (place.route, *place.also)}
    # The longest address that the path begins with tells the room.
    begins = [begin for begin in rooms if begin and path.startswith(begin)]
    here = max(begins, key=len, default=None)
    return [{**link, "is_current": link["url"] == rooms.get(here)} for link in links]


def _address(route):
    """The address of a route, or None while that part of the house is not installed."""
    try:
        return reverse(route)
    except NoReverseMatch:
        return None
