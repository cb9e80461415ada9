from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("Training")

    def ready(self):
        # models load after the apps
        from brandstudio.core.queue import housekeeping, reconcile  # noqa: PLC0415
        from training.services import empty_bin, retention, sweep_uploads  # noqa: PLC0415

        reconcile.register(sweep_uploads)
        housekeeping.register(empty_bin)
        housekeeping.register(retention.sweep_runs)
