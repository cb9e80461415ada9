"""The pictures that a person chose in a list: some of them, or all that its filters show."""

from dataclasses import dataclass

from django.http import QueryDict

from brandstudio.core.input.numbers import parse_ids
from gallery.models import Asset, AssetState
from gallery.services import finding


@dataclass(frozen=True)
class Chosen:
    """assets: newest first, or as they were picked. count: of all that were meant."""

    assets: list[Asset]
    count: int


def chosen_assets(person, data, most, *, of_bin=False):
    """The Chosen of a form's data, at most so many: ?pick=… several times, or ?all=1 with ?query=…
    of the list. Those that the person may not see (any more) are left out.

    of_bin: from the person's bin, and from nowhere else.
    """
    if data.get("all"):
        listing = finding.find(person, QueryDict(data.get("query", "")))
        keys = list(listing.ordered("-made_at", "-pk").values_list("pk", flat=True)[:most])
        count = listing.assets.count()
    else:
        keys = list(dict.fromkeys(parse_ids(data.getlist("pick"))))
        count, keys = len(keys), keys[:most]
    seen = Asset.objects.binned_by(person) if of_bin else Asset.objects.visible_to(person)
    parts = ("channel", "cutout__vehicle", "owner", "base")
    related = ("campaign", *(f"scene__{name}" for name in parts))
    rows = seen.filter(state=AssetState.READY).titled().select_related(*related)
    by_key = rows.in_bulk(keys)
    return Chosen([by_key[pk] for pk in keys if pk in by_key], count)
