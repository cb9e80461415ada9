"""Bring the queue back in line with the database, which is the truth.

Works on every `Work` model. A room with more to set right registers a function of its own in its
AppConfig.ready.
"""

import logging
from collections.abc import Callable
from datetime import timedelta

from django.apps import apps
from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils import timezone
from redis.exceptions import RedisError

from brandstudio.core.models import Work
from brandstudio.core.queue import lease, work_queue

logger = logging.getLogger(__name__)

_more: list[Callable[[], list[str]]] = []


def register(reconciler):
    """Add a function without arguments that sets rows right and returns the job ids it queued."""
    if reconciler not in _more:
        _more.append(reconciler)
    return reconciler


def work_models():
    """Every model whose rows a worker carries out."""
    return [model for model in apps.get_models() if issubclass(model, Work) and model.JOB]


def reconcile():
    """Queue the rows again whose worker or job has vanished. Returns their job ids."""
    queued = []
    for step in (lost_workers, lost_jobs, *_more):
        close_old_connections()
        try:
            queued += step()
        except RedisError as error:
            logger.warning("Redis does not answer (%s); lost rows wait for the next look.", error)
        except Exception:  # one room's trouble must not keep the others' rows waiting
            logger.exception("Looking for lost rows failed in %s.", step.__module__)
    if queued:
        logger.warning("Queued again: %s", ", ".join(queued))
    return queued


def reconcile_if_due():
    """As reconcile(), for whichever process comes first in each interval; [] for the others."""
    milliseconds = max(1, int(settings.RECONCILE_SECONDS * 900))  # a little under one round
    try:
        is_first = work_queue.connection().set("studio:reconciled", "1", nx=True, px=milliseconds)
    except RedisError as error:
        logger.warning("Redis does not answer (%s); lost rows wait for the next look.", error)
        return []
    return reconcile() if is_first else []


def lost_workers():
    """Rows in the hands of a worker that died: queued for their next attempt, or given up."""
    queued = []
    for model in work_models():
        for row in model._default_manager.held().order_by("pk"):
            if _has_lost_its_worker(row) and (fresh_row := _take_from_its_worker(row)):
                work_queue.enqueue_work(fresh_row)
                queued.append(fresh_row.job_id)
    return queued


def _has_lost_its_worker(row):
    lapsed = row.lease_until is not None and row.lease_until < timezone.now()
    return lapsed or lease.is_gone(row.worker)


def _take_from_its_worker(row):
    """The row, waiting for its next attempt; None if it was given up, or not lost after all."""
    with transaction.atomic():
        # Looked at once more under lock: its worker may have renewed while we waited for one.
        rows = type(row)._default_manager.held().select_for_update(of=("self",))
        row = rows.filter(pk=row.pk).first()
        if row is None or not _has_lost_its_worker(row):
            return None
        row.lose_worker()
    return row if row.is_waiting else None


def lost_jobs():
    """Rows that wait for a job which Redis does not know: the job is queued again."""
    long_ago = timezone.now() - timedelta(seconds=settings.SETTLED_SECONDS)
    queued = []
    for model in work_models():
        for row in model._default_manager.in_turn():
            if row.queued_at and row.queued_at > long_ago:
                continue  # its job may still be on the way from a commit to Redis
            if not work_queue.is_live(row.QUEUE, row.job_id):
                work_queue.enqueue_work(row)
                queued.append(row.job_id)
    return queued
