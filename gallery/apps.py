from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class GalleryConfig(AppConfig):
    name = "gallery"
    verbose_name = _("Gallery")

    def ready(self):
        from django.core import checks

        from brandstudio.core.models import limits
        from brandstudio.core.queue import housekeeping, reconcile
        from gallery.services import (
            assets,
            channel_files,
            deadlines,
            drift_guard,
            expiry,
            finishing,
            holds,
            known_weights,
            lookalikes,
            own_images,
            photograph_search,
            reliance,
            watermarks,
            words,
            zip_deliveries,
        )
        from training.services import copies, photographs, release

        checks.register(finishing.check_certificate)
        housekeeping.register(assets.empty_bin)
        housekeeping.register(channel_files.forget_old)
        housekeeping.register(zip_deliveries.forget_old)
        reconcile.register(expiry.tell_of_endings)  # every minute: day 0 is a moment
        reconcile.register(deadlines.tell_of_deadlines)
        reconcile.register(drift_guard.order_guard)
        reconcile.register(known_weights.order_reading)
        reconcile.register(lookalikes.order_reading)
        reconcile.register(own_images.order_reading)
        reconcile.register(photograph_search.order_search)
        reconcile.register(words.read_waiting)
        release.register(holds.recalled_from)
        copies.register(own_images.stored_compared)
        copies.register_overlays(watermarks.inks_on)
        photographs.register(
            photographs.Origins(
                own_images.check_file, own_images.read_origins, own_images.barred_among
            )
        )
        limits.register(reliance.relied_on)
