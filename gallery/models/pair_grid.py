from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet
from brandstudio.core.models.fields import BlobField

from .evidence import SheetState
from .pair import PackPair


class PairGrid(Work):
    """The pictures of a pair at both packs' strengths, as work for a renderer.

    `plan` holds {"prompts": [{"prompt", "label_zh", "label_en"}], "seed", "first", "second",
    "steps"}: prompts without trigger words; rising strengths of both packs. `cells` holds
    pair_grid.Cell of the engine as JSON once the grid is done.
    """

    WAITING = (SheetState.WAITING,)
    HELD = (SheetState.RENDERING,)
    QUEUE = "render"
    JOB = "gallery.jobs.render_pair_grid"
    OWNER = "ordered_by"

    pair = models.OneToOneField(PackPair, models.CASCADE, related_name="grid")
    ordered_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    plan = models.JSONField(default=dict)
    cells = models.JSONField(default=list, blank=True)
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.WAITING)
    done = models.PositiveSmallIntegerField(default=0)
    total = models.PositiveSmallIntegerField(default=0)

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("grid of a pair")
        verbose_name_plural = _("grids of pairs")

    def __str__(self):
        return f"{self.pair} · {self.get_state_display()}"

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

    def finish(self, cells):
        self._release(SheetState.DONE, sources=self.HELD, cells=cells)

    def fail(self, code, **facts):
        self._release(
            SheetState.FAILED,
            sources=(*self.WAITING, *self.HELD),
            why=code,
            problem=code,
            problem_facts=facts,
        )

    def requeue(self, why="", by=None):
        """Its worker or job is gone, or a person has it painted once more."""
        self._queue_again(
            SheetState.WAITING,
            sources=(*self.WAITING, *self.HELD, SheetState.FAILED),
            by=by,
            why=why,
            done=0,
        )


class PairImage(models.Model):
    """A picture of a pair's grid; both strengths 0 is the base alone."""

    grid = models.ForeignKey(PairGrid, models.CASCADE, related_name="images")
    prompt = models.TextField()
    seed = models.BigIntegerField()
    first = models.FloatField()
    second = models.FloatField()
    sha256 = BlobField()

    class Meta:
        verbose_name = _("picture of a pair")
        verbose_name_plural = _("pictures of pairs")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["grid", "prompt", "seed", "first", "second"], name="pair_image_once"
            )
        ]

    def __str__(self):
        return f"{self.grid} @ {self.first} + {self.second}"

    def get_absolute_url(self):
        return reverse("gallery:pair-image", args=[self.pk])
