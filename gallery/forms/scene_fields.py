"""The fields of the create page's form: what each takes, and what it is called."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Campaign
from gallery.models import (
    Asset,
    Channel,
    Daylight,
    ProductCutout,
    PromptTemplate,
    SceneMode,
    Scheduler,
    StyleVersion,
)
from gallery.services import orders
from gallery.services.orders import Placement

COUNTS = (1, 2, 4, 8)
MODES = (SceneMode.TEXT, SceneMode.IMAGE, SceneMode.PRODUCT)


def _share(label, usual):
    """A number field for a share of the frame, in percent."""
    field = forms.FloatField(
        label=label,
        required=False,
        min_value=-100,
        max_value=200,
        initial=round(usual * 100),
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )
    field.unit = "%"
    return field


_CHANNEL_GONE = _("This channel does not exist any more. Choose again.")


def _channels():
    return forms.ModelMultipleChoiceField(
        Channel.objects.in_use(),
        required=False,
        to_field_name="slug",
        error_messages={"invalid_choice": _CHANNEL_GONE},
    )


class SceneFields(forms.Form):
    template = forms.ModelChoiceField(
        PromptTemplate.objects.none(), required=False, widget=forms.HiddenInput
    )
    free = forms.CharField(
        label=_("Your own words"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "data-terms": ""}),
        help_text=_(
            "English, or Chinese that the glossary knows. <lora:name> adds a style pack, "
            "<lora:name:0.7> at another strength, (word:1.2) stresses a word."
        ),
    )
    pack = forms.ModelMultipleChoiceField(
        StyleVersion.objects.none(),
        required=False,
        error_messages={
            "invalid_choice": _("One of the style packs does not exist any more. Choose again."),
            "invalid_pk_value": _("One of the style packs does not exist any more. Choose again."),
        },
    )
    channel = forms.ModelChoiceField(
        Channel.objects.in_use(),
        required=False,
        to_field_name="slug",
        empty_label=None,
        error_messages={"invalid_choice": _CHANNEL_GONE},
    )
    further = _channels()  # that the pictures go to besides
    anew = _channels()  # those of them in whose shape they are painted anew
    campaign = forms.ModelChoiceField(
        Campaign.objects.none(),
        label=_("Campaign"),
        required=False,
        to_field_name="slug",
        empty_label=_("none"),
        error_messages={"invalid_choice": _("This campaign has ended or is gone. Choose again.")},
    )
    count = forms.TypedChoiceField(
        label=_("How many"),
        choices=[(n, n) for n in COUNTS],
        coerce=int,
        initial=4,
        error_messages={"invalid_choice": _("Choose 1, 2, 4 or 8.")},
    )
    seed = forms.IntegerField(
        label=_("Seed"),
        required=False,
        min_value=0,
        max_value=orders.LARGEST_SEED,
        help_text=_("Empty: any. The same seed gives the same picture."),
    )
    steps = forms.IntegerField(
        label=_("Steps"),
        min_value=orders.STEPS[0],
        max_value=orders.STEPS[1],
        initial=orders.DEFAULT_STEPS,
    )
    guidance = forms.FloatField(
        label=_("Guidance"),
        min_value=orders.GUIDANCE[0],
        max_value=orders.GUIDANCE[1],
        initial=orders.DEFAULT_GUIDANCE,
        help_text=_("How strictly the prompt is followed."),
        widget=forms.NumberInput(attrs={"step": "0.5"}),
    )
    scheduler = forms.ChoiceField(
        label=_("Scheduler"),
        choices=Scheduler.choices,
        initial=Scheduler.DPM,
        required=False,
        help_text=_("How noise becomes the picture. Another one gives another picture."),
    )
    negative = forms.CharField(
        label=_("Not in the picture"),
        required=False,
        max_length=400,
        widget=forms.TextInput(attrs={"data-terms": ""}),
    )
    sweep = forms.CharField(
        label=_("Strength sweep"),
        required=False,
        max_length=80,
        help_text=_("One picture for each, same seed: 0.5 0.6 0.7 0.8"),
    )
    reason = forms.CharField(label=_("Reason for leaving the band"), required=False, max_length=400)
    made_from = forms.ModelChoiceField(
        Asset.objects.none(),
        required=False,
        widget=forms.HiddenInput,
        error_messages={
            "invalid_choice": _(
                "The picture that this was to be made from is not there any more. Paint again: "
                "the settings stay, without it."
            )
        },
    )

    mode = forms.ChoiceField(
        label=_("What to start from"),
        choices=[(mode.value, mode.label) for mode in MODES],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the three.")},
    )
    init_image = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    denoising_strength = forms.IntegerField(
        label=_("How much changes"),
        required=False,
        min_value=5,
        max_value=100,
        initial=round(orders.DEFAULT_DENOISING_STRENGTH * 100),
    )
    cutout = forms.ModelChoiceField(
        ProductCutout.objects.none(), label=_("The real car"), required=False
    )
    cutout_light = forms.ChoiceField(
        label=_("Light on the car"),
        choices=[("", _("as in the scene")), *Daylight.choices],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the list.")},
    )
    cutout_x = _share(_("Middle, from the left"), Placement.x)
    cutout_y = _share(_("Foot, from the top"), Placement.y)
    cutout_width = _share(_("Width"), Placement.width)
