from django.conf import settings
from django.db import models

from brandstudio.core.models import Work, WorkQuerySet


class ToilState(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Toil(Work):
    """Work that counts to `total`, a step every `pause` seconds, and keeps what it reached."""

    WAITING = (ToilState.WAITING,)
    HELD = (ToilState.WORKING,)
    QUEUE = "train"
    JOB = "tests.testapp.jobs.count"
    OWNER = "owner"

    state = models.CharField(max_length=10, choices=ToilState, default=ToilState.WAITING)
    # No constraint: tables without migrations, as this one, are made before those of the people.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, related_name="+", db_constraint=False
    )
    total = models.PositiveIntegerField(default=3)
    pause = models.FloatField(default=0.01)
    done = models.PositiveIntegerField(default=0)
    hangs_at = models.PositiveIntegerField(null=True)  # stuck there, on the first attempt

    objects = WorkQuerySet.as_manager()

    def __str__(self):
        return f"{self.pk}: {self.done}/{self.total}"

    def start(self, worker):
        self.claim(ToilState.WORKING, worker)

    def finish(self):
        self._release(ToilState.DONE, sources=self.HELD)

    def fail(self, code, **facts):
        self._release(ToilState.FAILED, sources=self.HELD, problem=code, problem_facts=facts)

    def requeue(self, why=""):
        self._queue_again(ToilState.WAITING, sources=(*self.WAITING, *self.HELD), why=why)


class Step(models.Model):
    """One step done: two rows of the same number would be work done twice."""

    toil = models.ForeignKey(Toil, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=120)
    was_warm = models.BooleanField(default=False)

    def __str__(self):
        return f"{self.toil_id}: {self.number}"
