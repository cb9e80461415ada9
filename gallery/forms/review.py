from django import forms
from django.utils.translation import gettext_lazy as _

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
