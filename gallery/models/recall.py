"""What was taken back in one act, and what it changed."""

from datetime import timedelta

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import AuditEntry
from brandstudio.core.models.fields import BlobField
from brandstudio.core.problems import Facts

from .style import StyleVersion

MAY_BE_UNDONE = timedelta(hours=1)


class SourceKind(models.TextChoices):
    """What may be taken back with all that it reached."""

    IMAGE = "image", _("photograph")
    VERSION = "version", _("style version")
    CUTOUT = "cutout", _("product cut-out")
    START = "start", _("start picture")


class RecallQuerySet(models.QuerySet):
    def visible_to(self, person):
        """Admins see all, others those they were told of."""
        return self if person.is_brand_admin else self.filter(recipients=person)


class Recall(models.Model):
    """One recall. source_key: the picture's hash, else the row's key. source_name: in each language
    where they differ. figures: how much of what it
    reached. report_sha256: the CSV as it was on that day."""

    kind = models.CharField(max_length=10, choices=SourceKind)
    source_key = models.CharField(max_length=64)
    source_name = models.JSONField(default=str)  # as name_of gives it
    why = models.CharField(_("why"), max_length=300)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    figures = models.JSONField(default=dict)
    report_sha256 = BlobField()
    recipients = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    left_as_is = models.PositiveIntegerField(default=0)  # rows decided anew before it was undone

    objects = RecallQuerySet.as_manager()

    class Meta:
        verbose_name = _("recall")
        verbose_name_plural = _("recalls")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["kind", "source_key"], name="recall_source")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.shown_name}"

    def get_absolute_url(self):
        return reverse("gallery:recall-detail", args=[self.pk])

    @property
    def shown_name(self):
        """What was recalled, in the reader's language."""
        return Facts({"name": self.source_name})["name"]

    def versions(self):
        """The StyleVersions that it took back, whatever became of them since, without the one that
        was recalled itself."""
        label = StyleVersion._meta.label_lower
        items = self.items.filter(entry__subject_kind=label)
        keys = [int(key) for key in items.values_list("entry__subject_id", flat=True)]
        versions = StyleVersion.objects.filter(pk__in=keys).select_related("pack").order_by("pk")
        is_version = self.kind == SourceKind.VERSION
        return versions.exclude(pk=self.source_key) if is_version else versions

    @property
    def undo_until(self):
        return self.at + MAY_BE_UNDONE

    @property
    def may_be_undone(self):
        return self.undone_at is None and timezone.now() < self.undo_until


class RecallItem(models.Model):
    """One row that a recall changed: its columns as they were, and the audit entry of the change.

    What has a later entry of a decision was decided anew since.
    """

    recall = models.ForeignKey(Recall, models.CASCADE, related_name="items")
    entry = models.ForeignKey(AuditEntry, models.PROTECT, related_name="+")
    before = models.JSONField(encoder=DjangoJSONEncoder)
    was_restored = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("recalled row")
        verbose_name_plural = _("recalled rows")
        ordering = ["pk"]

    def __str__(self):
        return f"{self.entry.subject_kind} {self.entry.subject_id}"
