"""How far a zip is, noted for the page that asked for it (`pages/zip_told.py`)."""

import logging
import re
from datetime import timedelta

from django.db import DatabaseError
from django.utils import timezone

from brandstudio.core.blobs import disk
from gallery.models import ZipDelivery

logger = logging.getLogger(__name__)

KEPT = timedelta(days=2)
_TOKEN = re.compile(r"[0-9a-f]{8,32}")


def begin(person, token, name, asked):
    """The ZipDelivery that a page follows by its token; unsaved where it sent none.

    asked: how many files the zip was asked for. One of the same token begins anew.
    """
    row = ZipDelivery(person=person, token=token, name=name, asked=asked)
    if _TOKEN.fullmatch(token):
        facts = {"name": name, "asked": asked, "sent": 0, "left_out": []}
        facts |= {"is_whole": False, "heard_at": timezone.now(), "ended_at": None}
        row, _is_new = ZipDelivery.objects.update_or_create(
            person=person, token=token, defaults=facts
        )
    return row


def note(row, line):
    """One file more is in it, or left out: a Line of `deliveries`."""
    if line.left_out:
        facts = {"asset": line.asset, "channel": line.channel_name, "why": line.left_out}
        row.left_out.append(facts)
    else:
        row.sent += 1
    _save(row)


def end(row, *, is_whole):
    """Nothing more comes. is_whole: it was sent to its last byte."""
    row.is_whole, row.ended_at = is_whole, timezone.now()
    _save(row)


def _save(row):
    if row.pk is None:
        return
    row.heard_at = timezone.now()
    try:
        row.save(update_fields=["sent", "left_out", "is_whole", "heard_at", "ended_at"])
    except DatabaseError as error:  # a zip that breaks off in the middle would be worse
        if not disk.is_full(error):
            raise
        logger.warning("No page tells how far the zip %s is: %s", row.name, error)


def of_page(person, token):
    """The ZipDelivery that a person's page follows; None where none has begun."""
    return ZipDelivery.objects.filter(person=person, token=token).first()


def forget_old():
    """Remove what no page follows any more."""
    ZipDelivery.objects.filter(heard_at__lt=timezone.now() - KEPT).delete()
