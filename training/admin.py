"""The base models in the admin pages: what their licences allow."""

from django.contrib import admin

from brandstudio.core.admin import ChangedOnly
from training.models import BaseModel


@admin.register(BaseModel)
class BaseModelAdmin(ChangedOnly, admin.ModelAdmin):
    """Only what a person knows better than the files: all else is read from them."""

    fields = ["name", "licence", "licence_class"]
    readonly_fields = ["name"]
    list_display = ["name", "family", "licence", "licence_class", "is_present"]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
