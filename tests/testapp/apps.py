import os
import signal

from django.apps import AppConfig


class TestAppConfig(AppConfig):
    """A room that exists only under test: work to kill, hang and lose."""

    name = "tests.testapp"
    label = "testapp"

    def ready(self):
        if asked := os.environ.get("STUDIO_TEST_DIE_AT"):
            _die_at(*asked.split(":"))


def _die_at(run_name, phase):
    """Have this worker process killed, as by `kill -9`, when that run comes to that phase.

    From inside, since a phase of a toy is over before another process could have seen it.
    """
    from training.worker.event_writer import EventWriter

    note = EventWriter.note

    def note_or_die(self, event):
        note(self, event)
        if self.run.name == run_name and event.kind == "phase" and event.name == phase:
            os.kill(os.getpid(), signal.SIGKILL)

    EventWriter.note = note_or_die
