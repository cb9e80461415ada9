"""What a marketer sends in for a picture, read into a SceneOrder; the door judges it."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from gallery import problems
from gallery.engine import prompts
from gallery.forms import unseen
from gallery.models import (
    Asset,
    Channel,
    Plate,
    PromptTemplate,
    ReviewState,
    Scheduler,
    StyleVersion,
    Way,
)
from gallery.problems import REFUSALS, Refused
from gallery.services import library, orders, sources
from gallery.services.orders import Placed, SceneOrder
from training.engine.prompts import strengths, style_tags

COUNTS = (1, 2, 4, 8)
# Where a refusal is shown; all others stand above the form.
_FIELD_OF = {
    "slot-value-unknown": "template",
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
    "packs-too-many": "pack",
    "packs-of-two-bases": "pack",
    "reason-missing": "reason",
    "sweep-needs-one-pack": "sweep",
    "sweep-unreadable": "sweep",
    "start-missing": "start",
    "start-gone": "start",
    "start-not-yours": "start",
    "change-out-of-range": "change",
    "plate-missing": "plate",
    "plate-gone": "plate",
    "plate-outside": "plate",
}
WAYS = (Way.TEXT, Way.PICTURE, Way.PRODUCT)


def _share(label, usual):
    """A number field for a share of the frame, in percent."""
    return forms.FloatField(
        label=label,
        required=False,
        min_value=-100,
        max_value=200,
        initial=round(usual * 100),
        widget=forms.NumberInput(attrs={"step": "0.1"}),
    )


class SceneForm(forms.Form):
    template = forms.ModelChoiceField(
        PromptTemplate.objects.none(), required=False, widget=forms.HiddenInput
    )
    free = forms.CharField(
        label=_("Your own words"),
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 3, "lang": "en"}),
        help_text=_("English. <lora:name:0.7> adds a style pack, (word:1.2) stresses a word."),
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
        Channel.objects.all(),
        required=False,
        to_field_name="slug",
        empty_label=None,
        error_messages={"invalid_choice": _("This channel does not exist any more. Choose again.")},
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
        widget=forms.TextInput(attrs={"lang": "en"}),
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

    way = forms.ChoiceField(
        label=_("What to start from"),
        choices=[(way.value, way.label) for way in WAYS],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the three.")},
    )
    start = forms.CharField(required=False, max_length=40, widget=forms.HiddenInput)
    change = forms.IntegerField(
        label=_("How much changes"),
        required=False,
        min_value=5,
        max_value=100,
        initial=round(orders.DEFAULT_CHANGE * 100),
    )
    plate = forms.ModelChoiceField(Plate.objects.none(), label=_("The real car"), required=False)
    plate_x = _share(_("Middle, from the left"), Placed.x)
    plate_y = _share(_("Foot, from the top"), Placed.y)
    plate_width = _share(_("Width"), Placed.width)

    ADVANCED = ("seed", "steps", "guidance", "scheduler", "negative", "sweep")

    def __init__(self, data=None, *, person, template=None, **kwargs):
        """person: who asks. template: the PromptTemplate shown, or None for free prompts."""
        super().__init__(data, **kwargs)
        self.person, self.shown_template = person, template
        self.order = None
        self._repeats = {}
        approved = PromptTemplate.objects.approved()
        self.fields["template"].queryset = approved
        # Retired ones too, so that the answer can say what became of them.
        self.fields["pack"].queryset = StyleVersion.objects.filter(
            state__in=(ReviewState.APPROVED, ReviewState.RETIRED)
        ).select_related("pack", "base")
        self.fields["made_from"].queryset = Asset.objects.visible_to(person)
        self.fields["plate"].queryset = self.plates = sources.plates_for(person)
        if not person.may_write_prompts:
            del self.fields["free"], self.fields["negative"]
        if not person.may_leave_band:
            del self.fields["reason"]
        for slot in template.slots if template else ():
            self.fields[f"slot_{slot['name']}"] = forms.CharField(
                label=PromptTemplate.slot_label(slot),
                required=False,
                widget=forms.Select(
                    choices=[(o["value"], PromptTemplate.slot_label(o)) for o in slot["options"]]
                ),
            )

    # What the page draws
    @cached_property
    def versions(self):
        """Versions that may be picked, with pack, base and pictures; a sent form needs none."""
        return library.usable_versions()

    def sentence(self):
        """The template's sentence as parts: {"text"} or {"field", "label"}."""
        for part in self.shown_template.sentence:
            if "slot" in part:
                field = self[f"slot_{part['slot']['name']}"]
                yield {"field": field, "label": field.label, "tail": part["tail"]}
            else:
                yield part

    def loose_slots(self):
        """Slots that the sentence doesn't name, so that no choice is out of reach."""
        named = {p["slot"]["name"] for p in self.shown_template.sentence if "slot" in p}
        return [
            self[f"slot_{slot['name']}"]
            for slot in self.shown_template.slots
            if slot["name"] not in named
        ]

    def pack_choices(self):
        """[{"version", "is_chosen", "strength", "field", "error", "film"}] for the picker."""
        chosen = {str(value) for value in (self["pack"].value() or ())}
        for version in self.versions:
            name = f"strength_{version.pk}"
            value = self.data.get(name) if self.is_bound else self.initial.get(name)
            yield {
                "version": version,
                "is_chosen": str(version.pk) in chosen,
                "strength": value if value not in (None, "") else version.strength,
                "field": name,
                "error": self.errors.get(name, [""])[0] if self.is_bound else "",
            }

    def way_shown(self):
        """Which of the three ways the page opens at."""
        return self["way"].value() or Way.TEXT

    def start_shown(self):
        """The Start that is chosen so far, or None."""
        return sources.find_start(self["start"].value(), self.person)

    def plate_shown(self):
        """The Plate that is chosen so far, or None."""
        chosen = str(self["plate"].value() or "")
        return next((plate for plate in self.plates if str(plate.pk) == chosen), None)

    def errors_above(self):
        """What stands above the form: what no field of the page would show."""
        return unseen.errors_above(self)

    def advanced_errors(self):
        """Whether something in the drawer is refused, so that it must stand open."""
        return any(name in self.errors for name in self.ADVANCED)

    def advanced_fields(self):
        return [self[name] for name in self.ADVANCED if name in self.fields]

    def advanced_changed(self):
        """How many of the advanced settings differ from what a new page shows."""
        return sum(
            str(self[name].value() or "") != str(self.fields[name].initial or "")
            for name in self.ADVANCED
            if name in self.fields
        )

    # What the person sent
    def clean(self):
        cleaned = super().clean()
        if self.errors:
            return cleaned
        try:
            self.order = self._order(cleaned)
        except REFUSALS as error:
            self.refuse(error)
        return cleaned

    def _order(self, cleaned):
        free, called = self.read_words(cleaned.get("free", ""))
        packs = [(version, self._strength(version)) for version in cleaned["pack"]] + called
        self._note_repeats(packs)
        template = cleaned["template"]
        return SceneOrder(
            template=template,
            slot_values={
                slot["name"]: cleaned.get(f"slot_{slot['name']}", "")
                for slot in (template.slots if template else ())
            },
            free=free,
            packs=tuple(strengths.added_up(packs)),
            channel=cleaned["channel"],
            count=cleaned["count"],
            seed=cleaned["seed"],
            steps=cleaned["steps"],
            guidance=cleaned["guidance"],
            scheduler=cleaned["scheduler"] or Scheduler.DPM,
            negative=cleaned.get("negative"),
            reason=cleaned.get("reason", ""),
            strengths=read_sweep(cleaned["sweep"]),
            made_from=cleaned["made_from"],
            **self._origin(cleaned),
        )

    def _origin(self, cleaned):
        """What the scene starts from, besides words."""
        if cleaned["way"] == Way.PICTURE:
            if not cleaned["start"]:
                raise Refused("start-missing")
            start = sources.find_start(cleaned["start"], self.person)
            if start is None:
                raise Refused("start-gone")
            change = cleaned["change"]
            return {
                "start": start,
                "change": orders.DEFAULT_CHANGE if change is None else change / 100,
            }
        if cleaned["way"] == Way.PRODUCT:
            if cleaned["plate"] is None:
                raise Refused("plate-missing")
            sent = {name: cleaned[f"plate_{name}"] for name in ("x", "y", "width")}
            sent = {name: value / 100 for name, value in sent.items() if value is not None}
            return {"placed": Placed(cleaned["plate"], **sent)}
        return {}

    def _strength(self, version):
        sent = str(self.data.get(f"strength_{version.pk}", ""))
        if not sent.strip():
            return version.strength
        strength = strengths.read(sent)
        if strength is None:
            raise Refused("strength-unreadable", name=str(version.pack), value=sent[:20])
        return round(strength, 3)

    def read_words(self, free):
        """(own words without their style tags, [(StyleVersion, strength)] of the tags)."""
        words, tags = prompts.split_tags(free)
        known = library.by_name(self.versions) if tags else {}
        return words, style_tags.called(tags, known, lambda version: version.strength)

    def _note_repeats(self, packs):
        """Remember the strengths of packs that are ticked and called as well: they add up."""
        parts = {}
        for version, strength in packs:
            parts.setdefault(str(version.pack), []).append(f"{strength:g}")
        self._repeats = {name: " + ".join(told) for name, told in parts.items() if len(told) > 1}

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
        self.add_error(field if field in self.fields else None, sentence)

    def add_error_to_strength(self, version, sentence):
        """Put the sentence beside that pack's slider."""
        name = f"strength_{version.pk}"
        self.fields[name] = forms.FloatField(required=False)
        self.add_error(name, ValidationError(sentence))


def read_sweep(text):
    """The strengths of a sweep, or () for none. Raises Refused("sweep-unreadable")."""
    found = strengths.read_all(text)
    if None in found or found and not 2 <= len(found) <= orders.MOST_PICTURES:
        raise Refused("sweep-unreadable")
    return tuple(round(strength, 3) for strength in found)
