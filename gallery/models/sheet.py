"""A sheet of pictures as work for a renderer: what a strength sheet and a pair's grid share."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet


class SheetState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RENDERING = "rendering", _("painting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class Sheet(Work):
    """`plan`: what is drawn, as each kind tells. done, total: pictures."""

    WAITING = (SheetState.WAITING,)
    HELD = (SheetState.RENDERING,)
    QUEUE = "render"
    # From these it may wait once more.
    AGAIN: tuple[SheetState, ...] = (*WAITING, *HELD, SheetState.FAILED)

    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)

    objects = WorkQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def is_active(self):
        return self.state in (*self.WAITING, *self.HELD)

    @property
    def is_done(self):
        return self.state == SheetState.DONE

    @property
    def images_remaining(self):
        return max(0, self.total - self.done)

    def start(self, worker):
        self.claim(SheetState.RENDERING, worker)

    def finish(self, **results):
        """results: columns that are written in the same step."""
        self._release(SheetState.DONE, sources=self.HELD, **results)

    def fail(self, code, **facts):
        self._release(
            SheetState.FAILED,
            sources=(*self.WAITING, *self.HELD),
            why=code,
            problem=code,
            problem_facts=facts,
        )

    def requeue(self, why="", by=None):
        """Its worker or job is gone, or a person has it painted again."""
        self._queue_again(SheetState.WAITING, sources=self.AGAIN, by=by, why=why, done=0)

    def give_way(self):
        """Others wait for the renderer; what is painted stays."""
        self._queue_again(SheetState.WAITING, sources=self.HELD, why="gave-way")
