"""The gallery's reference rows in the admin pages: channels, and the words packs are found by."""

from django.contrib import admin

from brandstudio.core.admin import ChangedOnly
from gallery.models import Channel, PackTag


@admin.register(Channel)
class ChannelAdmin(ChangedOnly, admin.ModelAdmin):
    """Names and size; the rest of a channel has its own page in the studio."""

    fields = ["name_zh", "name_en", "slug", "width", "height", "position"]
    list_display = ["__str__", "width", "height", "position"]


@admin.register(PackTag)
class PackTagAdmin(ChangedOnly, admin.ModelAdmin):
    """The house's own words."""

    list_display = ["slug", "group", "name_zh", "name_en", "position"]
    list_filter = ["group"]
