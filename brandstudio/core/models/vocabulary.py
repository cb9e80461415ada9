"""The brand's own words: rows, never free text."""

import re
from collections import Counter

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from .fields import LineField, NameField, ShortNameField


class Named(models.Model):
    """A thing with a Chinese and an English name; shown in the reader's language."""

    name_zh = NameField(_("Chinese name"), max_length=80)
    name_en = NameField(_("English name"), max_length=80)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en if (get_language() or "").startswith("en") else self.name_zh


class VehicleQuerySet(models.QuerySet):
    def named_in(self, text):
        """The vehicles that the text names, by a word of their own: GS8, M8, 影豹.

        A word that several share (the brand's), or that is a kind of body, names none.
        """
        words = {vehicle: vehicle.own_words for vehicle in self}
        bodies = {vehicle.body.casefold() for vehicle in words}
        shared = Counter(word for own in words.values() for word in own)
        return [
            vehicle
            for vehicle, own in words.items()
            if any(shared[w] == 1 and w not in bodies and _stands_in(w, text) for w in own)
        ]


def _stands_in(word, text):
    """Whether the word stands in the text by itself: M8 does not in M80, 影豹 does in 白影豹车."""
    if not word.isascii():
        return word in text.casefold()
    pattern = rf"(?<![a-z0-9]){re.escape(word)}(?![a-z0-9])"
    return re.search(pattern, text, re.IGNORECASE | re.ASCII) is not None


class Vehicle(Named):
    slug = ShortNameField(unique=True)
    body = LineField(_("body type"), max_length=20, blank=True)
    phrase = LineField(
        _("prompt phrase"), max_length=160, help_text=_("English, as the base model reads it.")
    )
    is_current = models.BooleanField(_("in the range"), default=True)

    objects = VehicleQuerySet.as_manager()

    class Meta:
        verbose_name = _("vehicle")
        verbose_name_plural = _("vehicles")
        ordering = ["slug"]

    @property
    def own_words(self):
        """The words of its names, and those of its phrase that are names (Empow, GS8), lowered."""
        names = set(f"{self.name_zh} {self.name_en}".split())
        names |= {word for word in self.phrase.split() if word != word.lower() or _is_code(word)}
        return {word.casefold() for word in names}


def _is_code(word):
    return word.isalnum() and any(letter.isdigit() for letter in word) and not word.isdigit()


class VehicleColour(Named):
    """A colour that a vehicle is made in. A slot of colours may be held to the chosen vehicle's."""

    vehicle = models.ForeignKey(Vehicle, models.CASCADE, related_name="colours")
    phrase = LineField(
        _("prompt phrase"), max_length=160, help_text=_("English, as the base model reads it.")
    )

    class Meta:
        verbose_name = _("colour of a vehicle")
        verbose_name_plural = _("colours of vehicles")
        ordering = ["vehicle", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["vehicle", "phrase"], name="vehicle_colour_once")
        ]


class GlossaryTerm(models.Model):
    """A Chinese term and the English phrase that the text encoder understands."""

    term = LineField(_("Chinese term"), max_length=60, unique=True)
    phrase = LineField(_("English phrase"), max_length=160)
    category = LineField(_("category"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("glossary term")
        verbose_name_plural = _("glossary terms")
        ordering = ["category", "term"]

    def __str__(self):
        return f"{self.term} · {self.phrase}"
