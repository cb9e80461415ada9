"""A prompt template as people write it: sentences with {slots}, and each slot's rows."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import GuardedModelForm
from gallery import problems
from gallery.forms.slot_rows import SlotsField
from gallery.models import PromptTemplate
from gallery.services import banned_names, glossary, vehicle_words


class TemplateForm(GuardedModelForm):
    GUARD = ("state",)  # only a draft is edited
    ALONG = ("edited_by",)

    slots = SlotsField(
        label=_("Slots"),
        required=False,
        help_text=_(
            "What may stand at each {name}: the phrase enters the prompt, the labels are what "
            "readers see, such as 白色, white and the phrase white. An empty phrase adds nothing. "
            "The order of the rows is that of the lists; the first option is chosen at first."
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
            "text": forms.Textarea(attrs={"rows": 3, "lang": "en", "data-terms": "all"}),
            "negative_prompt": forms.TextInput(attrs={"lang": "en"}),
            "packs": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if self.instance.pk and self.instance.number > 1:
            del self.fields["slug"]
        self.used = {}  # term → phrase that the glossary put in its place

    def clean_text(self):
        return self._in_english(self.cleaned_data["text"])

    def clean_negative_prompt(self):
        return self._in_english(self.cleaned_data["negative_prompt"])

    def clean_slots(self):
        return [
            {
                **slot,
                "options": [
                    {**option, "value": self._in_english(option["value"])}
                    for option in slot["options"]
                ],
            }
            for slot in self.cleaned_data["slots"]
        ]

    def clean(self):
        cleaned = super().clean()
        as_sent = PromptTemplate(
            text=self.cleaned_data.get("text") or "", slots=self.cleaned_data.get("slots") or []
        )
        for field, refusal in banned_names.refusals_of(as_sent):
            self.add_error(field, problems.of(refusal))
        for refusal in vehicle_words.refusals_of_colours(as_sent):
            self.add_error("slots", problems.of(refusal))
        return cleaned

    def _in_english(self, words):
        english = glossary.in_english(words)
        self.used |= dict(english.used)
        return english.text

    def clean_slug(self):
        slug = self.cleaned_data["slug"]
        others = PromptTemplate.objects.filter(slug=slug).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(
                _("A template is called that already. Make a new version of it instead.")
            )
        return slug
