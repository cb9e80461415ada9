"""The brand's own words: rows, never free text."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .fields import ShortNameField


class Named(models.Model):
    """A thing with a Chinese and an English name; shown in the reader's language."""

    name_zh = models.CharField(_("Chinese name"), max_length=80)
    name_en = models.CharField(_("English name"), max_length=80)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class Vehicle(Named):
    slug = ShortNameField(unique=True)
    body = models.CharField(_("body type"), max_length=20, blank=True)
    phrase = models.CharField(
        _("prompt phrase"), max_length=160, help_text=_("English, as the base model reads it.")
    )
    is_current = models.BooleanField(_("in the range"), default=True)

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["slug"]


class Campaign(Named):
    slug = ShortNameField(unique=True)
    starts = models.DateField(_("starts"), null=True, blank=True)
    ends = models.DateField(_("ends"), null=True, blank=True)
    channels = models.JSONField(_("channels"), default=list, blank=True)

    class Meta:
        verbose_name = _("campaign")
        verbose_name_plural = _("campaigns")
        ordering = ["-starts", "slug"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(starts=None)
                | models.Q(ends=None)
                | models.Q(ends__gte=models.F("starts")),
                name="campaign_ends_after_start",
            )
        ]


class GlossaryTerm(models.Model):
    """A Chinese term and the English phrase that the text encoder understands."""

    term = models.CharField(_("Chinese term"), max_length=60, unique=True)
    phrase = models.CharField(_("English phrase"), max_length=160)
    category = models.CharField(_("category"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering = ["category", "term"]

    def __str__(self):
        return f"{self.term} · {self.phrase}"
