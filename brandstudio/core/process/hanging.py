"""Which workers hang: the second clock, and the pulse of a process."""

import logging
import os
import time

from django.conf import settings
from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from brandstudio.core.queue import lease
from brandstudio.core.queue.reconcile import work_models

STARTING_SECONDS = 180.0  # a cold disk needs long to load torch

logger = logging.getLogger(__name__)


def kill_the_hanging(children, say):
    """Kill those of the supervisor's running children that are workers and hang, and say why."""
    for child in children:
        pulse = child.program.env.get("STUDIO_PULSE")
        if pulse is None:
            continue
        lived = time.monotonic() - child.started
        if why := why_hanging(child.pid, pulse, lived, settings.LEASE_SECONDS):
            say(f"{child.program.name} hangs: {why}. Killing it.")
            child.kill()


def stalled_rows(pid):
    """Rows in the hands of the local process `pid` that have shown no progress for too long."""
    worker = lease.name_of(pid)
    now = timezone.now()
    return [
        row
        for model in work_models()
        for row in model._default_manager.held().filter(worker=worker)
        if row.progress_at and (now - row.progress_at).total_seconds() > row.stall_seconds
    ]


def why_hanging(pid, pulse, lived, longest_silence):
    """Why the local worker must be killed, as a sentence; None when it must not.

    pulse: the file it touches. lived, longest_silence: seconds since its start; at most.
    """
    silent = _age(pulse)
    if silent is None:
        silent = lived if lived > STARTING_SECONDS else 0.0
    if silent > longest_silence:
        return f"no sign of life for {silent:.0f} s"
    try:
        close_old_connections()
        stalled = stalled_rows(pid)
    except DatabaseError as error:
        logger.warning("The database does not answer (%s); hanging jobs wait.", error)
        return None
    if stalled:
        return ", ".join(f"{row.job_id} shows no progress" for row in stalled)
    return None


def _age(path):
    """Seconds since the file was touched; None when there is none."""
    try:
        return max(0.0, time.time() - os.stat(path).st_mtime)
    except FileNotFoundError:
        return None
