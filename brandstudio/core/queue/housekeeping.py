"""What is done once a day, in the background: each room registers its own in AppConfig.ready."""

import logging
from collections.abc import Callable

from django.apps import apps
from django.utils import timezone
from redis.exceptions import RedisError

from brandstudio.core import blobs
from brandstudio.core.models.fields import BlobField
from brandstudio.core.queue import work_queue

_DAY = 24 * 3600
_daily: list[Callable[[], object]] = []

logger = logging.getLogger(__name__)


def register(task):
    """Add a function without arguments, called once a day; safe to call twice."""
    if task not in _daily:
        _daily.append(task)
    return task


def enqueue_if_due():
    """Queue today's tasks, unless some process did so already."""
    today = f"housekeeping-{timezone.localdate():%Y%m%d}"
    try:
        if work_queue.connection().set(f"studio:{today}", "1", nx=True, ex=_DAY):
            work_queue.enqueue(
                work_queue.BACKGROUND, "brandstudio.core.queue.housekeeping.run", job_id=today
            )
    except RedisError as error:
        logger.warning("Redis does not answer (%s); the day's tasks wait.", error)


def run():
    """Do every task. One that fails is logged and does not keep the others from theirs."""
    for task in _daily:
        try:
            task()
        except Exception:
            logger.exception("The daily task %s failed.", task.__name__)


def discard_unnamed(hashes):
    """Remove those of these blobs that no row names any more. Returns how many."""
    unnamed = [sha256 for sha256 in set(hashes) if sha256 and not is_named(sha256)]
    for sha256 in unnamed:
        blobs.discard(sha256)
    return len(unnamed)


def is_named(sha256):
    """Whether any row of any room names this blob."""
    return any(
        model._base_manager.filter(**{name: sha256}).exists() for model, name in blob_columns()
    )


def all_named():
    """The hashes of all blobs that rows of any room name."""
    hashes = set()
    for model, name in blob_columns():
        hashes.update(model._base_manager.values_list(name, flat=True).distinct().iterator())
    return hashes - {""}


def rows_naming(sha256):
    """Rows with a column that names this blob, as [(row, column)]."""
    return [
        (row, name)
        for model, name in blob_columns()
        for row in model._base_manager.filter(**{name: sha256})
    ]


def blob_columns():
    """[(model, column)] of all that name blobs: those made as BlobField, and no others."""
    return [
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, BlobField)
    ]
