from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self):
        from brandstudio.core.queue import housekeeping  # noqa: PLC0415 -- models load after the apps
        from gallery.services import assets  # noqa: PLC0415

        housekeeping.register(assets.empty_bin)
