"""A prompt template as people write it: sentences with {slots}, and each slot's list."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import GuardedModelForm
from gallery import problems
from gallery.engine.slots import SLOT
from gallery.models import PromptTemplate
from training.engine import prompt_checks
from training.engine.errors import EngineError


class SlotsField(forms.CharField):
    """Slots as text: one block per slot, its name and labels first, then one option a line.

        vehicle | 车型 | Vehicle
        GS8 suv | GS8 | GS8
        M8 mpv | M8 | M8

    Blocks are parted by an empty line. The first column is what enters the prompt.
    """

    widget = forms.Textarea(attrs={"rows": 14, "class": "textarea textarea--code"})

    def prepare_value(self, value):
        if isinstance(value, str) or value is None:
            return value
        blocks = []
        for slot in value:
            lines = [f"{slot['name']} | {slot['label_zh']} | {slot['label_en']}"]
            lines += [f"{o['value']} | {o['zh']} | {o['en']}" for o in slot["options"]]
            blocks.append("\n".join(lines))
        return "\n\n".join(blocks)

    def has_changed(self, initial, data):
        try:
            return self.to_python(data or "") != (initial or [])
        except forms.ValidationError:
            return True

    def to_python(self, value):
        text = super().to_python(value)
        blocks = [block for block in re.split(r"\n\s*\n", text.replace("\r", "")) if block.strip()]
        slots = [self._read(block) for block in blocks]
        names = [slot["name"] for slot in slots]
        if len(names) != len(set(names)):
            raise forms.ValidationError(_("Two slots have the same name."))
        return slots

    def _read(self, block):
        rows = [self._columns(line) for line in block.split("\n") if line.strip()]
        name, zh, en = rows[0]
        if not SLOT.fullmatch("{" + name + "}"):
            message = _("“{name}” can't name a slot: use small letters, digits and _.")
            raise forms.ValidationError(message.format(name=name))
        if len(rows) < 2:
            message = _("The slot {name} has no options. Write one a line below it.")
            raise forms.ValidationError(message.format(name=name))
        options = [{"value": value, "zh": zh_, "en": en_} for value, zh_, en_ in rows[1:]]
        return {"name": name, "label_zh": zh, "label_en": en, "options": options}

    @staticmethod
    def _columns(line):
        columns = [column.strip() for column in re.split("[|｜]", line)]
        if len(columns) != 3:
            message = _("This line needs three columns with | between: {line}")
            raise forms.ValidationError(message.format(line=line.strip()))
        return columns


class TemplateForm(GuardedModelForm):
    GUARD = ("state",)  # only a draft is edited
    ALONG = ("edited_by",)

    slots = SlotsField(
        label=_("Slots"),
        required=False,
        help_text=_(
            "For each slot: name | Chinese label | English label, then one option a line: "
            "English phrase | Chinese | English. An empty line between slots."
        ),
    )

    class Meta:
        model = PromptTemplate
        fields = [
            "name_zh",
            "name_en",
            "slug",
            "sentence_zh",
            "sentence_en",
            "text",
            "negative_prompt",
            "slots",
            "packs",
            "changes",
        ]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3, "lang": "en"}),
            "negative_prompt": forms.TextInput(attrs={"lang": "en"}),
            "packs": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.number > 1:
            del self.fields["slug"]

    def clean_text(self):
        return self._readable("text", prompt_checks.check)

    def clean_negative_prompt(self):
        return self._readable("negative_prompt", prompt_checks.check_negative)

    def clean_slots(self):
        slots = self.cleaned_data["slots"]
        for option in (option for slot in slots for option in slot["options"]):
            self._check(option["value"], prompt_checks.check_part)
        return slots

    def _readable(self, field, check):
        """The field's words, of which everything is read or acts when a scene is painted."""
        self._check(self.cleaned_data[field], check)
        return self.cleaned_data[field]

    @staticmethod
    def _check(words, check):
        try:
            check(words)
        except EngineError as error:
            raise forms.ValidationError(problems.of(error)) from error

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        others = PromptTemplate.objects.filter(slug=slug).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                _("A template is called that already. Make a new version of it instead.")
            )
        return slug
