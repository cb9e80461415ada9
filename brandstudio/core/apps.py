from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "brandstudio.core"
    label = "core"
    verbose_name = _("People and house rules")

    def ready(self):
        from brandstudio.core.access import sign_in
        from brandstudio.core.input import lookups, sentences  # noqa: F401
        from brandstudio.core.queue import housekeeping
        from brandstudio.core.ui import once

        housekeeping.register(sign_in.forget_old)
        housekeeping.register(once.forget_old)
