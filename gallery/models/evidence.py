from django.db import models
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet

from .style import StyleVersion


class SheetState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    RENDERING = "rendering", _("painting")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class EvidenceSheet(Work):
    """The strength sheet of a version, as work for a renderer.

    `plan` holds {"prompts": [{"prompt", "label_zh", "label_en"}], "seed", "seeds", "strengths",
    "steps"}: prompts without trigger words, how many seeds each has (one in plans of before),
    strengths from 0, which is the base model alone.
    """

    WAITING = (SheetState.WAITING,)
    HELD = (SheetState.RENDERING,)
    QUEUE = "render"
    JOB = "gallery.jobs.render_sheet"
    OWNER = "version__made_by"

    version = models.OneToOneField(StyleVersion, models.CASCADE, related_name="sheet")
    plan = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("strength sheet")
        verbose_name_plural = _("strength sheets")

    def __str__(self):
        return f"{self.version} · {self.get_state_display()}"

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

    def finish(self):
        self._release(SheetState.DONE, sources=self.HELD)

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
        self._queue_again(
            SheetState.WAITING,
            sources=tuple(SheetState),
            by=by,
            why=why,
            done=0,
        )
