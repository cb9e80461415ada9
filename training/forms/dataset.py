import re

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import PLACES_HELP, GuardedModelForm, RightsFields
from training.models import Dataset, TrainingImage
from training.services.datasets import IMAGE_RIGHTS

# Words that a base model knows well, so that a style under this name would fight their meaning.
_ORDINARY_WORDS = """
art arcade beach bird blue boat bridge building cafe car cat china chinese city cloud color
colour dog door dragon drawing evening festival flower garden girl gold green harbour house ink
lantern light lion man market modern morning mountain night old ocean paint painting paper
people person photo picture rain red river road sea sedan shop sky snow spring street style
summer sun sunset suv tea temple tower town traditional train tree vehicle village wall water
white window winter woman yellow
"""
ORDINARY = frozenset(_ORDINARY_WORDS.split())
# A word of three letters, or up to five words.
_TRIGGER = re.compile(r"(?=.{3})[A-Za-z][\w-]*(?: [A-Za-z0-9][\w-]*){0,4}", re.ASCII)


class DatasetForm(GuardedModelForm):
    GUARD = ("deleted_at",)

    class Meta:
        model = Dataset
        fields = ["name", "trigger_word", "description"]
        widgets = {
            "trigger_word": forms.TextInput(
                attrs={"lang": "en", "spellcheck": "false", "autocomplete": "off"}
            ),
            "description": forms.Textarea(attrs={"rows": 3}),
        }

    def clean_trigger_word(self):
        trigger = " ".join(self.cleaned_data["trigger_word"].split())
        if not trigger:
            return trigger
        if not _TRIGGER.fullmatch(trigger):
            raise forms.ValidationError(
                _(
                    "Write one word of at least three Latin letters or digits, such as lnink, "
                    "or up to five words, such as ink wash style."
                )
            )
        if all(word in ORDINARY for word in trigger.lower().split()):
            raise forms.ValidationError(
                _(
                    "“%(word)s” is an ordinary word that the base model knows already. "
                    "Invent one, such as %(word)sx or lnink."
                ),
                params={"word": trigger},
            )
        return trigger


class SeveralFilesInput(forms.ClearableFileInput):
    allow_multiple_selected = True


class SeveralFilesField(forms.FileField):
    """A file field that takes several; cleans to a list."""

    def __init__(self, **options):
        super().__init__(widget=SeveralFilesInput, allow_empty_file=True, **options)

    def clean(self, data, initial=None):
        files = data if isinstance(data, list | tuple) else [data]
        return [super(SeveralFilesField, self).clean(file, initial) for file in files]


class UploadForm(forms.Form):
    files = SeveralFilesField(
        label=_("Pictures, zips, captions"),
        # A limit on names is kept where names are made safe; here nothing is refused for its name.
        max_length=None,
    )
    checked = forms.BooleanField(
        label=_("The captions that come along have been checked by a person"), required=False
    )


def _clearable():
    """What may be emptied on many pictures at once; of whose they are there is always a name."""
    names = [name for name in IMAGE_RIGHTS if name != "rights_holder"]
    return [(name, capfirst(TrainingImage._meta.get_field(name).verbose_name)) for name in names]


class RightsForm(RightsFields):
    """The rights of many pictures at once: what is left empty stays, `clear` empties it."""

    clear = forms.MultipleChoiceField(
        label=_("Empty these"),
        choices=_clearable,
        help_text=_("What you leave empty above stays as it is, unless you choose it here."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    class Meta(RightsFields.Meta):
        model = TrainingImage
        fields = IMAGE_RIGHTS

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rights_holder"].required = False
        self.fields["uses"].help_text = ""
        self.fields["territory"].help_text = PLACES_HELP

    def clean(self):
        super().clean()
        for name in self.cleaned_data.get("clear", []):
            if self.cleaned_data.get(name):
                self.add_error(name, _("Write it or empty it, not both."))
        if not self.errors and not self.changes:
            raise forms.ValidationError(_("Write what is to be noted, or choose what to empty."))

    @property
    def changes(self):
        """{column: value} of what the person filled in or chose to empty."""
        rights = {name: self.cleaned_data[name] for name in self.Meta.fields}
        cleared = self.cleaned_data["clear"]
        return {name: value for name, value in rights.items() if value or name in cleared}
