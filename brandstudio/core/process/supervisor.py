"""Keeps the studio's processes alive: starts them in order, restarts the dead, ends them all.

Plain subprocesses, each in its own session, so that a terminal's Ctrl-C reaches the supervisor
alone. A supervisor that is killed takes its children with it (`parent`).
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from brandstudio.core.process import parent, priority

FIRST_PAUSE = 0.5  # seconds before a dead child is started again; doubles with each death
LONGEST_PAUSE = 30.0
CALM = 60.0  # a child that lived so long is forgiven its earlier deaths
TICK = 0.2
LOG_BYTES = 10 * 2**20  # a log longer than this is put aside when its program starts
KILL_PAUSE = 2.0  # between a second request to end and the end


@dataclass(frozen=True)
class Program:
    """One kind of child process."""

    name: str
    command: tuple[str, ...]
    stop_seconds: float  # from the asking to the insisting
    niceness: int = 0
    env: dict[str, str] = field(default_factory=dict)
    before_start: Callable[[int], None] = lambda deaths: None  # deaths: in a row, each soon


class Child:
    """A program and, most of the time, the process that runs it."""

    def __init__(self, program, log_dir):
        self.program = program
        self.log = Path(log_dir) / f"{program.name}.log"
        self.process: subprocess.Popen | None = None
        self.started = 0.0
        self.deaths = 0  # in a row, without a calm stretch in between
        # Monotonic moment of the next start; None until it is first wanted.
        self.start_at: float | None = None

    @property
    def pid(self):
        return self.process.pid if self.process else None

    @property
    def _running(self):
        if self.process is None:
            raise ValueError(f"{self.program.name} was not started")
        return self.process

    def start(self):
        self.program.before_start(self.deaths)
        if self.log.exists() and self.log.stat().st_size > LOG_BYTES:
            os.replace(self.log, self.log.with_suffix(".log.1"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.program.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **self.program.env, "STUDIO_SUPERVISOR": str(os.getpid())},
                start_new_session=True,
                preexec_fn=self._prepare,
            )
        self.started = time.monotonic()

    def _prepare(self):
        parent.die_with_parent()
        priority.leave_room(self.program.niceness)

    def reap(self):
        """The exit status of a process that has just ended, and what it left behind is ended too.

        None while it runs. Negative: the signal that killed it.
        """
        status = self._running.poll()
        if status is not None:
            self.signal_group(signal.SIGKILL)
            self.process = None
        return status

    def signal(self, number):
        if self.process and self.process.poll() is None:
            self.process.send_signal(number)

    def kill(self):
        """End it and all it started, now. Its death is noticed at the next tick."""
        self.signal_group(signal.SIGKILL)
        self._running.wait()

    def signal_group(self, number):
        try:
            os.killpg(self._running.pid, number)
        except ProcessLookupError:
            return  # nobody is left in it

    def pause_before_restart(self):
        """Seconds to wait before the next start: longer each time it dies soon."""
        if time.monotonic() - self.started > CALM:
            self.deaths = 0
        self.deaths += 1
        return min(FIRST_PAUSE * 2 ** (self.deaths - 1), LONGEST_PAUSE)


class Supervisor:
    """Runs programs until told to stop.

    programs: in starting order; they end in the opposite order. say: called with a line for the
    operator. watch: called about every `watch_seconds` with the running children; it may signal
    those that hang.
    """

    def __init__(self, programs, log_dir, say, watch=lambda children: None, watch_seconds=10.0):
        Path(log_dir).mkdir(parents=True, exist_ok=True)
        self.children = [Child(program, log_dir) for program in programs]
        self.say = say
        self._watch = watch
        self._watch_seconds = watch_seconds
        self._watch_at = time.monotonic() + watch_seconds
        self._stop_asked = 0

    def ask_to_stop(self, *_):
        """A signal handler: once ends everything in order, twice at once."""
        self._stop_asked += 1

    @property
    def is_stopping(self):
        return self._stop_asked > 0

    def want(self, *names):
        """From the next tick on, keep these programs running; without names, all of them."""
        for child in self.children:
            if child.start_at is None and (not names or child.program.name in names):
                child.start_at = time.monotonic()

    def run(self):
        """Look after the children until asked to stop. Doesn't end them: `stop` does."""
        while not self.is_stopping:
            self.tick()
            time.sleep(TICK)

    def tick(self):
        """Start what is due, notice what has died, and now and then look for what hangs."""
        now = time.monotonic()
        for child in self.children:
            if child.process is None:
                if child.start_at is not None and now >= child.start_at:
                    child.start()
            elif (status := child.reap()) is not None:
                pause = child.pause_before_restart()
                child.start_at = now + pause
                self.say(
                    f"{child.program.name} ended ({_ending(status)}); starting it again "
                    f"in {pause:g} s. Its log: {child.log}"
                )
        if now >= self._watch_at:
            self._watch_at = now + self._watch_seconds
            self._watch([child for child in self.children if child.process])

    def stop(self):
        """End every child, last started first, the ones of equal patience together."""
        for group in self._stopping_order():
            self._end(group)

    def _stopping_order(self):
        groups: list[list[Child]] = []
        for child in reversed([child for child in self.children if child.process]):
            kind = child.program.name.partition("-")[0]
            if not groups or groups[-1][0].program.name.partition("-")[0] != kind:
                groups.append([])
            groups[-1].append(child)
        return groups

    def _end(self, group):
        patience = max(child.program.stop_seconds for child in group)
        for seconds in (patience, KILL_PAUSE):
            for child in group:
                child.signal(signal.SIGTERM)
            if self._all_gone(group, seconds):
                break
        for child in group:
            child.kill()

    def _all_gone(self, group, seconds):
        deadline = time.monotonic() + seconds
        while any(child.process.poll() is None for child in group):
            if time.monotonic() > deadline or self._stop_asked > 1:
                return False
            time.sleep(0.05)
        return True


def _ending(status):
    if status >= 0:
        return f"exit status {status}"
    return f"signal {-status}, {signal.Signals(-status).name}"
