from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("Training")

    def ready(self):
        from brandstudio.core import reconcile  # noqa: PLC0415 -- models load after the apps
        from training.services import sweep_bin, sweep_uploads  # noqa: PLC0415

        reconcile.register(sweep_uploads)
        reconcile.register(sweep_bin)
