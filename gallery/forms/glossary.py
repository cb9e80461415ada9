"""A term of the glossary as people write it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import GuardedModelForm
from brandstudio.core.models import GlossaryTerm
from gallery import problems
from gallery.engine import slots
from training.engine.errors import EngineError
from training.engine.prompts import checks
from training.engine.prompts.glossary import has_chinese


class GlossaryTermForm(GuardedModelForm):
    class Meta:
        model = GlossaryTerm
        fields = ["term", "phrase", "category"]
        help_texts = {
            "term": _("What people type, such as 骑楼."),
            "phrase": _("What the base model reads in its place, such as qilou arcade street."),
            "category": _("Groups the list, such as place. May stay empty."),
        }
        widgets = {
            "phrase": forms.TextInput(attrs={"lang": "en", "spellcheck": "false"}),
            "category": forms.TextInput(attrs={"list": "categories"}),
        }

    def clean_term(self):
        term = self.cleaned_data["term"]
        if not has_chinese(term):
            raise ValidationError(
                _("Write the term in Chinese: what is English needs no glossary.")
            )
        return term

    def clean_phrase(self):
        phrase = self.cleaned_data["phrase"]
        if piece := slots.not_english(phrase) or slots.brace(phrase):
            message = _("“{piece}” is not English. Write what the base model reads.")
            raise ValidationError(message.format(piece=piece))
        try:
            checks.check_part(phrase)
        except EngineError as error:
            raise ValidationError(problems.of(error)) from error
        return phrase
