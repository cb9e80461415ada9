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


PLACES = (
    Place("gallery:create", _("Create"), "create", ("is_marketer", "is_brand_admin")),
    Place("gallery:asset-list", _("Assets"), "assets", ("is_marketer", "is_brand_admin")),
    Place("gallery:pack-list", _("Styles"), "library", ("is_active",)),
    Place("training:dataset-list", _("Datasets"), "dataset", ("is_designer", "is_brand_admin")),
    Place("training:run-list", _("Training"), "run", ("is_designer", "is_brand_admin")),
    Place("gallery:review", _("Review"), "review", ("is_brand_admin",)),
)


def rail(person, path):
    """The links for this person: dictionaries with url, label, icon, is_current, in order."""
    links = []
    for place in PLACES:
        if not any(getattr(person, role) for role in place.roles):
            continue
        try:
            url = reverse(place.route)
        except NoReverseMatch:
            continue
        links.append({"url": url, "label": place.label, "icon": place.icon, "route": place.route})
    # The longest address that the path begins with is where one stands.
    here = max((u["url"] for u in links if path.startswith(u["url"])), key=len, default=None)
    return [{**link, "is_current": link["url"] == here} for link in links]
