"""Which vehicle of a campaign has pictures for which channel, and how far they are."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.db import models
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Vehicle
from gallery.models import AssetReview, CampaignChannel, Download, Publication, Rendition
from gallery.models.asset import IN_HAND, AssetState
from gallery.models.review import HELD_NOW
from gallery.services import holds


class CellState(models.TextChoices):
    """How far a cell is: as far as its best picture. In order."""

    MISSING = "none", _("no picture yet")
    HELD = HELD_NOW, _("approved, held now")
    DRAFT = "draft", _("draft")
    WAITING = "asked", _("waits for review")
    CUTTABLE = "cuttable", _("approved: can be cut")
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
    """A vehicle in a channel. pks: keys of its pictures, all that count.

    cut_from: keys of approved motifs that were ordered for this channel too and are cut for it when
    they leave.
    """

    vehicle: Vehicle
    place: CampaignChannel
    state: CellState = CellState.MISSING
    pks: set[int] = field(default_factory=set)
    cut_from: set[int] = field(default_factory=set)

    @property
    def badge(self):
        """The look of its state, as the badge tag wants it."""
        looks = {CellState.PUBLISHED: "done", CellState.CUTTABLE: "approved"}
        return looks.get(self.state, self.state.value)

    @property
    def is_cuttable(self):
        """Whether what it lacks is cut from an approved motif."""
        return self.state == CellState.CUTTABLE

    @property
    def deliver_query(self):
        """Of the address of the channels' page, with these motifs and this channel chosen."""
        picks = [("pick", pk) for pk in sorted(self.cut_from)]
        return urlencode([*picks, ("channel", self.place.channel.slug)])


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
        return self._share(CellState.APPROVED, CellState.PUBLISHED)

    @property
    def cuttable_share(self):
        """Percent of the cells whose file can be cut from an approved motif, and was not yet."""
        return self._share(CellState.CUTTABLE)

    def _share(self, *among):
        states = [cell.state for _vehicle, cells in self.rows for cell in cells]
        return round(100 * sum(s in among for s in states) / len(states)) if states else 0

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
    publication file. What was declined or withdrawn counts nowhere, and what is held counts as
    held, published or not. Another approved one that was ordered for further channels can be cut
    for each of them that it was not painted anew for.
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
    images = _images(campaign)
    approved = [pk for pk, _v, _c, review, _shape in images if review == AssetReview.APPROVED]
    held = holds.held_keys(approved)
    anew = {(shape_of, channel) for _pk, _vehicle, channel, _review, shape_of in images}
    further = _further(campaign)
    for pk, vehicle, channel, review, _shape_of in images:
        counted = False
        for own in {channel, *left_for[pk], *published[pk]}:
            if cell := cells.get((vehicle, own)):
                counted = True
                cell.pks.add(pk)
                state = CellState.PUBLISHED if own in published[pk] else _STATE_OF[review]
                state = CellState.HELD if pk in held else state
                cell.state = max(cell.state, state, key=_ORDER.index)
        if not counted:
            outside.add(pk)
        may_be_cut = review == AssetReview.APPROVED and pk not in held
        for other in further[pk] if may_be_cut else ():
            if (cell := cells.get((vehicle, other))) and (pk, other) not in anew:
                cell.cut_from.add(pk)
                cell.state = max(cell.state, CellState.CUTTABLE, key=_ORDER.index)
    by_vehicle = defaultdict(list)
    for cell in cells.values():
        by_vehicle[cell.vehicle].append(cell)
    return Coverage(places, list(by_vehicle.items()), outside)


def _images(campaign):
    """[(key, vehicle, channel, AssetReview, the motif in whose shape it was painted)] of what
    counts."""
    assets = campaign.assets.not_binned().filter(state__in=_COUNTED, review__in=_STATE_OF)
    columns = ("pk", "scene__vehicle", "scene__channel", "review", "shape_of")
    return list(assets.order_by().values_list(*columns))


def _further(campaign):
    """{picture's key: keys of the channels that it was ordered for besides its own}"""
    channels = defaultdict(set)
    ordered = campaign.assets.exclude(scene__further_channels=None).order_by()
    for asset, channel in ordered.values_list("pk", "scene__further_channels"):
        channels[asset].add(channel)
    return channels


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
