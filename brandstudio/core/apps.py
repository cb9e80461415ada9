from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "brandstudio.core"
    label = "core"
    verbose_name = _("People and house rules")

    def ready(self):
        from brandstudio.core import (  # noqa: PLC0415 -- models first
            housekeeping,
            lookups,  # noqa: F401 -- registers itself
            sign_in,
        )

        housekeeping.register(sign_in.forget_old)
