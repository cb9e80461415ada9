"""What comes from other studios: their bundles, and the keys by which those are believed."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input.names import refuse_odd_sign, refuse_unseen_sign
from brandstudio.core.models.fields import ShortNameInput
from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import StylePack
from gallery.services import bundles
from training.engine.errors import EngineError
from training.engine.prompts import trigger_words as triggers
from training.models import BaseModel

from .publish import LARGEST_FILE

_NAMES = {"name_zh": 80, "name_en": 80, "summary_zh": 200, "summary_en": 200}


class BundleForm(forms.Form):
    """A signed bundle becomes a draft version; names and words are the sender's."""

    file = forms.FileField(label=_("Bundle"), help_text=_("The .bundle.zip as it was sent."))
    base = forms.ModelChoiceField(
        BaseModel.objects.none(),
        label=_("Base model"),
        required=False,
        empty_label=_("As the bundle says"),
    )
    pack = forms.ModelChoiceField(
        StylePack.objects.all(),
        label=_("Style pack"),
        required=False,
        empty_label=_("A new pack"),
        help_text=_("Choose one to publish its next version."),
    )
    slug = ShortNameInput(
        label=_("Short name"),
        required=False,
        max_length=50,
        help_text=_("Of a new pack; left empty, the sender's."),
    )
    changes = forms.CharField(
        label=_("What changed"),
        max_length=200,
        required=False,
        validators=[refuse_unseen_sign],
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["base"].queryset = BaseModel.objects.usable()
        self.refusal: Refused | EngineError | None = None

    def clean_file(self):
        file = self.cleaned_data["file"]
        if file.size > LARGEST_FILE:
            raise ValidationError(_("The file is larger than 1 GB. A LoRA is far smaller."))
        return file

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        file = cleaned["file"]
        try:
            bundle = bundles.opened(file.temporary_file_path(), file.name)
            triggers.check(bundle.manifest["trigger_words"], file.name)
            cleaned["base"] = bundles.base_for(bundle, cleaned.get("base"))
        except problems.REFUSALS as error:
            self.refuse(error)
        else:
            cleaned["bundle"] = bundle
            self._check_pack(bundle, cleaned)
        return cleaned

    def refuse(self, error):
        """Say beside its field why the bundle was not taken in."""
        self.refusal = error
        fields = {"slug-taken": "slug", "slug-in-use": "slug", "bundle-base-differs": "base"}
        self.add_error(fields.get(error.code, "file"), problems.of(error))

    def _check_pack(self, bundle, cleaned):
        """The chosen pack, else a new one by the sender's names, that can be stored."""
        if cleaned.get("pack"):
            return
        claimed = bundle.manifest["pack"]
        names = {name: claimed[name][:most] for name, most in _NAMES.items()}
        pack = StylePack(slug=cleaned.get("slug") or claimed["slug"], **names)
        try:
            pack.full_clean(exclude=["kind"])
        except ValidationError as error:
            faults = error.message_dict
            if "slug" in faults:
                self.add_error("slug", faults.pop("slug"))
            if faults:
                facts = {"name": bundle.name, "reason": ", ".join(sorted(faults))}
                self.refuse(EngineError("bundle-manifest-odd", **facts))
        cleaned["pack"] = pack


class StudioForm(forms.Form):
    """A studio to be trusted."""

    name = forms.CharField(
        label=_("What you call it"), max_length=120, validators=[refuse_odd_sign]
    )
    public_key = forms.CharField(
        label=_("Its public key"),
        max_length=200,
        help_text=_(
            "The line of 44 letters from the other studio's page. Compare the fingerprint by "
            "another way than the one the key came by."
        ),
    )
