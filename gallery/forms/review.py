from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from gallery.models.style import BAND, LEAST, MOST
from gallery.services import checklist

DECISIONS = [("approve", ""), ("return", "")]


class ChecklistForm(forms.Form):
    """A reviewer's answers: a field for each item that is asked, empty while it is open."""

    def __init__(self, *args, vehicles=(), **kwargs):
        """vehicles: as `checklist.asked`, of the one picture that is reviewed."""
        super().__init__(*args, **kwargs)
        self.items = checklist.asked(vehicles)
        for item in self.items:
            self.fields[f"check_{item.key}"] = forms.ChoiceField(
                label=item.name,
                help_text=item.question,
                required=False,
                choices=list(item.answers.items()),
            )

    @property
    def rows(self):
        """[(item, its field)]"""
        return [(item, self[f"check_{item.key}"]) for item in self.items]

    @property
    def answers(self):
        """{item's key: answer} of what was answered; once the form is sent."""
        self.full_clean()
        answers = {item.key: self.cleaned_data.get(f"check_{item.key}") for item in self.items}
        return {key: answer for key, answer in answers.items() if answer}

    def mark_open(self):
        """Have the page point at the items that are not answered."""
        for key in {item.key for item in self.items} - self.answers.keys():
            self.add_error(f"check_{key}", _("Not answered yet."))


class DecisionForm(forms.Form):
    """Approve, or send back with a reason."""

    decision = forms.ChoiceField(choices=DECISIONS)
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    @property
    def band(self) -> dict[str, float] | None:
        """Strengths by name that the reviewer sets: of a version only."""
        return None


def _strength(label):
    return forms.FloatField(
        label=label,
        required=False,
        validators=[MinValueValidator(LEAST), MaxValueValidator(MOST)],
        widget=forms.NumberInput(attrs={"step": "0.05", "min": str(LEAST), "max": str(MOST)}),
    )


class VersionDecisionForm(DecisionForm):
    """As DecisionForm, with the five strengths of the version, as computed: to be narrowed."""

    strength_min = _strength(_("Allowed from"))
    strength_max = _strength(_("Allowed to"))
    best_min = _strength(_("Recommended from"))
    best_max = _strength(_("Recommended to"))
    strength = _strength(_("Default"))

    def band_fields(self):
        """In pairs, as they stand beside each other."""
        return [self[name] for name in self.fields if name in BAND]

    @property
    def band(self) -> dict[str, float]:
        """The five strengths by name; a field that was left empty keeps what it showed."""
        return {
            name: self.initial[name] if self.cleaned_data[name] is None else self.cleaned_data[name]
            for name in BAND
        }
