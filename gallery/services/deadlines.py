"""Telling of a campaign's deadlines, once each, to who keeps it and to the admins."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from brandstudio.core.models import User
from brandstudio.core.services import sending
from gallery.models import CampaignChannel, Publication

# Days before the deadline: what is said then. -1: the day after.
NOTICES = {-1: "campaign-due-past", 1: "campaign-due-1", 7: "campaign-due-7"}


def tell_of_deadlines():
    """Send what is due. Safe to call at any time: each deadline is told of once per number of days.

    A studio that was off on the day tells the next time, and only the nearest number. A channel in
    which every vehicle is published has met its deadline and is not told of.
    """
    today = timezone.localdate()
    running = Q(campaign__ends=None) | Q(campaign__ends__gte=today)
    for days in NOTICES:
        due = CampaignChannel.objects.filter(running, deadline__lte=today + timedelta(days=days))
        due = due.filter(Q(deadline_told=None) | Q(deadline_told__gt=days))
        for place in due.select_related("campaign__made_by", "channel"):
            _tell(place, days)
    return []


def _tell(place, days):
    with transaction.atomic():
        mine = CampaignChannel.objects.filter(
            Q(deadline_told=None) | Q(deadline_told__gt=days), pk=place.pk, deadline=place.deadline
        )
        if not mine.update(deadline_told=days):  # another process told it a moment ago
            return
        missing = vehicles_missing(place)
        if not missing:
            return
        sending.tell(
            _people(place.campaign),
            NOTICES[days],
            url=reverse("gallery:campaign-detail", args=[place.campaign.slug]),
            name=str(place.campaign),
            channel=str(place.channel),
            day=place.deadline.isoformat(),
            missing=", ".join(str(vehicle) for vehicle in missing),
        )


def vehicles_missing(place):
    """The vehicles of its campaign of which nothing was published in this channel."""
    published = Publication.objects.filter(
        download__channel=place.channel, download__asset__campaign=place.campaign
    )
    done = published.values("download__asset__scene__vehicle")
    return list(place.campaign.vehicles.exclude(pk__in=done))


def _people(campaign):
    people = {
        person.pk: person for person in User.objects.filter(is_active=True, is_brand_admin=True)
    }
    if campaign.made_by and campaign.made_by.is_active:
        people[campaign.made_by_id] = campaign.made_by
    return people.values()
