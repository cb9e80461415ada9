from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .asset import Asset
from .style import EvidenceImage


class Remark(models.Model):
    """What a reviewer says about one point of a picture: a numbered pin on it.

    The picture is an asset, or one of a style version's strength sheet.
    """

    asset = models.ForeignKey(Asset, models.CASCADE, null=True, blank=True, related_name="remarks")
    evidence = models.ForeignKey(
        EvidenceImage, models.CASCADE, null=True, blank=True, related_name="remarks"
    )
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    x = models.FloatField(_("from the left"))  # as a share of the width as it is shown
    y = models.FloatField(_("from the top"))  # as a share of the height
    text = models.CharField(_("remark"), max_length=300)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pinned remark")
        verbose_name_plural = _("pinned remarks")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1), name="remark_inside"
            ),
            models.CheckConstraint(
                condition=Q(asset=None, evidence__isnull=False)
                | Q(asset__isnull=False, evidence=None),
                name="remark_on_one_picture",
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def image(self):
        """The asset or EvidenceImage that it is pinned to."""
        return self.asset or self.evidence

    @property
    def left(self):
        """Where its pin stands, as SVG wants it."""
        return f"{self.x:.2%}"

    @property
    def top(self):
        return f"{self.y:.2%}"
