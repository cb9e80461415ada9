"""A campaign: what is told, of which vehicles, between which days."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input import territories

from .fields import LineField, ShortNameField
from .vocabulary import Named, Vehicle


class CampaignState(models.TextChoices):
    """Told by the day, never stored."""

    PLANNED = "planned", _("planned")
    RUNNING = "running", _("running")
    ENDED = "ended", _("ended")


class CampaignQuerySet(models.QuerySet):
    def open(self):
        """Those that take pictures still: not ended."""
        return self.filter(Q(ends=None) | Q(ends__gte=timezone.localdate()))


class Campaign(Named):
    """starts, ends: the first and the last day. made_by: who keeps it, beside the admins."""

    slug = ShortNameField(unique=True)
    starts = models.DateField(_("first day"), null=True, blank=True)
    ends = models.DateField(_("last day"), null=True, blank=True)
    territory = LineField(_("territory"), max_length=80, blank=True)  # "": its channels'
    vehicles = models.ManyToManyField(Vehicle, verbose_name=_("vehicles"), related_name="campaigns")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="campaigns"
    )

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts=None) | Q(ends=None) | Q(ends__gte=F("starts")),
                name="campaign_ends_after_start",
            )
        ]

    @property
    def state(self):
        """A CampaignState; one without a first day is planned."""
        today = timezone.localdate()
        if self.ends and self.ends < today:
            return CampaignState.ENDED
        if self.starts and self.starts <= today:
            return CampaignState.RUNNING
        return CampaignState.PLANNED

    @property
    def territory_shown(self):
        """In the reader's language, as far as its places are known."""
        return territories.shown(self.territory)

    @property
    def territory_doubt(self):
        return territories.doubt(self.territory)

    def is_kept_by(self, person):
        """Whether this person may change it."""
        return person.is_brand_admin or person.is_marketer and self.made_by_id == person.pk
