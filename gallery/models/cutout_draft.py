from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Vehicle, Work, WorkQuerySet
from brandstudio.core.models.fields import BlobField

from .source import InitImageUpload, ProductCutout


class DraftState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    MAKING = "making", _("being cut out")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class CutoutDraftQuerySet(WorkQuerySet):
    def open_to(self, person):
        """Those this person works on: their own, not saved yet."""
        return self.filter(owner=person, cutout=None)


class CutoutDraft(Work):
    """A car that is being cut out of a photograph.

    copy: the photograph in the size in which outlines are found. outline: what stands out in it.
    strokes: [{"kind", "radius", "points"}] of the person who mends it, in their order. cutout: what
    it was saved as.
    """

    WAITING = (DraftState.WAITING,)
    HELD = (DraftState.MAKING,)
    QUEUE = "background"
    JOB = "gallery.jobs.draft_cutout"
    OWNER = "owner"

    vehicle = models.ForeignKey(Vehicle, models.PROTECT, related_name="+")
    photograph = models.ForeignKey(InitImageUpload, models.PROTECT, related_name="cut_out_of_it")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=DraftState, default=DraftState.WAITING)
    copy_sha256 = BlobField(blank=True)  # WebP
    outline_sha256 = BlobField(blank=True)  # PNG, black and white
    strokes = models.JSONField(default=list, blank=True)
    cutout = models.ForeignKey(
        ProductCutout, models.SET_NULL, null=True, blank=True, related_name="drafts"
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = CutoutDraftQuerySet.as_manager()

    class Meta:
        verbose_name = _("cut-out being made")
        verbose_name_plural = _("cut-outs being made")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=DraftState.READY) | (~Q(copy_sha256="") & ~Q(outline_sha256="")),
                name="cutout_draft_ready_has_outline",
            )
        ]

    def __str__(self):
        return self.photograph.name

    def get_absolute_url(self):
        return reverse("gallery:cut-out", args=[self.pk])

    @property
    def is_active(self):
        """Whether a worker still has to do something."""
        return self.state in (*self.WAITING, *self.HELD)

    @property
    def is_ready(self):
        return self.state == DraftState.READY

    def start(self, worker):
        self.claim(DraftState.MAKING, worker)

    def finish(self, **results):
        """results: columns that are written in the same step."""
        self._release(DraftState.READY, sources=self.HELD, **results)

    def fail(self, code, **facts):
        self._release(
            DraftState.FAILED,
            sources=(*self.WAITING, *self.HELD),
            why=code,
            problem=code,
            problem_facts=facts,
        )

    def requeue(self, why="", by=None):
        """Its worker or job is gone."""
        sources = (*self.WAITING, *self.HELD)
        self._queue_again(DraftState.WAITING, sources=sources, by=by, why=why)
