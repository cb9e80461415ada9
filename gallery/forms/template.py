"""A prompt template as people write it: sentences with {slots}, and each slot's list."""

import re

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import GuardedModelForm
from gallery.models import PromptTemplate


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
        for slot in value:  # a draft may be older than the rule that they are whole
            lines = [_line(slot, "name", "label_zh", "label_en")]
            lines += [_line(option, "value", "zh", "en") for option in slot.get("options", ())]
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
        return [self._read(block) for block in blocks]

    def _read(self, block):
        rows = [self._columns(line) for line in block.split("\n") if line.strip()]
        name, zh, en = rows[0]
        options = [{"value": value, "zh": zh_, "en": en_} for value, zh_, en_ in rows[1:]]
        return {"name": name, "label_zh": zh, "label_en": en, "options": options}

    @staticmethod
    def _columns(line):
        columns = [column.strip() for column in re.split("[|｜]", line)]
        if len(columns) != 3:
            message = _("This line needs three columns with | between: {line}")
            raise forms.ValidationError(message.format(line=line.strip()))
        return columns


def _line(columns, *names):
    return " | ".join(str(columns.get(name, "")) for name in names)


class TemplateForm(GuardedModelForm):
    GUARD = ("state",)  # only a draft is edited
    ALONG = ("edited_by",)

    slots = SlotsField(
        label=_("Slots"),
        required=False,
        help_text=_(
            "For each slot: name | Chinese label | English label, then one option a line: "
            "English phrase | Chinese | English. An empty line between slots. Such as: vehicle | "
            "车型 | Vehicle, and below it: GS8 suv | GS8 | GS8."
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
        labels = {"slug": _("Short name")}
        help_texts = {
            "name_zh": _("What colleagues find it by, such as 骑楼夜色."),
            "name_en": _("The same in English, such as Arcade at night."),
            "slug": _("Stands in its address for good, such as arcade-night."),
            "sentence_zh": _(
                "What marketers read, with a list at each slot, such as "
                "{vehicle}停在骑楼下，{weather}。"
            ),
            "sentence_en": _("The same in English, such as A {vehicle} in an arcade, {weather}."),
            "text": _(
                "What the base model reads, in English. Locked: marketers choose in its slots and "
                "change nothing else. Such as a white {vehicle}, qilou arcade street, {weather}"
            ),
            "negative_prompt": _(
                "What must not be seen, in English and without slots, such as blurry, watermark."
            ),
            "packs": _(
                "Chosen already when somebody opens the template, such as an ink style; marketers "
                "may take others."
            ),
            "changes": _("For reviewers and later editors, such as rain added to the weather."),
        }
        widgets = {
            "text": forms.Textarea(attrs={"rows": 3, "lang": "en"}),
            "negative_prompt": forms.TextInput(attrs={"lang": "en"}),
            "packs": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.number > 1:
            del self.fields["slug"]

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        others = PromptTemplate.objects.filter(slug=slug).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                _("A template is called that already. Make a new version of it instead.")
            )
        return slug
