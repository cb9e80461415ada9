"""Whose hands a row is in, and the thread that keeps saying so."""

import logging
import os
import threading
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

import psutil
from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection

from brandstudio.core.input.numbers import parse_id
from brandstudio.core.models import WrongState

logger = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def _me(pid):
    return name_of(pid)


def this_worker():
    """This process, as rows and Redis name it: host, process id and birth, so no two are alike."""
    return _me(os.getpid())


def name_of(pid):
    """The name of a worker process on this host; it differs from that of any process before."""
    return f"{os.uname().nodename}:{pid}:{_birth(pid)}"


def is_gone(worker):
    """Whether the worker of this name is known to be dead. A worker on another host never is.

    Spares the wait for the lease to lapse where one can simply look.
    """
    host, _, rest = worker.partition(":")
    pid, _, birth = rest.partition(":")
    number = parse_id(pid)
    if host != os.uname().nodename or number is None:
        return False
    return _birth(number) != birth


def _birth(pid):
    """When a process began, as text; "" when it doesn't run (any more)."""
    try:
        if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return ""
        # Ticks since boot: unlike the time of day, no clock adjustment moves them.
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            return stat.read_text().rpartition(")")[2].split()[19]
        return str(int(psutil.Process(pid).create_time()))
    except (psutil.NoSuchProcess, FileNotFoundError, ProcessLookupError):
        return ""


class Hold:
    """Some rows in this worker's hands, for the length of a `renewing` block."""

    def __init__(self, rows):
        self.rows = list(rows)
        self.lost = []  # rows that were cancelled, or taken over, meanwhile

    def add(self, row):
        """Renew this row as well from now on."""
        self.rows.append(row)

    def drop(self, row):
        """Renew this row no longer: it is done."""
        self.rows.remove(row)

    def renew(self):
        for row in list(self.rows):
            try:
                row.renew()
            except WrongState:
                self.lost.append(row)
                self.rows.remove(row)


@contextmanager
def renewing(*rows):
    """Keep the leases of these rows ahead of the clock while the block runs. Yields their Hold.

    rows: claimed by this process. A row found in other hands goes to hold.lost; the job itself
    learns it at its next progress note, which raises WrongState.
    """
    hold = Hold(rows)
    over = threading.Event()
    thread = threading.Thread(target=_renew_until, args=(over, hold), daemon=True, name="lease")
    thread.start()
    try:
        yield hold
    finally:
        over.set()
        thread.join(settings.LEASE_SECONDS)


def _renew_until(over, hold):
    pause = settings.RENEW_SECONDS
    try:
        while not over.wait(pause):
            pause = settings.RENEW_SECONDS
            try:
                close_old_connections()
                hold.renew()
            except DatabaseError as error:
                # The lease outlives several missed renewals; ask again soon.
                pause = settings.RENEW_SECONDS / 10
                logger.warning("The database does not answer (%s); renewing again soon.", error)
    finally:
        connection.close()
