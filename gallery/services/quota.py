"""How much one person may ask for, so that nobody starves the others."""

from django.conf import settings
from django.utils import timezone

from brandstudio.core.models import User
from gallery.models import Asset
from gallery.problems import Refused


def painted_today(person):
    """Pictures asked for since midnight, cancelled ones left out."""
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return (
        Asset.objects.filter(scene__owner=person, made_at__gte=midnight)
        .exclude(state="cancelled")
        .count()
    )


def left_today(person):
    """Pictures the person may still ask for today."""
    return max(0, settings.PICTURES_PER_DAY - painted_today(person))


def check(person, count):
    """Raise Refused if `count` more pictures are too many now. Inside a transaction."""
    # Two presses at once must not both find the last picture free.
    User.objects.select_for_update().get(pk=person.pk)
    waiting = Asset.objects.active().filter(scene__owner=person).count()
    if waiting + count > settings.PICTURES_AT_ONCE:
        raise Refused("quota-waiting", waiting=waiting, limit=settings.PICTURES_AT_ONCE)
    left = left_today(person)
    if count > left:
        raise Refused("quota-day", left=left, limit=settings.PICTURES_PER_DAY)
