from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core import notices


class NoticeQuerySet(models.QuerySet):
    def unread(self):
        return self.filter(read_at=None, settled_at=None)

    def settle(self, url, codes):
        """What these notices asked for at this address was done: they are open no longer."""
        open_ones = self.filter(url=url, code__in=codes, settled_at=None)
        return open_ones.update(settled_at=timezone.now())

    def mark_read(self):
        return self.unread().update(read_at=timezone.now())


class Notice(models.Model):
    """A line for one person about work that ended or waits. `code` names a sentence in `notices`,
    because a worker does not know its reader's language."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    code = models.CharField(max_length=60)
    facts = models.JSONField(default=dict, blank=True)
    url = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # what it asked for was decided

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        ordering = ["-made_at", "-pk"]
        indexes = [models.Index(fields=["person", "read_at", "-made_at"])]

    def __str__(self):
        return f"{self.code} → {self.person}"

    @property
    def sentence(self):
        """What it says, in the reader's language."""
        return notices.sentence(self.code, self.facts)
