from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class TrainingConfig(AppConfig):
    name = "training"
    verbose_name = _("Training")

    def ready(self):
        from brandstudio.core.queue import housekeeping, reconcile
        from training.services import (
            copies,
            empty_bin,
            photographs,
            retention,
            sweep_tastes,
            sweep_uploads,
        )

        reconcile.register(sweep_uploads)
        reconcile.register(photographs.order_reading)
        reconcile.register(copies.order_reading)
        copies.register(photographs.stored_barred)
        housekeeping.register(empty_bin)
        housekeeping.register(retention.sweep_runs)
        housekeeping.register(sweep_tastes)
