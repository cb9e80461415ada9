"""How long a process was silent, counted in time in which it could have spoken."""

import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

WANTS = frozenset("RD")  # a thread waits for the processor, or for a disk
STARVED_SHARE = 0.5  # of one processor: who wants more and gets less is kept waiting


@dataclass(frozen=True)
class Reading:
    """What the system tells of a process at a moment.

    at: monotonic seconds. cpu: seconds of processor time so far, all threads together. wants:
    whether any thread would compute if it were let; never known elsewhere than on Linux.
    """

    at: float
    cpu: float = 0.0
    wants: bool = False


def read(pid):
    """A Reading of the process as it is now; that of an idle one when it has just ended."""
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.NoSuchProcess:
        return Reading(time.monotonic())
    return Reading(time.monotonic(), times.user + times.system, _wants(pid))


def could_speak(before, after):
    """Seconds between two Readings in which the process could have shown a sign of life.

    A process that wants to compute and is not let, on a machine that is full, does not hang: only
    what it was given counts. One that sleeps, is frozen or computes at full speed had all of it.
    """
    passed = after.at - before.at
    given = max(0.0, after.cpu - before.cpu)
    is_starved = after.wants and given < STARVED_SHARE * passed
    return given if is_starved else passed


def _wants(pid):
    states = set()
    for stat in Path(f"/proc/{pid}/task").glob("*/stat"):
        with suppress(OSError):  # the thread has just ended
            states.add(stat.read_text().rpartition(")")[2].split()[0])
    return bool(states & WANTS)
