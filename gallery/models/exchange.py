"""Other studios whose signature this one believes."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from gallery.engine import signing


class TrustedStudio(models.Model):
    """A studio whose bundles are let in. Who added and took away which key is in the audit."""

    name = models.CharField(_("studio"), max_length=120)
    public_key = models.CharField(_("public key"), max_length=44, unique=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("trusted studio")
        verbose_name_plural = _("trusted studios")
        ordering = ["name", "pk"]

    def __str__(self):
        return self.name

    @property
    def fingerprint(self):
        return signing.fingerprint(self.public_key)
