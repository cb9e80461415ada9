from django.conf import settings
from django.db import models

from brandstudio.core.models import Work, WorkQuerySet


class CountingState(models.TextChoices):
    WAITING = "waiting"
    WORKING = "working"
    DONE = "done"
    FAILED = "failed"


class Counting(Work):
    """Work that counts to `total`, a step every `pause` seconds, and keeps what it reached."""

    WAITING = (CountingState.WAITING,)
    HELD = (CountingState.WORKING,)
    QUEUE = "train"
    JOB = "tests.testapp.jobs.count"
    OWNER = "owner"

    state = models.CharField(max_length=10, choices=CountingState, default=CountingState.WAITING)
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
        self.claim(CountingState.WORKING, worker)

    def finish(self):
        self._release(CountingState.DONE, sources=self.HELD)

    def fail(self, code, **facts):
        self._release(CountingState.FAILED, sources=self.HELD, problem=code, problem_facts=facts)

    def requeue(self, why=""):
        self._queue_again(CountingState.WAITING, sources=(*self.WAITING, *self.HELD), why=why)


class Step(models.Model):
    """One step done: two rows of the same number would be work done twice."""

    work = models.ForeignKey(Counting, models.CASCADE, related_name="steps")
    number = models.PositiveIntegerField()
    worker = models.CharField(max_length=120)
    was_warm = models.BooleanField(default=False)

    def __str__(self):
        return f"{self.work_id}: {self.number}"
