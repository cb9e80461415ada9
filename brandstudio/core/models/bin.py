"""The bin: what a person puts away is out of sight, and comes back until its days are over."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from brandstudio.core.problems import name_of

from .audit import AuditEntry
from .states import update_as_last_seen


class BinQuerySet(models.QuerySet):
    """For a Binnable, which names the path to its owner in OWNER."""

    def not_binned(self):
        """Those not in the bin."""
        return self.filter(deleted_at=None)

    def binned_by(self, person):
        """What waits in this person's bin."""
        return self.filter(**{self.model.OWNER: person}).exclude(deleted_at=None)

    def overdue(self):
        """In the bin for longer than it keeps things (settings.BIN_DAYS)."""
        return self.filter(deleted_at__lt=timezone.now() - timedelta(days=settings.BIN_DAYS))


class Binnable(models.Model):
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def discard(self, by):
        """Into the bin. Raises WrongState when it is there already."""
        self._bin({"deleted_at": None}, timezone.now(), ("kept", "binned"), by)

    def restore(self, by):
        """Back from the bin. Raises WrongState when it is out already."""
        self._bin({"deleted_at__isnull": False}, None, ("binned", "kept"), by)

    def delete_from_bin(self):
        """For good: its days in the bin are over."""
        with transaction.atomic():
            facts = {"why": "bin emptied", "name": name_of(self)}
            AuditEntry.objects.record(self, "binned", "deleted", **facts)
            self.delete()

    def _bin(self, expected, moment, states, by):
        source, target = states
        with transaction.atomic():
            update_as_last_seen(self, expected, {"deleted_at": moment}, target=target)
            AuditEntry.objects.record(self, source, target, by=by)
