"""Campaigns as people keep them: their rows, and the pictures that belong to them."""

from dataclasses import dataclass

from django.db import transaction

from brandstudio.core.models import AuditEntry, Campaign, CampaignState
from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetState, CampaignChannel
from gallery.services import drift_guard

MOST_AT_ONCE = 200  # pictures that one act adds or takes out


@dataclass(frozen=True)
class Moved:
    """What became of pictures. unmoved: [(Asset, Refused)] of those that stay where they were."""

    moved: list[Asset]
    unmoved: list[tuple[Asset, Refused]]


@transaction.atomic
def save(form, by):
    """Store a valid CampaignForm, with a row of the history if anything changed.

    Raises WrongState for a row that changed meanwhile.
    """
    is_new = form.instance._state.adding
    if is_new:
        form.instance.made_by = by
    before = {} if is_new else _in_words(form.instance.pk)
    campaign = form.save()
    _set_channels(campaign, form.cleaned_data["deadlines"])
    after = _in_words(campaign.pk)
    changed = sorted(name for name in after if after[name] != before.get(name))
    if "vehicles" in changed:
        drift_guard.compare_again(campaign)
    if changed:
        source, target = ("", "added") if is_new else ("changed", "changed")
        facts = {
            "before": {name: before[name] for name in changed if name in before},
            "after": {name: after[name] for name in changed},
        }
        AuditEntry.objects.record(campaign, source, target, by=by, **facts)
    return campaign


def _set_channels(campaign, deadlines):
    """deadlines: {Channel: day or None}. A deadline that moves is told of anew."""
    rows = {place.channel_id: place for place in campaign.places.all()}
    for channel, day in deadlines.items():
        place = rows.pop(channel.pk, None)
        if place is None:
            CampaignChannel.objects.create(campaign=campaign, channel=channel, deadline=day)
        elif place.deadline != day:
            place.deadline, place.deadline_told = day, None
            place.save(update_fields=["deadline", "deadline_told"])
    CampaignChannel.objects.filter(pk__in=[place.pk for place in rows.values()]).delete()


def _in_words(pk):
    """{column: text} of a campaign as it is stored, for its history."""
    campaign = Campaign.objects.get(pk=pk)
    places = campaign.places.select_related("channel")
    return {
        "name_zh": campaign.name_zh,
        "name_en": campaign.name_en,
        "days": f"{campaign.starts} – {campaign.ends}",
        "territory": campaign.territory,
        "vehicles": ", ".join(campaign.vehicles.values_list("slug", flat=True)),
        "channels": ", ".join(
            f"{place.channel.slug} ({place.deadline or '–'})" for place in places
        ),
    }


def add(assets, campaign, by):
    """Put pictures into a campaign. Returns Moved; raises Refused("campaign-ended")."""
    if campaign.state == CampaignState.ENDED:
        raise Refused("campaign-ended", name=str(campaign))
    others = [asset for asset in assets if asset.campaign_id != campaign.pk]
    return _move(others, campaign, by)


def take_out(assets, by):
    """Take pictures out of the campaigns that they belong to. Returns Moved."""
    return _move([asset for asset in assets if asset.campaign_id], None, by)


def _move(assets, campaign, by):
    moved, unmoved = [], []
    for asset in assets:
        try:
            _move_one(asset, campaign, by)
        except Refused as error:
            unmoved.append((asset, error))
        else:
            moved.append(asset)
    return Moved(moved, unmoved)


@transaction.atomic
def _move_one(asset, campaign, by):
    check_movable(asset, by)
    if campaign:
        check_joins(asset, campaign)
    former = asset.campaign
    if not Asset.objects.filter(pk=asset.pk, campaign=former).update(campaign=campaign):
        raise Refused("campaign-changed", name=str(asset))
    asset.campaign = campaign
    facts = {"from": former.slug if former else "", "to": campaign.slug if campaign else ""}
    target = "joined" if campaign else "left"
    AuditEntry.objects.record(asset, asset.review, target, by=by, **facts)


def check_joins(asset, campaign):
    """Raise Refused for a picture that joins no campaign: campaign-declined, campaign-withdrawn."""
    if asset.barred:
        facts = {"name": str(asset), "campaign": str(campaign)}
        raise Refused(f"campaign-{asset.barred}", **facts)


def check_movable(asset, by):
    """Raise Refused for a picture that this person can't put into, or take out of, a campaign."""
    former = asset.campaign
    facts = {"name": str(asset), "campaign": str(former)}
    if asset.scene.is_trial:
        raise Refused("campaign-trial", **facts)
    if asset.state in (AssetState.FAILED, AssetState.CANCELLED):
        raise Refused("campaign-no-picture", **facts)
    if former is None:
        return
    if not (asset.scene.owner_id == by.pk or former.is_kept_by(by)):
        raise Refused("campaign-not-yours", **facts)
    if asset.downloads.filter(publications__isnull=False).exists():
        raise Refused("campaign-published", **facts)
