from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet
from brandstudio.core.models.fields import BlobField

from .asset import Asset
from .channel import Channel
from .download import TellsPosters


class ChannelFileState(models.TextChoices):
    WAITING = "waiting", _("waiting")
    MAKING = "making", _("being made")
    READY = "ready", _("ready")
    FAILED = "failed", _("failed")


class ChannelFile(TellsPosters, Work):
    """A publication file too large to be made while a person waits.

    key: of all that decides its bytes, so that a changed channel or cut gets a file of its own.
    x, y: the point around which it is cut.
    """

    WAITING = (ChannelFileState.WAITING,)
    HELD = (ChannelFileState.MAKING,)
    QUEUE = "background"
    JOB = "gallery.jobs.make_channel_file"
    OWNER = "asked_by"

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="channel_files")
    channel = models.ForeignKey(Channel, models.PROTECT, related_name="+")
    poster = models.ForeignKey(  # None: the picture alone
        "gallery.Poster", models.PROTECT, null=True, related_name="files"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, unique=True)
    x = models.FloatField()
    y = models.FloatField()
    state = models.CharField(
        max_length=10, choices=ChannelFileState, default=ChannelFileState.WAITING
    )
    content_sha256 = BlobField(blank=True)
    name = models.CharField(max_length=200, blank=True)
    byte_count = models.PositiveBigIntegerField(default=0)
    made_at = models.DateTimeField(null=True, blank=True)
    enlarged_by = models.JSONField(default=dict, blank=True)  # of `upscale.Enlargement.facts`

    objects = WorkQuerySet.as_manager()

    class Meta:
        verbose_name = _("large file")
        verbose_name_plural = _("large files")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state=ChannelFileState.READY) | ~Q(content_sha256=""),
                name="channel_file_ready_has_content",
            )
        ]

    def __str__(self):
        return f"{self.asset} → {self.channel}"

    @property
    def is_active(self):
        return self.state in (*self.WAITING, *self.HELD)

    @property
    def is_ready(self):
        return self.state == ChannelFileState.READY

    def start(self, worker):
        self.claim(ChannelFileState.MAKING, worker)

    def finish(self, **results):
        """results: columns that are written in the same step."""
        self._release(ChannelFileState.READY, sources=self.HELD, **results)

    def fail(self, code, **facts):
        self._release(
            ChannelFileState.FAILED,
            sources=(*self.WAITING, *self.HELD),
            why=code,
            problem=code,
            problem_facts=facts,
        )

    def requeue(self, why="", by=None):
        """Its worker or job is gone, or a person asks for it once more."""
        sources = (*self.WAITING, *self.HELD, ChannelFileState.FAILED)
        self._queue_again(ChannelFileState.WAITING, sources=sources, by=by, why=why)
