"""Columns of the studio's own."""

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input.addresses import refuse_odd_signs, refuse_word_in_use
from brandstudio.core.input.names import refuse_odd_sign, refuse_unseen_sign


class BlobField(models.CharField):
    """The SHA-256 that names a stored file (`blobs`): what such a column names is kept."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"max_length": 64, **kwargs})

    def deconstruct(self):
        # To the database it is text.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class NameField(models.CharField):
    """What people call a thing: no markup, and no sign that nobody sees."""

    default_validators = [refuse_odd_sign]

    def deconstruct(self):
        # To the database it is text.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class LineField(models.CharField):
    """A line that people type and others read: no sign that nobody sees."""

    default_validators = [refuse_unseen_sign]

    def deconstruct(self):
        # To the database it is text.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs


class ShortNameInput(forms.SlugField):
    """A form's field for a short name."""

    default_validators = [refuse_odd_signs, refuse_word_in_use]


class ShortNameField(models.SlugField):
    """What a thing is called in addresses; no word that the studio's own addresses use there."""

    default_validators = ShortNameInput.default_validators
    default_error_messages = {"unique": _("This short name is taken. Choose another one.")}

    def formfield(self, **kwargs):
        own = {"label": _("Short name"), "form_class": ShortNameInput}
        return super().formfield(**{**own, **kwargs})

    def deconstruct(self):
        # To the database it is a slug.
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.SlugField", args, kwargs
