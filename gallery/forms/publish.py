"""A checkpoint, or a file from elsewhere, becomes a version of a style pack."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input.names import refuse_odd_sign, refuse_unseen_sign
from brandstudio.core.models.fields import ShortNameInput
from gallery import problems
from gallery.forms.browsing import TagsField
from gallery.models import StylePack
from gallery.services import style_files
from training.engine.errors import EngineError
from training.engine.prompts import letters
from training.engine.prompts import trigger_words as triggers
from training.models import BaseModel

from .origin import OriginForm

LARGEST_FILE = 1_000_000_000  # bytes


class PublishForm(forms.Form):
    """New pack or a new version of one."""

    pack = forms.ModelChoiceField(
        StylePack.objects.all(),
        label=_("Style pack"),
        required=False,
        empty_label=_("A new pack"),
        help_text=_("Choose one to publish its next version."),
    )
    name_zh = forms.CharField(
        label=_("Chinese name"), max_length=80, required=False, validators=[refuse_odd_sign]
    )
    name_en = forms.CharField(
        label=_("English name"), max_length=80, required=False, validators=[refuse_odd_sign]
    )
    slug = ShortNameInput(
        label=_("Short name"),
        required=False,
        max_length=50,
        help_text=_("Small letters and hyphens; stands in prompts as <lora:name:0.7>."),
    )
    summary_zh = forms.CharField(
        label=_("One line of advice, Chinese"),
        max_length=200,
        required=False,
        validators=[refuse_unseen_sign],
    )
    summary_en = forms.CharField(
        label=_("One line of advice, English"),
        max_length=200,
        required=False,
        validators=[refuse_unseen_sign],
    )
    tags = TagsField()
    trigger_words = forms.CharField(
        label=_("Trigger words"),
        max_length=120,
        required=False,
        help_text=_("Put in front of every prompt by the studio; nobody has to type them."),
        widget=forms.TextInput(attrs={"lang": "en"}),
    )
    changes = forms.CharField(
        label=_("What changed"),
        max_length=200,
        required=False,
        validators=[refuse_unseen_sign],
    )

    def clean_trigger_words(self):
        if self.add_prefix("trigger_words") not in self.data:  # not asked, so not cleared either
            return self.get_initial_for_field(self.fields["trigger_words"], "trigger_words") or ""
        words = letters.visible(self.cleaned_data["trigger_words"])
        try:
            triggers.check(words, str(self.fields["trigger_words"].label))
        except EngineError as error:
            raise forms.ValidationError(problems.of(error)) from error
        return words

    def new_pack_fields(self):
        names = ("name_zh", "name_en", "slug", "summary_zh", "summary_en")
        return [self[name] for name in names]

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("pack"):
            return cleaned
        for name in ("name_zh", "name_en", "slug"):
            if not cleaned.get(name) and name not in self.errors:
                self.add_error(name, _("A new pack needs this."))
        slug = cleaned.get("slug")
        if slug and StylePack.objects.filter(slug=slug).exists():
            self.add_error("slug", problems.sentence("slug-taken", {"slug": slug}))
        return cleaned

    def the_pack(self):
        """The pack chosen, or a new one, which is not saved yet."""
        if self.cleaned_data["pack"]:
            return self.cleaned_data["pack"]
        names = ("name_zh", "name_en", "slug", "summary_zh", "summary_en")
        return StylePack(**{name: self.cleaned_data[name] for name in names})


class ImportForm(OriginForm, PublishForm):
    """As PublishForm, for a LoRA file that was trained elsewhere."""

    file = forms.FileField(label=_("LoRA file"), help_text=_("A .safetensors file."))
    config = forms.FileField(
        label=_("Its adapter_config.json"),
        required=False,
        help_text=_("Only for a style saved by PEFT: it tells how strong the style is."),
    )
    base = forms.ModelChoiceField(BaseModel.objects.none(), label=_("Base model"), empty_label=None)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["base"].queryset = BaseModel.objects.usable()

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise forms.ValidationError(_("The file is larger than 1 GB. A LoRA is far smaller."))
        return file

    def clean(self):
        cleaned = super().clean()
        file, base = cleaned.get("file"), cleaned.get("base")
        if file and base and not self.errors.get("config"):
            try:
                self.style_file = style_files.fitting(
                    file.temporary_file_path(), file.name, base, self.config_path
                )
            except EngineError as error:
                self.add_error("file", problems.of(error))
        return cleaned

    @property
    def config_path(self):
        """Where the adapter_config.json lies that came along; None without one."""
        config = self.cleaned_data.get("config")
        return config.temporary_file_path() if config else None  # settings make uploads files

    @property
    def remarks(self):
        """What is odd about the file, in the reader's language; nothing of it forbids using it."""
        header = self.style_file.header
        return [problems.of(error) for error in (*header.warnings, *header.notes)]
