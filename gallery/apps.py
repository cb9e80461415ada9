from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self):
        from brandstudio.core.queue import housekeeping
        from gallery.services import assets

        housekeeping.register(assets.empty_bin)
