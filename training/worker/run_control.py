"""What people and the neighbour on the device ask of a run, as the engine's loop sees it."""

import logging
import time

from django.db import DatabaseError

from brandstudio.core.queue import stopping
from training.engine.train.control import Control
from training.models import RequestedAction, RunState, TrainingRun
from training.services.preflight import ended_rights

LOOK_SECONDS = 1.0  # the row is read this often at most, not at every step
RIGHTS_SECONDS = 10.0  # and the rights of its pictures: they hold within the minute

logger = logging.getLogger(__name__)


class RunControl(Control):
    """Reads the run's row for what was asked of it, and gives the device to a waiting renderer.

    why_paused: "asked" when a person wants it, "worker-stops" when this process must end,
    "rights-ended" when those of a picture have; ended is then [(code, facts)] of them.
    """

    def __init__(self, run, turn):
        self.run = run
        self.turn = turn
        self.why_paused = ""
        self.ended = []
        self._looked_at = 0.0
        self._asked_rights_at = time.monotonic()  # the claim has asked a moment ago
        self._row = {"requested_action": run.requested_action, "ours": True}

    def should_pause(self):
        if stopping.process_should_stop():
            self.why_paused = "worker-stops"
        elif self._look()["requested_action"] == RequestedAction.PAUSE:
            self.why_paused = "asked"
        elif self._rights_have_ended():
            self.why_paused = "rights-ended"
        return bool(self.why_paused)

    def should_cancel(self):
        return not self._look()["ours"]

    def wants_save(self):
        return self._grants(RequestedAction.SAVE)

    def wants_sample(self):
        return self._grants(RequestedAction.SAMPLE)

    def _grants(self, action):
        """Whether this was asked for; it is done with then."""
        if self._look()["requested_action"] != action:
            return False
        self._row["requested_action"] = RequestedAction.NONE
        self._mine().filter(requested_action=action).update(requested_action=RequestedAction.NONE)
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
                action = self._mine().values_list("requested_action", flat=True).first()
            except DatabaseError as error:
                logger.warning("The database does not answer (%s); the run goes on.", error)
            else:
                # No row any more: cancelled, or in another worker's hands.
                self._row = {
                    "requested_action": action or RequestedAction.NONE,
                    "ours": action is not None,
                }
        return self._row

    def _rights_have_ended(self):
        now = time.monotonic()
        if now - self._asked_rights_at >= RIGHTS_SECONDS:
            self._asked_rights_at = now
            try:
                self.ended = ended_rights(self.run.snapshot)
            except DatabaseError as error:
                logger.warning("The database does not answer (%s); the run goes on.", error)
        return bool(self.ended)

    def _mine(self):
        return TrainingRun.objects.filter(
            pk=self.run.pk,
            attempt=self.run.attempt,
            worker=self.run.worker,
            state__in=(RunState.PREPARING, RunState.TRAINING),
        )
