"""What is done once a day, in the background: each room registers its own in AppConfig.ready."""

import logging

from django.apps import apps
from django.db import models
from django.utils import timezone
from redis.exceptions import RedisError

from brandstudio.core import blobs, queue

_DAY = 24 * 3600
_chores = []
_further_names = []

logger = logging.getLogger(__name__)


def register(chore):
    """Add a function without arguments, called once a day; safe to call twice."""
    if chore not in _chores:
        _chores.append(chore)
    return chore


def register_names(finder):
    """Add finder(sha256) → whether rows name the blob elsewhere than in a column …sha256."""
    if finder not in _further_names:
        _further_names.append(finder)
    return finder


def enqueue_if_due():
    """Queue today's chores, unless some process did so already."""
    today = f"housekeeping-{timezone.localdate():%Y%m%d}"
    try:
        if queue.connection().set(f"studio:{today}", "1", nx=True, ex=_DAY):
            queue.enqueue(queue.BACKGROUND, "brandstudio.core.housekeeping.run", job_id=today)
    except RedisError as error:
        logger.warning("Redis does not answer (%s); the day's chores wait.", error)


def run():
    """Do every chore. One that fails is logged and does not keep the others from theirs."""
    for chore in _chores:
        try:
            chore()
        except Exception:
            logger.exception("The daily chore %s failed.", chore.__name__)


def discard_unnamed(hashes):
    """Remove those of these blobs that no row names any more. Returns how many."""
    unnamed = [sha256 for sha256 in set(hashes) if sha256 and not is_named(sha256)]
    for sha256 in unnamed:
        blobs.discard(sha256)
    return len(unnamed)


def is_named(sha256):
    """Whether any row of any room names this blob."""
    columns = (
        (model, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if isinstance(field, models.CharField) and field.name.endswith("sha256")
    )
    return any(
        model._base_manager.filter(**{name: sha256}).exists() for model, name in columns
    ) or any(finder(sha256) for finder in _further_names)
