"""What a marketer sends in for a picture, read into a SceneOrder; the door validates it."""

import json

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from brandstudio.core.models import Campaign
from gallery import problems
from gallery.forms import scene_order
from gallery.forms.scene_fields import SceneFields
from gallery.models import Asset, PromptTemplate, ReviewState, StyleVersion
from gallery.problems import REFUSALS
from gallery.services import cutouts, library, vehicle_words

# Where a refusal is shown; all others stand above the form.
_FIELD_OF = {
    "slot-value-unknown": "template",
    "colour-not-of-vehicle": "template",
    "vehicle-without-colours": "template",
    "template-not-approved": "template",
    "prompt-not-yours": "free",
    "prompt-bad-tag": "free",
    "prompt-tag-like": "free",
    "prompt-tag-parts": "free",
    "prompt-tag-unsupported": "free",
    "prompt-tag-here": "free",
    "prompt-alternating": "free",
    "prompt-scheduled": "free",
    "prompt-composed": "free",
    "prompt-weight-like": "free",
    "prompt-weight-impossible": "free",
    "prompt-brackets-crossed": "free",
    "prompt-tag-in-negative": "negative",
    "prompt-too-long": "free",
    "prompt-empty": "free",
    "pack-unknown": "free",
    "pack-not-among": "free",
    "strength-out-of-band": "free",  # of a tag; a ticked pack has its slider
    "pack-not-approved": "pack",
    "pack-replaced": "pack",
    "trial-only": "pack",
    "packs-too-many": "pack",
    "packs-of-two-bases": "pack",
    "pair-forbidden": "mix",
    "mix-three-untested": "mix",
    "mix-too-strong": "mix",
    "mix-needs-test": "mix",
    "mix-reason-missing": "mix",
    "trial-in-campaign": "campaign",
    "reason-missing": "reason",
    "sweep-needs-one-pack": "sweep",
    "sweep-unreadable": "sweep",
    "init-image-missing": "init_image",
    "init-image-gone": "init_image",
    "init-image-not-yours": "init_image",
    "picture-declined": "init_image",
    "picture-withdrawn": "init_image",
    "denoising-strength-out-of-range": "denoising_strength",
    "cutout-missing": "cutout",
    "cutout-gone": "cutout",
    "cutout-outside": "cutout",
}


class SceneForm(SceneFields):
    def __init__(self, data=None, *, person, template=None, **kwargs):
        """person: who asks. template: the PromptTemplate shown, or None for free prompts."""
        super().__init__(data, **kwargs)
        self.person, self.shown_template = person, template
        self.order, self.further = None, []
        self._repeats = {}
        approved = PromptTemplate.objects.approved()
        self.fields["template"].queryset = approved
        # Retired ones too, so that the answer can say what became of them.
        known = StyleVersion.objects.filter(state__in=(ReviewState.APPROVED, ReviewState.RETIRED))
        known |= StyleVersion.objects.tried_by(person)
        self.fields["pack"].queryset = known.select_related("pack", "base")
        self.fields["made_from"].queryset = Asset.objects.visible_to(person)
        self.fields["campaign"].queryset = Campaign.objects.open()
        self.fields["cutout"].queryset = cutouts.offered_to(person)
        if not person.may_write_prompts:
            del self.fields["free"], self.fields["negative"]
        if not person.may_leave_band:
            del self.fields["reason"]
        held = vehicle_words.held_colours(template) if template else {}
        for slot in template.slots if template else ():
            self.fields[f"slot_{slot['name']}"] = _slot_field(slot, held.get(slot["name"]))

    @cached_property
    def versions(self):
        """Versions that may be picked, with pack, base and pictures; a sent form needs none."""
        return library.versions_for(self.person)

    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        try:
            words, packs = scene_order.words_and_packs(self)
            self._repeats = scene_order.repeats_of(packs)
            self.order = scene_order.order_of(self, words, packs)
            self.further = scene_order.further_of(cleaned)
        except REFUSALS as error:
            self.refuse(error)
        return cleaned

    def refuse(self, error):
        """Put a refusal beside the field it speaks of."""
        sentence, name = problems.of(error), error.facts.get("name")
        if error.code == "strength-out-of-band" and name in self._repeats:
            facts = {**error.facts, "parts": self._repeats[name]}
            sentence = problems.sentence("strengths-add-up", facts)
        if error.code in {"strength-out-of-band", "strength-unreadable"}:
            for version in self.cleaned_data.get("pack") or ():
                if str(version.pack) == name:
                    self.add_error_to_strength(version, sentence)
                    return
        field = _FIELD_OF.get(error.code)
        if field == "mix":  # no field: what stands below all sliders
            self.fields["mix"] = forms.Field(required=False)
        self.add_error(field if field in self.fields else None, sentence)

    def add_error_to_strength(self, version, sentence):
        """Put the sentence beside that pack's slider."""
        name = f"strength_{version.pk}"
        self.fields[name] = forms.FloatField(required=False)
        self.add_error(name, ValidationError(sentence))


class _HeldSelect(forms.Select):
    """A list whose options tell slots.js with which values of another list they go."""

    def __init__(self, chooser, goes_with, **kwargs):
        super().__init__({"data-held-to": f"slot_{chooser}"}, **kwargs)
        self.goes_with = goes_with

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        option["attrs"]["data-goes-with"] = json.dumps(self.goes_with[value])
        return option


def _slot_field(slot, held=None):
    """held: (the slot of the vehicle, {phrase: vehicles it goes with}) for a vehicle's colours."""
    options = [(o["value"], PromptTemplate.slot_label(o)) for o in slot["options"]]
    widget = _HeldSelect(*held, choices=options) if held else forms.Select(choices=options)
    return forms.CharField(label=PromptTemplate.slot_label(slot), required=False, widget=widget)
