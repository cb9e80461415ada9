from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.vocabulary import Named


class Channel(Named):
    """Where a picture goes: the size it is delivered in. Platforms change, so admins edit these."""

    slug = models.SlugField(unique=True)
    width = models.PositiveIntegerField(_("width"), help_text="px")
    height = models.PositiveIntegerField(_("height"), help_text="px")
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("channel")
        verbose_name_plural = _("channels")
        ordering = ["position", "slug"]
