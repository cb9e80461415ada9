"""What people and the neighbour on the device ask of a run, as the engine's loop sees it."""

import logging
import time

from django.db import DatabaseError

from brandstudio.core.queue import stopping
from training.engine.train.control import Control
from training.models import RunState, TrainingRun, Wish

LOOK_SECONDS = 1.0  # the row is read this often at most, not at every step

logger = logging.getLogger(__name__)


class RunControl(Control):
    """Reads the run's row for wishes, and gives the device to a waiting renderer.

    why_paused: "asked" when a person wants it, "worker-stops" when this process must end.
    """

    def __init__(self, run, turn):
        self.run = run
        self.turn = turn
        self.why_paused = ""
        self._looked_at = 0.0
        self._row = {"wish": run.wish, "ours": True}

    def should_pause(self):
        if stopping.process_should_stop():
            self.why_paused = "worker-stops"
        elif self._look()["wish"] == Wish.PAUSE:
            self.why_paused = "asked"
        return bool(self.why_paused)

    def should_cancel(self):
        return not self._look()["ours"]

    def wants_save(self):
        return self._grants(Wish.SAVE)

    def wants_sample(self):
        return self._grants(Wish.SAMPLE)

    def _grants(self, wish):
        """Whether this is wished; it is wished no longer then."""
        if self._look()["wish"] != wish:
            return False
        self._row["wish"] = Wish.NONE
        self._mine().filter(wish=wish).update(wish=Wish.NONE)
        return True

    def device_wanted(self):
        return self.turn.device_wanted()

    def yield_device(self):
        self.turn.yield_device()

    def _look(self):
        now = time.monotonic()
        if now - self._looked_at >= LOOK_SECONDS or stopping.job_should_stop():
            self._looked_at = now
            try:
                wish = self._mine().values_list("wish", flat=True).first()
            except DatabaseError as error:
                logger.warning("The database does not answer (%s); the run goes on.", error)
            else:
                # No row any more: cancelled, or in another worker's hands.
                self._row = {"wish": wish or Wish.NONE, "ours": wish is not None}
        return self._row

    def _mine(self):
        return TrainingRun.objects.filter(
            pk=self.run.pk,
            attempt=self.run.attempt,
            worker=self.run.worker,
            state__in=(RunState.PREPARING, RunState.TRAINING),
        )
