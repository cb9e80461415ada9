"""What belongs to a campaign: its channels with their deadlines, what was published where, and
which pictures stray."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Campaign
from brandstudio.core.models.fields import LineField

from .asset import Asset
from .channel import Channel
from .download import Download


class CampaignChannel(models.Model):
    """A channel of a campaign. deadline: the last day for its files.

    deadline_told: of `services/deadlines.NOTICES`, the fewest days before it that were told of.
    """

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="places")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    deadline_told = models.SmallIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("channel of a campaign")
        verbose_name_plural = _("channels of campaigns")
        ordering = ["channel__position", "channel__slug"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "channel"], name="campaign_channel_once")
        ]

    def __str__(self):
        return f"{self.campaign} → {self.channel}"


class Publication(models.Model):
    """Where and when a publication file that left the studio was published.

    address: of the post or page. place: in words, such as a hall. One of them, or both.
    """

    download = models.ForeignKey(Download, models.PROTECT, related_name="publications")
    address = models.URLField(_("address"), max_length=500, blank=True)
    place = LineField(_("place"), max_length=120, blank=True)
    day = models.DateField(_("published on"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications")
        ordering = ["-day", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(address="") | ~Q(place=""), name="publication_says_where"
            ),
            models.UniqueConstraint(
                fields=["download", "address", "place"], name="publication_once"
            ),
        ]

    def __str__(self):
        return f"{self.download.asset} → {self.where}"

    @property
    def where(self):
        """Its address and its place, whichever there are."""
        return " · ".join(filter(None, (self.address, self.place)))


class DriftQuerySet(models.QuerySet):
    def marked(self):
        """Those that stray, and that nobody has let pass."""
        return self.exclude(reasons={}).filter(dismissed_why="")


class DriftCheck(models.Model):
    """How a picture looks, and whether it strays from the others of its campaign.

    features: of `engine.drift`, read once. campaign: against which it was judged; None: not yet.
    reasons: {reason: how far} of `engine.drift`. dismissed_why: why it is right all the same.
    """

    asset = models.OneToOneField(Asset, models.CASCADE, related_name="drift")
    campaign = models.ForeignKey(
        Campaign, models.CASCADE, null=True, blank=True, related_name="drift_checks"
    )
    features = models.JSONField(default=dict)
    reasons = models.JSONField(default=dict)
    dismissed_why = models.TextField(blank=True)
    dismissed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = DriftQuerySet.as_manager()

    class Meta:
        verbose_name = _("drift check")
        verbose_name_plural = _("drift checks")
        constraints = [
            models.CheckConstraint(
                condition=Q(dismissed_why="") | Q(dismissed_by__isnull=False),
                name="drift_dismissed_by_somebody",
            )
        ]

    def __str__(self):
        return f"{self.asset} in {self.campaign}"
