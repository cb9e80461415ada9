from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditQuerySet(models.QuerySet):
    def record(self, row, source, target, *, by=None, why="", **facts):
        """Write one audit row about `row`. by: a User, or None when the machine acted."""
        return self.create(
            actor=by,
            subject_kind=row._meta.label_lower,
            subject_id=str(row.pk),
            source=source,
            target=target,
            why=why,
            facts=facts,
        )

    def record_each(self, rows, source, target, *, by=None, why=""):
        """As `record`, one audit row for each of many rows of one model. Returns them in order."""
        return self.bulk_create(
            (
                AuditEntry(
                    actor=by,
                    subject_kind=row._meta.label_lower,
                    subject_id=str(row.pk),
                    source=source,
                    target=target,
                    why=why,
                )
                for row in rows
            ),
            batch_size=500,
        )

    def about(self, row):
        """The history of one row, newest first."""
        return self.filter(
            subject_kind=row._meta.label_lower, subject_id=str(row.pk)
        ).select_related("actor")


class AuditEntry(models.Model):
    """One change of state, or another act that must be answerable. Never changed, never deleted."""

    at = models.DateTimeField(_("when"), auto_now_add=True, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    subject_kind = models.CharField(max_length=60)
    subject_id = models.CharField(max_length=40)
    source = models.CharField(_("from"), max_length=40, blank=True)
    target = models.CharField(_("to"), max_length=40)
    why = models.TextField(_("why"), blank=True)
    facts = models.JSONField(default=dict, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["subject_kind", "subject_id", "-at"])]

    def __str__(self):
        return f"{self.subject_kind} {self.subject_id}: {self.source} → {self.target}"
