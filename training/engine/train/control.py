"""How the world outside steers a run: asked at every step boundary, never in between."""

import signal
import threading


class Control:
    """Steers a run. Subclass and override what you need; the defaults never interfere.

    Every method is called from the thread that trains, once per optimizer step (and between
    images while caching), so each should answer in well under a millisecond.
    """

    def should_pause(self) -> bool:
        """True: save the state, yield Paused and end. `resume=True` goes on later."""
        return False

    def should_cancel(self) -> bool:
        """True: end without saving, yielding Cancelled."""
        return False

    def wants_save(self) -> bool:
        """True: write a checkpoint at this step. Return True once per order."""
        return False

    def wants_sample(self) -> bool:
        """True: draw the sample images at this step. Return True once per order."""
        return False

    def device_wanted(self) -> bool:
        """True: a renderer waits for the device. Where both don't fit on it, the run moves to host
        memory before it calls yield_device()."""
        return False

    def yield_device(self) -> None:
        """Give the device away and return when it is ours again. May block.

        Called at every step boundary.
        """


class SignalControl(Control):
    """Pauses (saves and ends cleanly) on SIGTERM or Ctrl-C; a second Ctrl-C ends at once.

    Use as a context manager in the main thread; the former handlers come back at the end.
    """

    def __init__(self):
        self._pause_event = threading.Event()
        self._former = {}

    def __enter__(self) -> "SignalControl":
        for number in (signal.SIGTERM, signal.SIGINT):
            self._former[number] = signal.signal(number, self._note)
        return self

    def __exit__(self, *_):
        for number, handler in self._former.items():
            signal.signal(number, handler)

    def should_pause(self) -> bool:
        return self._pause_event.is_set()

    def _note(self, number, frame):
        if self._pause_event.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        self._pause_event.set()
