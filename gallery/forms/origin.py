"""What is known of the rights of a LoRA file from elsewhere."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.input.names import refuse_unseen_sign
from gallery.models.style import CommercialUse


class OriginForm(forms.Form):
    """Who made the file, its licence, and whether it may be used commercially. A draft may lack
    them; approval asks for all three."""

    origin_maker = forms.CharField(
        label=_("Who made it"),
        max_length=160,
        required=False,
        validators=[refuse_unseen_sign],
    )
    licence = forms.CharField(
        label=_("Its licence"),
        max_length=160,
        required=False,
        help_text=_("As its maker names it, or the contract."),
        validators=[refuse_unseen_sign],
    )
    commercial_use = forms.ChoiceField(
        label=_("Commercial use"), choices=CommercialUse.choices, required=False
    )

    def origin_fields(self):
        return [self[name] for name in OriginForm.base_fields]

    @property
    def origin_rights(self):
        return {name: self.cleaned_data[name].strip() for name in OriginForm.base_fields}
