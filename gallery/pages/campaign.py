"""What the pages of campaigns show, beside the table of `coverage`."""

from dataclasses import dataclass

from django.db.models import Prefetch

from brandstudio.core.models import Campaign, CampaignState
from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetReview, AssetState, Publication
from gallery.pages.coverage import days_left
from gallery.services import campaigns

_SHOWN_FIRST = (CampaignState.RUNNING, CampaignState.PLANNED, CampaignState.ENDED)

ORDER = ("-scene__made_at", "-scene_id", "index")  # of its pictures: the newest first


def may_make(person):
    """Whether this person may make campaigns."""
    return person.is_marketer or person.is_brand_admin


def by_state(rows):
    """[(CampaignState, [Campaign])] of those that there are, each with .next_place: the
    CampaignChannel whose deadline comes first, with .days_left, or None."""
    groups: dict[CampaignState, list[Campaign]] = {state: [] for state in _SHOWN_FIRST}
    for campaign in rows:
        campaign.next_place = _next_of(campaign)
        groups[campaign.state].append(campaign)
    return [(state, group) for state, group in groups.items() if group]


def _next_of(campaign):
    dated = [place for place in campaign.places.all() if (days_left(place.deadline) or -1) >= 0]
    place = min(dated, key=lambda place: place.deadline, default=None)
    if place:
        place.days_left = days_left(place.deadline)
    return place


def images_of(campaign, person):
    """The finished pictures of a campaign that this person may see, as its page lists them."""
    return _listed(Asset.objects.visible_to(person).filter(campaign=campaign))


def _listed(assets):
    return (
        assets.filter(state=AssetState.READY)
        .titled()
        .select_related("scene__channel", "scene__owner")
        .defer("preview", "lineage")
        .order_by(*ORDER)
    )


def hidden_count(campaign, person):
    """How many finished pictures of a campaign this person may not see."""
    own = Asset.objects.not_binned().filter(campaign=campaign, state=AssetState.READY)
    return own.count() - images_of(campaign, person).count()


def addable(campaign, person, everybody=False):
    """Finished pictures that belong to no campaign and show one of its vehicles; one's own alone,
    or all that this person may see. Newest first."""
    assets = Asset.objects.visible_to(person).filter(campaign=None, scene__is_trial=False)
    assets = assets.may_leave()
    assets = assets.filter(scene__vehicle__in=campaign.vehicles.values("pk"))
    return _listed(assets if everybody else assets.filter(scene__owner=person))


def deliverable(campaign, person):
    """The approved pictures of a campaign: what its delivery opens with. Newest first."""
    return images_of(campaign, person).filter(review=AssetReview.APPROVED)


def publications_of(campaign):
    """The publications of a campaign, newest first, with all that a list shows."""
    rows = Publication.objects.filter(download__asset__campaign=campaign)
    assets = Prefetch("download__asset", Asset.objects.titled())
    return rows.select_related("by", "download__channel", "download__poster").prefetch_related(
        assets
    )


@dataclass(frozen=True)
class Belonging:
    """What a picture's page tells of its campaign. campaigns: those it may be put into. leaves:
    whether it may be taken out of its own. may_note: whether the reader may note a publication."""

    asset: Asset
    campaigns: list[Campaign]
    publications: list[Publication]
    leaves: bool = False
    may_note: bool = False

    @property
    def has_any(self):
        """Whether there is anything to tell or to do."""
        return bool(
            self.asset.campaign or self.campaigns or self.publications or self.notes_publications
        )

    @property
    def notes_publications(self):
        """Whether the page leads to where a publication is noted."""
        is_out = self.publications or self.asset.review == AssetReview.APPROVED
        return self.may_note and bool(is_out)


def belonging_of(asset, person):
    """The Belonging of a picture, to its reader."""
    rows = Publication.objects.filter(download__asset=asset)
    along = ("by", "download__channel", "download__asset", "download__poster")
    publications = list(rows.select_related(*along))
    if asset.deleted_at is not None:
        return Belonging(asset, [], publications)
    may_note = may_make(person) or person.is_designer
    if not may_make(person):
        return Belonging(asset, [], publications, may_note=may_note)
    is_movable = asset.state == AssetState.READY and _passes(campaigns.check_movable, asset, person)
    joins = is_movable and _passes(campaigns.check_joins, asset, asset.campaign)
    return Belonging(
        asset,
        list(Campaign.objects.open()) if joins else [],
        publications,
        leaves=is_movable and asset.campaign is not None,
        may_note=may_note,
    )


def _passes(check, *arguments):
    try:
        check(*arguments)
    except Refused:
        return False
    return True
