from django.db import models
from django.utils.translation import gettext_lazy as _

from .sheet import Sheet, SheetState
from .style import StyleVersion


class EvidenceSheet(Sheet):
    """The strength sheet of a version, as work for a renderer.

    `plan` holds {"prompts": [{"prompt", "label_zh", "label_en"}], "seed", "seeds", "strengths",
    "steps"}: prompts without trigger words, how many seeds each has (one in plans of before),
    strengths from 0, which is the base model alone.
    """

    JOB = "gallery.jobs.render_sheet"
    OWNER = "version__made_by"
    AGAIN = tuple(SheetState)

    version = models.OneToOneField(StyleVersion, models.CASCADE, related_name="sheet")

    class Meta:
        verbose_name = _("strength sheet")
        verbose_name_plural = _("strength sheets")

    def __str__(self):
        return f"{self.version} · {self.get_state_display()}"
