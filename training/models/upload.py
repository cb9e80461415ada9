from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet
from brandstudio.core.models.fields import BlobField

from .dataset import Dataset


class UploadState(models.TextChoices):
    ARRIVING = "arriving", _("on its way")
    QUEUED = "queued", _("queued")
    WORKING = "working", _("working")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")


class UploadQuerySet(WorkQuerySet):
    def visible_to(self, person):
        return self.filter(dataset__in=Dataset.objects.visible_to(person))

    def arriving(self):
        return self.filter(state=UploadState.ARRIVING)

    def ended(self):
        return self.filter(state__in=(UploadState.DONE, UploadState.FAILED))


class Upload(Work):
    """One file on its way into a dataset, part by part; a zip is then unpacked by a worker.

    `arrived` bytes of `size` are here. `key` is what the sender's browser knows the file by, so
    that it goes on where it stopped when chosen again. `sha256` names the whole file as a blob
    while it waits for a worker. `report` is what became of it (`services.uploads`).
    """

    WAITING = (UploadState.QUEUED,)
    HELD = (UploadState.WORKING,)
    QUEUE = "background"
    JOB = "training.jobs.unpack"
    OWNER = "sent_by"

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="uploads")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(_("file name"), max_length=255)
    key = models.CharField(max_length=300)
    size = models.PositiveBigIntegerField()
    arrived = models.PositiveBigIntegerField(default=0)
    checked = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=UploadState, default=UploadState.ARRIVING)
    sha256 = BlobField(blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    report = models.JSONField(default=dict, blank=True)
    begun_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now)

    objects = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        ordering = ["-begun_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "sent_by", "key"],
                condition=models.Q(state="arriving"),
                name="upload_once_on_its_way",
            ),
            models.CheckConstraint(
                condition=models.Q(arrived__lte=models.F("size")), name="upload_within_its_size"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def is_whole(self):
        return self.arrived == self.size

    @property
    def is_active(self):
        return self.state in (*self.WAITING, *self.HELD)

    def queue(self, sha256):
        """All of it is here, as the blob `sha256`: it waits for a worker."""
        self._queue_again(UploadState.QUEUED, sources=(UploadState.ARRIVING,), sha256=sha256)

    def start(self, worker):
        self.claim(UploadState.WORKING, worker)

    def finish(self, report):
        """Taken in; by a worker, or at once where there was little to do."""
        self._release(
            UploadState.DONE, sources=(UploadState.ARRIVING, *self.HELD), report=report, sha256=""
        )

    def finish_in_vain(self, report, code, facts):
        """Read to its end, and nothing of it was of use: a person must mend it and send it anew."""
        self._release(
            UploadState.FAILED,
            sources=(UploadState.ARRIVING, *self.HELD),
            why=code,
            problem=code,
            problem_facts=facts,
            report=report,
            sha256="",
        )

    def fail(self, code, **facts):
        self._release(
            UploadState.FAILED, sources=self.HELD, why=code, problem=code, problem_facts=facts
        )

    def fail_whole(self, sha256, code):
        """All of it is here, as the blob `sha256`, and taking it in failed at once."""
        sources = (UploadState.ARRIVING,)
        self._release(UploadState.FAILED, sources=sources, why=code, problem=code, sha256=sha256)

    def retry(self, by):
        """A person wants it tried again."""
        self._queue_again(UploadState.QUEUED, sources=(UploadState.FAILED,), by=by, why="retry")

    @property
    def can_retry(self):
        """Whether it failed and its file is still here."""
        is_here = bool(self.sha256) and self.problem != "upload-lost"
        return self.state == UploadState.FAILED and is_here

    def requeue(self, why="", by=None):
        """Its worker or its job is gone: wait for the next one."""
        self._queue_again(UploadState.QUEUED, sources=(*self.WAITING, *self.HELD), by=by, why=why)
