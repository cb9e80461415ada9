"""Weight files that left the studio, and who holds them."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class WeightsForm(models.TextChoices):
    FILE = "file", _("weights as trained")
    ZIP = "zip", _("zip for other tools")
    BUNDLE = "bundle", _("signed bundle")


class WeightsDownload(models.Model):
    """A file with weights that left, of a checkpoint or of a published version.

    weights_sha256: of the stored file that it was made from, by which a checkpoint and the version
    made of it are one. sha256: of what left.
    """

    weights_sha256 = models.CharField(max_length=64, db_index=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    form = models.CharField(max_length=10, choices=WeightsForm)
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("download of weights")
        verbose_name_plural = _("downloads of weights")
        ordering = ["-at", "-pk"]

    def __str__(self):
        return f"{self.weights_sha256[:12]} → {self.person}"
