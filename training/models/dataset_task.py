from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet

from .dataset import Dataset


class DatasetTaskKind(models.TextChoices):
    DRAFT = "draft", _("draft captions")
    SCREEN = "screen", _("screen pictures")
    COMPARE = "compare", _("compare captions with pictures")


class DatasetTaskState(models.TextChoices):
    QUEUED = "queued", _("queued")
    WORKING = "working", _("working")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")


class DatasetTaskQuerySet(WorkQuerySet):
    def active(self):
        return self.filter(state__in=(DatasetTaskState.QUEUED, DatasetTaskState.WORKING))


class DatasetTask(Work):
    """Work on a whole dataset that is too long for a request: drafting captions, screening."""

    WAITING = (DatasetTaskState.QUEUED,)
    HELD = (DatasetTaskState.WORKING,)
    QUEUE = "background"
    JOB = "training.jobs.carry_out_task"
    OWNER = "asked_by"

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="tasks")
    kind = models.CharField(max_length=10, choices=DatasetTaskKind)
    options = models.JSONField(default=dict, blank=True)
    state = models.CharField(
        max_length=10, choices=DatasetTaskState, default=DatasetTaskState.QUEUED
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    objects = DatasetTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset task")
        verbose_name_plural = _("dataset tasks")
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "kind"],
                condition=models.Q(state__in=("queued", "working")),
                name="dataset_task_once_at_a_time",
            )
        ]

    def __str__(self):
        return f"{self.get_kind_display()} · {self.dataset}"

    @property
    def is_active(self):
        return self.state in (*self.WAITING, *self.HELD)

    def start(self, worker):
        self.claim(DatasetTaskState.WORKING, worker)

    def finish(self):
        self._release(DatasetTaskState.DONE, sources=self.HELD)

    def fail(self, code, **facts):
        self._release(
            DatasetTaskState.FAILED, sources=self.HELD, why=code, problem=code, problem_facts=facts
        )

    def cancel(self, by):
        self._release(DatasetTaskState.CANCELLED, sources=(*self.WAITING, *self.HELD), by=by)

    def requeue(self, why="", by=None):
        """Its worker or its job is gone: wait for the next one."""
        self._queue_again(
            DatasetTaskState.QUEUED,
            sources=(*self.WAITING, *self.HELD, DatasetTaskState.FAILED),
            by=by,
            why=why,
        )
