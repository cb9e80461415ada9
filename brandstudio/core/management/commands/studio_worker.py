import os

import django_rq
from django.conf import settings
from django.core.management.base import BaseCommand

from brandstudio.core.process import parent
from brandstudio.core.queue import lease
from brandstudio.core.queue.reconcile import reconcile
from brandstudio.core.queue.work_queue import NAMES
from brandstudio.core.queue.worker import Pulse, WarmWorker, warm_up


class Command(BaseCommand):
    help = "Runs one warm worker. `manage.py studio` starts one for each queue."

    def add_arguments(self, parser):
        parser.add_argument("--queue", choices=NAMES, required=True)
        parser.add_argument("--burst", action="store_true", help="End when the queue is empty.")

    def handle(self, *, queue, burst, **options):
        if supervisor := os.environ.get("STUDIO_SUPERVISOR"):
            parent.end_after_parent(int(supervisor))
        reconcile()
        if settings.WARM_UP:
            warm_up(queue)
        # After loading torch, which on a busy machine holds the interpreter longer than a pulse.
        Pulse(os.environ.get("STUDIO_PULSE")).start()
        worker = django_rq.get_worker(
            queue,
            worker_class=WarmWorker,  # type: ignore[arg-type]  # RQ has two kinds, it tells one
            name=lease.this_worker(),
            # RQ counts in whole seconds.
            job_monitoring_interval=max(1, round(settings.RENEW_SECONDS / 2)),
            maintenance_interval=max(1, round(settings.RECONCILE_SECONDS)),
            worker_ttl=max(16, round(settings.LEASE_SECONDS)),
        )
        worker.work(burst=burst)
