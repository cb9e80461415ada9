"""A poster as a marketer composes it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from brandstudio.core.forms import GuardedModelForm
from gallery import problems
from gallery.models import Channel, Poster
from gallery.services import banned_names, posters
from training.engine.errors import EngineError

# Parts of the layout that are fields of the form, too.
_PARTS = {"headline", "subline", "price", "price_note", "legal", "logo"}
_PIECES = ("logo", "font", "colour", "legal")


class PosterForm(GuardedModelForm):
    """`.composition` is there once it is valid. focus_x, focus_y: percent; empty is the car."""

    GUARD = ("state",)  # only a draft is edited
    ALONG = ("edited_by",)

    composition = None
    focus_x = forms.IntegerField(label=_("Middle of the picture, across"), required=False)
    focus_y = forms.IntegerField(label=_("Middle of the picture, down"), required=False)

    class Meta:
        model = Poster
        fields = [
            "headline",
            "subline",
            "price",
            "price_note",
            "language",
            "template",
            "channel",
            "legal",
            "logo",
            "font",
            "colour",
            "focus_x",
            "focus_y",
        ]
        widgets = {
            "subline": forms.Textarea(attrs={"rows": 2}),
            "headline": forms.Textarea(attrs={"rows": 2}),
        }
        help_texts = {
            "headline": _("It breaks by itself; a new line of yours is kept."),
            "price": _("Such as 12.98 万元起 or From RMB 129,800."),
            "price_note": _("Such as 官方指导价."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["channel"].queryset = Channel.objects.in_use()
        for name in _PIECES:
            field = self.fields[name]
            field.required = False
            field.empty_label = _("none")
            own = getattr(self.instance, f"{name}_id")
            field.queryset = field.queryset.in_use() | field.queryset.filter(pk=own)
        self.fields["font"].empty_label = _("the look's own")
        self.fields["colour"].empty_label = _("the look's own")
        for name in ("focus_x", "focus_y"):
            share = getattr(self.instance, name)
            self.initial[name] = None if share is None else round(100 * share)
            self.fields[name].min_value, self.fields[name].max_value = 0, 100
            self.fields[name].widget.attrs |= {"min": 0, "max": 100, "placeholder": _("the car")}
            self.fields[name].unit = "%"

    def clean_focus_x(self):
        return self._share("focus_x")

    def clean_focus_y(self):
        return self._share("focus_y")

    def _share(self, name):
        percent = self.cleaned_data[name]
        if percent is not None and not 0 <= percent <= 100:
            raise forms.ValidationError(_("Between 0 and 100 percent."))
        return None if percent is None else percent / 100

    def clean(self):
        cleaned = super().clean()
        if (cleaned.get("focus_x") is None) != (cleaned.get("focus_y") is None):
            missing = "focus_x" if cleaned.get("focus_x") is None else "focus_y"
            self.add_error(missing, _("Give both, or neither for the car."))
        for name in ("headline", "subline", "price", "price_note"):
            if refusal := banned_names.refusal_of(cleaned.get(name) or ""):
                self.add_error(name, problems.of(refusal))
        return cleaned

    def _post_clean(self):
        super()._post_clean()
        if self.errors:
            return
        try:
            self.composition = posters.composed(self.instance)
        except EngineError as error:
            self.add_error(_field_of(error), problems.of(error))


def _field_of(error):
    """The field that mends it; None where no single one does."""
    part = error.facts.get("part")
    return part if part in _PARTS else None
