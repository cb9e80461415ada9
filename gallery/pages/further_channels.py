"""What the create page shows of channels beside the main one: who asks for them, what they cost."""

from brandstudio.core.models import Campaign
from gallery.models import CampaignChannel
from gallery.pages.estimates import estimate
from gallery.services import orders


def with_costs(channels, pace):
    """The channels, each with `.takes`, about how many seconds (low, high) a picture painted for it
    takes, None where nothing was measured, and `.campaigns`, the slugs of the open campaigns that
    ask for it, as one text. Needs `.paints` of `placement.framed`; pace: of their base, or None."""
    asked = CampaignChannel.objects.filter(campaign__in=Campaign.objects.open())
    slugs: dict[int, list[str]] = {}
    for channel_pk, slug in asked.values_list("channel", "campaign__slug"):
        slugs.setdefault(channel_pk, []).append(slug)
    for channel in channels:
        channel.takes = seconds(pace, channel.paints)
        channel.campaigns = " ".join(slugs.get(channel.pk, ()))
    return channels


def seconds(pace, size):
    """(low, high) seconds for one picture of this size; None where nothing was measured."""
    return estimate(pace.seconds(orders.DEFAULT_STEPS, *size)) if pace else None
