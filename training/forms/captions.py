from django import forms
from django.utils.translation import gettext_lazy as _

from training.engine.prompts import letters
from training.rules.caption_edits import Edit, EditKind
from training.services.captions import CAPTION_MAX_LETTERS


class CaptionForm(forms.Form):
    caption = forms.CharField(label=_("caption"), required=False, max_length=CAPTION_MAX_LETTERS)


class EditForm(forms.Form):
    """A change to many captions, before it is made."""

    kind = forms.ChoiceField(label=_("Act"), choices=EditKind.choices, initial=EditKind.REPLACE)
    find = forms.CharField(label=_("Find"), required=False, max_length=200)
    text = forms.CharField(label=_("Text"), required=False, max_length=200)
    within_words = forms.BooleanField(label=_("Also inside words"), required=False)

    def clean(self):
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind == EditKind.REPLACE and not cleaned.get("find"):
            self.add_error("find", _("Write what to look for."))
        elif kind and kind != EditKind.REPLACE and not letters.visible(cleaned.get("text", "")):
            self.add_error("text", _("Write the words."))
        return cleaned

    @property
    def edit(self):
        return Edit(**self.cleaned_data)
