"""Which workers hang: the second clock, and the pulse of a process."""

import logging
import os
from collections import Counter
from dataclasses import dataclass

from django.db import DatabaseError, close_old_connections
from django.utils import timezone

from brandstudio.core.process import silence
from brandstudio.core.queue import lease
from brandstudio.core.queue.reconcile import work_models

STARTING_SECONDS = 180.0  # a cold disk needs long to load torch
DOUBLINGS = 3  # at most: 45 s grow to 6 minutes, the 3 of a start to 24
CALM_SECONDS = 3600.0  # a worker that lived so long is forgiven its earlier silences

logger = logging.getLogger(__name__)


class Watch:
    """Kills those of the supervisor's running children that are workers and hang, and says why.

    say: called with a line for the operator. longest_silence: seconds without a sign of life
    (`silence`). Each kill doubles it for the next process of that worker: what was too slow once on
    a full machine is given more time. read: the Reading of a process id.
    """

    def __init__(self, say, longest_silence, read=silence.read):
        self._say = say
        self._longest_silence = longest_silence
        self._read = read
        self._heard: dict[int, _Heard] = {}  # by process id
        self._kills: Counter[str] = Counter()  # for silence, in a row, by the worker's name

    def __call__(self, children):
        workers = [child for child in children if "STUDIO_PULSE" in child.program.env]
        self._heard = {child.pid: self._listen(child) for child in workers}
        for child in workers:
            if why := self._why_hanging(child):
                self._say(f"{child.program.name} hangs: {why}. Killing it.")
                child.kill()

    def _listen(self, child):
        """What was heard of the child until now: silence that grows, or begins anew."""
        pulse_at = _touched_at(child.program.env["STUDIO_PULSE"])
        reading = self._read(child.pid)
        before = self._heard.get(child.pid) or _Heard(None, silence.Reading(child.started))
        if pulse_at != before.pulse_at:
            return _Heard(pulse_at, reading)
        silent = before.silent + silence.could_speak(before.reading, reading)
        return _Heard(pulse_at, reading, silent)

    def _why_hanging(self, child):
        """Why the worker must be killed, as a sentence; None when it must not."""
        name, heard = child.program.name, self._heard[child.pid]
        longest = self._longest_silence
        if heard.pulse_at is None:
            longest = max(longest, STARTING_SECONDS)
        if heard.silent > longest * 2 ** min(self._kills[name], DOUBLINGS):
            self._kills[name] += 1
            return f"no sign of life for {heard.silent:.0f} s"
        if heard.reading.at - child.started > CALM_SECONDS:
            del self._kills[name]
        return _why_stalled(child.pid)


@dataclass(frozen=True)
class _Heard:
    """pulse_at: when the pulse file was touched last; None while it is not there."""

    pulse_at: float | None
    reading: silence.Reading
    silent: float = 0.0  # seconds


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


def _why_stalled(pid):
    try:
        close_old_connections()
        stalled = stalled_rows(pid)
    except DatabaseError as error:
        logger.warning("The database does not answer (%s); hanging jobs wait.", error)
        return None
    return ", ".join(f"{row.job_id} shows no progress" for row in stalled) or None


def _touched_at(path):
    try:
        return os.stat(path).st_mtime
    except FileNotFoundError:
        return None
