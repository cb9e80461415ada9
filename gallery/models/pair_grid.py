from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import BlobField

from .pair import PackPair
from .sheet import Sheet


class PairGrid(Sheet):
    """The pictures of a pair at both packs' strengths, as work for a renderer.

    `plan` holds {"prompts": [{"prompt", "label_zh", "label_en"}], "seed", "first", "second",
    "steps"}: prompts without trigger words; rising strengths of both packs. `cells` holds
    pair_grid.Cell of the engine as JSON once the grid is done.
    """

    JOB = "gallery.jobs.render_pair_grid"
    OWNER = "ordered_by"

    pair = models.OneToOneField(PackPair, models.CASCADE, related_name="grid")
    ordered_by = models.ForeignKey("core.User", models.PROTECT, related_name="+")
    cells = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("grid of a pair")
        verbose_name_plural = _("grids of pairs")

    def __str__(self):
        return f"{self.pair} · {self.get_state_display()}"


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
