from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A file that is made while a person waits takes seconds; a zip that was silent so long is dead.
PATIENCE = timedelta(minutes=5)


class ZipDelivery(models.Model):
    """How far a zip is that is made while it is sent, for the page that asked for it.

    token: made by that page. asked: files that it was asked for. sent: how many are in it.
    left_out: [{"asset": its number, "channel": its name, "why": a sentence}]. It is kept for some
    days; what left for good stands in the downloads.
    """

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    token = models.CharField(max_length=32)
    name = models.CharField(max_length=100)
    asked = models.PositiveSmallIntegerField(default=0)
    sent = models.PositiveSmallIntegerField(default=0)
    left_out = models.JSONField(default=list, blank=True)
    is_whole = models.BooleanField(default=False)  # its last byte was handed over
    heard_at = models.DateTimeField(default=timezone.now, db_index=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("zip on its way")
        verbose_name_plural = _("zips on their way")
        constraints = [
            models.UniqueConstraint(fields=["person", "token"], name="zip_delivery_one_a_token")
        ]

    def __str__(self):
        return self.name

    @property
    def is_over(self):
        """Whether nothing more happens to it: sent, refused, or broken off without a word."""
        return self.ended_at is not None or self.heard_at < timezone.now() - PATIENCE
