"""How much one person may ask for, so that nobody starves the others."""

from django.utils import timezone

from brandstudio.core.models import BrandKit, User
from brandstudio.core.problems import Refused
from gallery.models import Asset


def asked_today(person):
    """Pictures asked for since midnight, cancelled ones left out."""
    return (
        Asset.objects.filter(scene__owner=person, made_at__gte=_midnight())
        .exclude(state="cancelled")
        .count()
    )


def left_today(person):
    """Pictures the person may still ask for today."""
    return max(0, BrandKit.objects.current().day_limit - asked_today(person))


def is_of_today(asset):
    """Whether the picture was asked for since midnight, so that it is counted already."""
    return asset.made_at >= _midnight()


def check(person, count, new):
    """Raise Refused if `count` more pictures are too many now. Inside a transaction.

    new: how many of them the day has not counted yet.
    """
    # Two presses at once must not both find the last picture free.
    User.objects.select_for_update().get(pk=person.pk)
    waiting = Asset.objects.active().filter(scene__owner=person).count()
    kit = BrandKit.objects.current()
    if waiting + count > kit.limit_at_once:
        raise Refused("quota-waiting", waiting=waiting, limit=kit.limit_at_once)
    if asked_today(person) + new > kit.day_limit:
        remaining = left_today(person)
        code = "quota-day" if remaining else "quota-day-over"
        raise Refused(code, left=remaining, limit=kit.day_limit)


def _midnight():
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
