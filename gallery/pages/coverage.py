"""Which vehicle of a campaign has pictures for which channel, and how far they are."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Vehicle
from gallery.models import AssetReview, CampaignChannel, Download, Publication, Rendition
from gallery.models.asset import IN_HAND, AssetState


class CellState(models.TextChoices):
    """How far a cell is: as far as its best picture. In order."""

    MISSING = "none", _("no picture yet")
    DRAFT = "draft", _("draft")
    WAITING = "asked", _("waits for review")
    APPROVED = "approved", _("approved")
    PUBLISHED = "published", _("published")


_ORDER = list(CellState)
_STATE_OF = {
    AssetReview.PRIVATE: CellState.DRAFT,
    AssetReview.ASKED: CellState.WAITING,
    AssetReview.APPROVED: CellState.APPROVED,
}
_COUNTED = (AssetState.READY, AssetState.WAITING, *IN_HAND)


@dataclass
class Cell:
    """A vehicle in a channel. pks: keys of its pictures, all that count."""

    vehicle: Vehicle
    place: CampaignChannel
    state: CellState = CellState.MISSING
    pks: set[int] = field(default_factory=set)

    @property
    def badge(self):
        """The look of its state, as the badge tag wants it."""
        return "done" if self.state == CellState.PUBLISHED else self.state.value


@dataclass(frozen=True)
class Coverage:
    """places: each with .days_left. rows: [(Vehicle, [Cell, one per place])].

    outside: keys of pictures that no cell counts.
    """

    places: list[CampaignChannel]
    rows: list[tuple[Vehicle, list[Cell]]]
    outside: set[int]

    @property
    def share(self):
        """Percent of the cells that have an approved picture, or more."""
        states = [cell.state for _vehicle, cells in self.rows for cell in cells]
        done = sum(state in (CellState.APPROVED, CellState.PUBLISHED) for state in states)
        return round(100 * done / len(states)) if states else 0

    def cell(self, vehicle_slug, channel_slug):
        """The Cell of two short names, or None."""
        return next(
            (
                cell
                for vehicle, cells in self.rows
                for cell in cells
                if (vehicle.slug, cell.place.channel.slug) == (vehicle_slug, channel_slug)
            ),
            None,
        )


def coverage_of(campaign):
    """The Coverage of a campaign: all its pictures count, whoever's they are.

    A picture counts for the channel that it was painted for, and for each that it left for as a
    publication file. What was declined or withdrawn counts nowhere.
    """
    places = list(campaign.places.select_related("channel"))
    for place in places:
        place.days_left = days_left(place.deadline)
    cells = {
        (vehicle.pk, place.channel_id): Cell(vehicle, place)
        for vehicle in campaign.vehicles.all()
        for place in places
    }
    published = _published(campaign)
    left_for = _left_for(campaign)
    outside = set()
    for pk, vehicle, channel, review in _images(campaign):
        counted = False
        for own in {channel, *left_for[pk], *published[pk]}:
            if cell := cells.get((vehicle, own)):
                counted = True
                cell.pks.add(pk)
                state = CellState.PUBLISHED if own in published[pk] else _STATE_OF[review]
                cell.state = max(cell.state, state, key=_ORDER.index)
        if not counted:
            outside.add(pk)
    by_vehicle = defaultdict(list)
    for cell in cells.values():
        by_vehicle[cell.vehicle].append(cell)
    return Coverage(places, list(by_vehicle.items()), outside)


def _images(campaign):
    """(key, vehicle, channel, AssetReview) of what counts."""
    assets = campaign.assets.not_binned().filter(state__in=_COUNTED, review__in=_STATE_OF)
    columns = ("pk", "scene__vehicle", "scene__channel", "review")
    return assets.order_by().values_list(*columns)


def _left_for(campaign):
    """{picture's key: keys of the channels that publication files of it left for}"""
    channels = defaultdict(set)
    files = Download.objects.filter(asset__campaign=campaign, rendition=Rendition.PUBLICATION)
    for asset, channel in files.order_by().values_list("asset", "channel").distinct():
        channels[asset].add(channel)
    return channels


def _published(campaign):
    """{picture's key: keys of the channels in which it was published}"""
    published = defaultdict(set)
    rows = Publication.objects.filter(download__asset__campaign=campaign)
    for asset, channel in rows.order_by().values_list("download__asset", "download__channel"):
        published[asset].add(channel)
    return published


def days_left(day: date | None):
    """How many days are left until the end of a day; None without one."""
    return None if day is None else (day - timezone.localdate()).days
