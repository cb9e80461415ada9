"""One accelerator, two warm processes: who may use it now. No Django here.

Training and rendering on one host share a device by a lease: a lock on a file, which the kernel
takes back from a process that dies. A waiting renderer raises a flag; training sees it between
two steps, lets go, and takes the device back once nobody renders, or after a turn. A renderer owes
training the time it took while training waited: once it owes a whole turn it lets go between two
of its own steps, and training keeps the device until the debt is paid. So the first render step
waits for at most one training step, and training gets at least half the time.

The flags are locks too: a shared lock on `….wanted` says "a renderer waits", one on `….training`
says "a training is under way here". A dead process lowers its flags by dying.
"""

import fcntl
import json
import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


class LeaseAbandoned(Exception):
    """The wait for the device ended because the work was called off."""


@dataclass(frozen=True)
class Sharing:
    """How the device is shared. All in seconds."""

    turn: float = 60.0  # rendering that training must bear at a stretch
    settle: float = 0.5  # the device must be free this long before training takes it back:
    # longer than a warm renderer needs from one job to the next
    poll: float = 0.05


def never():
    return False


class Device:
    """The lease on one device of this host.

    folder: where the lock files are; the same for every process of the studio on this host.
    name: the device, such as "cuda:0" or "cpu".
    """

    def __init__(self, folder, name="cpu", sharing=None):
        base = Path(folder)
        base.mkdir(parents=True, exist_ok=True)
        # The folder may be shared between hosts; a device is not.
        stem = f"device-{os.uname().nodename}-{name.replace(':', '-')}"
        self.sharing = sharing or Sharing()
        self._lock_path = base / f"{stem}.lock"
        self._wanted_path = base / f"{stem}.wanted"
        self._training_path = base / f"{stem}.training"

    @contextmanager
    def training(self, should_stop=never):
        """Hold the device for a training. Yields its TrainingTurn; waits until it has the device.

        Raises LeaseAbandoned when should_stop() says so while waiting.
        """
        with _flag(self._training_path), _lock_file(self._lock_path) as lock:
            turn = TrainingTurn(self, lock, should_stop)
            turn.begin()
            try:
                yield turn
            finally:
                turn.end()

    @contextmanager
    def rendering(self, should_stop=never):
        """Hold the device for a rendering. Yields its RenderingTurn; waits until it has the device.

        Raises LeaseAbandoned when should_stop() says so while waiting.
        """
        with _lock_file(self._lock_path) as lock:
            turn = RenderingTurn(self, lock, should_stop)
            turn.begin()
            try:
                yield turn
            finally:
                turn.end()

    def is_wanted(self):
        """Whether a renderer waits for the device."""
        return _is_raised(self._wanted_path)

    def has_training(self):
        """Whether a training is under way on this device, holding it or waiting for it."""
        return _is_raised(self._training_path)


class _Turn:
    def __init__(self, device, lock, should_stop):
        self.device = device
        self.sharing = device.sharing
        self._lock = lock
        self._should_stop = should_stop
        self._since = None  # monotonic moment since which this process holds the device

    @property
    def held(self):
        """Seconds since this turn got the device; 0 while it has not."""
        return 0.0 if self._since is None else time.monotonic() - self._since

    def _take(self, may_take):
        while not (may_take() and _try_lock(self._lock, fcntl.LOCK_EX)):
            if self._should_stop():
                raise LeaseAbandoned("The work was called off while it waited for the device.")
            time.sleep(self.sharing.poll)
        self._since = time.monotonic()

    def _is_owed_a_turn(self):
        return _read_debt(self._lock) >= self.sharing.turn

    def _let_go(self, debt):
        """debt: the seconds that rendering owes training from here on."""
        if self._since is None:
            return
        _write_debt(self._lock, debt)
        self._since = None
        fcntl.flock(self._lock, fcntl.LOCK_UN)


class TrainingTurn(_Turn):
    """The device as a training sees it."""

    def begin(self):
        self._take_back()

    def end(self):
        self._let_go(debt=0.0)

    def device_wanted(self):
        """Between two steps: whether a renderer waits and it is its turn."""
        if self._debt() <= 0:
            self._paying = False
        return not self._paying and self.device.is_wanted()

    def yield_device(self):
        """Between two steps: let a renderer work if one is wanted. Returns the seconds given."""
        if not self.device_wanted():
            return 0.0
        began = time.monotonic()
        self._let_go(self._debt())
        self._take_back()
        return time.monotonic() - began

    def _debt(self):
        return max(0.0, _read_debt(self._lock) - self.held)

    def _take_back(self):
        start = time.monotonic()
        quiet_since = None

        def may_take():
            # After a whole turn the renderer lets go by itself, and its flag no longer counts.
            nonlocal quiet_since
            if self._is_owed_a_turn() or time.monotonic() - start >= self.sharing.turn:
                return True
            if self.device.is_wanted() or not _is_free(self.device._lock_path):
                quiet_since = None
                return False
            quiet_since = quiet_since or time.monotonic()
            return time.monotonic() - quiet_since >= self.sharing.settle

        self._take(may_take)
        self._paying = self._is_owed_a_turn()


class RenderingTurn(_Turn):
    """The device as a renderer sees it."""

    def begin(self):
        with _flag(self.device._wanted_path):
            self._take(self._training_is_content)

    def end(self):
        self._let_go(self._debt())

    def device_wanted(self):
        """Between two steps: whether training has waited for a whole turn."""
        return self._debt() >= self.sharing.turn

    def yield_device(self):
        """Between two steps: give training its share if it is due. Returns the seconds given."""
        if not self.device_wanted():
            return 0.0
        began = time.monotonic()
        self._let_go(self._debt())
        self.begin()
        return time.monotonic() - began

    def _debt(self):
        if not self.device.has_training():
            return 0.0  # nobody waits, so nothing is owed
        return min(_read_debt(self._lock) + self.held, self.sharing.turn)

    def _training_is_content(self):
        # Without this, two renderers could hand the device to each other past training.
        return not (self._is_owed_a_turn() and self.device.has_training())


@contextmanager
def _lock_file(path):
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)  # and with it every lock held through it


@contextmanager
def _flag(path):
    with _lock_file(path) as handle:
        # Waits only for the instant in which somebody looks whether the flag is raised.
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def _is_raised(path):
    return not _is_free(path)


def _is_free(path):
    with _lock_file(path) as handle:
        return _try_lock(handle, fcntl.LOCK_EX)


def _try_lock(handle, kind):
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _read_debt(handle):
    """Seconds that rendering owes training, as the last holder left it in the lock file."""
    text = os.pread(handle, 64, 0)
    try:
        return float(json.loads(text)["debt"])
    except (ValueError, KeyError, TypeError):
        return 0.0  # a new file, or a holder that died in the middle of writing


def _write_debt(handle, debt):
    text = json.dumps({"debt": round(debt, 3)}).ljust(64).encode()
    os.pwrite(handle, text, 0)
