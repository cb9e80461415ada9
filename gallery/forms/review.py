from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from gallery.models.style import BAND, LEAST, MOST

DECISIONS = [("approve", ""), ("return", "")]


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

    strength_min = _strength(_("Least allowed"))
    best_min = _strength(_("Recommended from"))
    strength = _strength(_("Default"))
    best_max = _strength(_("Recommended to"))
    strength_max = _strength(_("Greatest allowed"))

    def band_fields(self):
        return [self[name] for name in BAND]

    @property
    def band(self) -> dict[str, float]:
        """The five strengths by name; a field that was left empty keeps what it showed."""
        return {
            name: self.initial[name] if self.cleaned_data[name] is None else self.cleaned_data[name]
            for name in BAND
        }
