from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import ShortNameField
from brandstudio.core.models.vocabulary import Named


class TagGroup(models.TextChoices):
    """What a tag tells of a style: how it feels, where it is at home, which festival it is for."""

    PLACE = "place", _("Local place")
    FESTIVAL = "festival", _("Festival")
    MOOD = "mood", _("Mood")


class PackTag(Named):
    """A word by which packs are found: rows of the house, in both languages."""

    slug = ShortNameField(unique=True)
    group = models.CharField(_("group"), max_length=10, choices=TagGroup)
    position = models.PositiveSmallIntegerField(_("position"), default=0)

    class Meta:
        verbose_name = _("tag of packs")
        verbose_name_plural = _("tags of packs")
        ordering = ["group", "position", "slug"]
