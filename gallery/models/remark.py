from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .asset import Asset


class AssetRemark(models.Model):
    """What a reviewer says about one point of a picture: a numbered pin on it."""

    asset = models.ForeignKey(Asset, models.CASCADE, related_name="remarks")
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
                condition=Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1), name="asset_remark_inside"
            )
        ]

    def __str__(self):
        return self.text

    @property
    def left(self):
        """Where its pin stands, as SVG wants it."""
        return f"{self.x:.2%}"

    @property
    def top(self):
        return f"{self.y:.2%}"
