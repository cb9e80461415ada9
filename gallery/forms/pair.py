"""An admin's decision about a pair of packs."""

from django import forms
from django.utils.translation import gettext_lazy as _

DECISIONS = [("allow", _("May be mixed")), ("forbid", _("Forbidden"))]


class PairForm(forms.Form):
    """percent: the greatest sum of both shares; left out, the grid's."""

    decision = forms.ChoiceField(label=_("Decision"), choices=DECISIONS, widget=forms.RadioSelect)
    percent = forms.FloatField(
        label=_("Together at most, in percent"),
        required=False,
        min_value=1,
        max_value=200,
        help_text=_(
            "Each style counts by how much of its highest allowed strength it uses. Empty: what "
            "the grid allows. You may narrow it, never widen it."
        ),
    )
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Needed to forbid; whoever tries to mix the two will read it."),
    )
