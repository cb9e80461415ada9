"""The channels in the admin pages: where pictures go, and in what size."""

from django.contrib import admin

from brandstudio.core.admin import ChangedOnly
from gallery.models import Channel


@admin.register(Channel)
class ChannelAdmin(ChangedOnly, admin.ModelAdmin):
    """Platforms change, so admins edit these."""

    list_display = ["__str__", "width", "height", "position"]
