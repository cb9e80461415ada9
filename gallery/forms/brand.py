"""The brand kit as a brand admin writes it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from brandstudio.core import blobs
from brandstudio.core.forms import GuardedModelForm
from brandstudio.core.models import BrandKit
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.engine import font_files, labelling, logos, producer_code
from gallery.models import BrandColour, BrandFont, BrandLogo, LegalLine
from gallery.services import own_images
from training.engine.errors import EngineError


class BrandKitForm(GuardedModelForm):
    """Shows what holds now, whether the kit or the machine's settings say so."""

    class Meta:
        model = BrandKit
        fields = ["producer_code", "label_words", "images_per_day", "images_at_once"]
        help_texts = {
            "producer_code": _(
                "27 characters, as granted to your company (TC260). Empty: labels say DEMO, and "
                "no such file may be published."
            ),
            "label_words": _("Such as AI生成; it names AI and says that it was made."),
        }
        widgets = {
            "producer_code": forms.TextInput(attrs={"class": "mono", "spellcheck": "false"}),
        }

    def __init__(self, *args, instance, **kwargs):
        shown = {
            "producer_code": instance.code,
            "label_words": instance.label_words or labelling.LABEL,
            "images_per_day": instance.day_limit,
            "images_at_once": instance.limit_at_once,
        }
        super().__init__(*args, instance=instance, initial=shown, **kwargs)
        for name in ("images_per_day", "images_at_once"):
            self.fields[name].required = True
            self.fields[name].widget.attrs["max"] = 100_000

    def clean_producer_code(self):
        code = "".join(self.cleaned_data["producer_code"].split())
        if code and "producer_code" in self.changed_data:
            _ask(producer_code.check, code)
        return code

    def clean_label_words(self):
        words = self.cleaned_data["label_words"] or labelling.LABEL
        _ask(labelling.check_words, words)
        return words


class LogoForm(GuardedModelForm):
    file = forms.FileField(
        label=_("PNG file"), help_text=_("With a transparent ground; 1000 px or more is good.")
    )

    class Meta:
        model = BrandLogo
        fields = ["name", "ground", "file"]
        help_texts = {"name": _("One name, which readers of both languages see.")}

    def clean_file(self):
        upload = self.cleaned_data["file"]
        content = _content(upload, logos.LARGEST, "logo-large")
        self.instance.width, self.instance.height = _ask(logos.read, content, upload.name)
        _ask(lambda: own_images.look_up(upload.temporary_file_path()).origin())
        self.instance.sha256 = blobs.put_bytes(content)
        return content


class FontForm(GuardedModelForm):
    file = forms.FileField(label=_("OTF or TTF file"), help_text=_("One font; no collection."))

    class Meta:
        model = BrandFont
        fields = ["file", "licence"]
        help_texts = {
            "licence": _("The licence's text, or whose it is, its number and until when it holds.")
        }
        widgets = {"licence": forms.Textarea(attrs={"rows": 3})}

    def clean_file(self):
        content = _content(self.cleaned_data["file"], font_files.LARGEST, "font-large")
        facts = _ask(font_files.read, content)
        for name in ("family", "style", "weight", "glyphs", "form"):
            setattr(self.instance, name, getattr(facts, name))
        self.instance.scripts = list(facts.scripts)
        self.instance.sha256 = blobs.put_bytes(content)
        return content


class ColourForm(GuardedModelForm):
    class Meta:
        model = BrandColour
        fields = ["name_zh", "name_en", "hex"]
        widgets = {"hex": forms.TextInput(attrs={"type": "color"})}

    def clean_hex(self):
        return self.cleaned_data["hex"].upper()


class LegalLineForm(GuardedModelForm):
    class Meta:
        model = LegalLine
        fields = ["zh", "en"]


def _content(upload, largest, code):
    """The bytes of an upload; one that is too large is not read."""
    if upload.size > largest:
        raise ValidationError(problems.of(EngineError(code, limit=largest // 2**20)))
    return upload.read()


def _ask(check, *values):
    """What `check` says of values; what it raises becomes the field's error."""
    try:
        return check(*values)
    except (EngineError, Refused) as error:
        raise ValidationError(problems.of(error)) from error
