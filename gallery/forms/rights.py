from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import ExpiryField, RightsFields
from gallery.models import InitImageUpload, ProductCutout


class ExtendForm(forms.Form):
    """Until when rights that have ended last now."""

    until = ExpiryField(label=_("The rights last until"), help_text=_("Left empty: without end."))

    def clean_until(self):
        until = self.cleaned_data["until"]
        if until and until <= timezone.now():
            raise forms.ValidationError(_("Choose a day to come."))
        return until


class CutoutRightsForm(RightsFields):
    class Meta(RightsFields.Meta):
        model = ProductCutout


class StartRightsForm(RightsFields):
    class Meta(RightsFields.Meta):
        model = InitImageUpload
