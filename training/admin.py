"""The base models in the admin pages: what their licences allow."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from brandstudio.core.admin import ChangedOnly
from brandstudio.core.forms import GuardedModelForm
from brandstudio.core.input import reasons
from training.models import BaseModel


class BaseModelForm(GuardedModelForm):
    """What a licence allows decides what may leave: who changes that says why."""

    reason = forms.CharField(
        label=_("why"),
        required=False,
        max_length=300,
        help_text=_("Needed where what the licence allows is changed; it is kept in the history."),
    )

    class Meta:
        model = BaseModel
        fields = ("licence", "licence_class")

    def clean(self):
        cleaned = super().clean()
        why = reasons.in_one_line(cleaned.get("reason") or "")
        if "licence_class" in self.changed_data and not why:
            said = _("Write why the licence allows something else now, such as its paragraph.")
            self.add_error("reason", said)
        return cleaned


@admin.register(BaseModel)
class BaseModelAdmin(ChangedOnly, admin.ModelAdmin):
    """Only what a person knows better than the files: all else is read from them."""

    form = BaseModelForm
    fields = ["name", "licence", "licence_class", "reason"]
    readonly_fields = ["name"]
    list_display = ["name", "family", "licence", "licence_class", "is_present"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
