from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Work, WorkQuerySet
from brandstudio.core.models.fields import BlobField, LineField
from training import notices

from .base_model import BaseModel, Kind
from .dataset import Dataset
from .snapshot import Snapshot


class RunState(models.TextChoices):
    DRAFT = "draft", _("draft")
    QUEUED = "queued", _("queued")
    PREPARING = "preparing", _("preparing")
    TRAINING = "training", _("training")
    PAUSED = "paused", _("paused")
    FINISHED = "finished", _("finished")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    INTERRUPTED = "interrupted", _("interrupted")


ON_A_DEVICE = (RunState.PREPARING, RunState.TRAINING)
ENDED = (RunState.FINISHED, RunState.FAILED, RunState.CANCELLED)


class RequestedAction(models.TextChoices):
    """What a person asked of a run in a worker's hands; the worker obeys at the next step."""

    NONE = "", _("nothing")
    PAUSE = "pause", _("pause")
    SAVE = "save", _("save now")
    SAMPLE = "sample", _("sample now")


class RunQuerySet(WorkQuerySet):
    def visible_to(self, person):
        if person.is_brand_admin:
            return self
        return self.filter(owner=person) if person.is_designer else self.none()

    def active(self):
        return self.filter(state__in=(RunState.QUEUED, *ON_A_DEVICE))

    def pending_or_paused(self):
        """Not ended: in the queue, in a worker's hands, or waiting for a person to go on."""
        return self.filter(
            state__in=(RunState.QUEUED, *ON_A_DEVICE, RunState.PAUSED, RunState.INTERRUPTED)
        )

    def tastes(self):
        return self.filter(is_taste=True)

    def without_tastes(self):
        return self.filter(is_taste=False)

    def ended(self):
        return self.filter(state__in=(*ENDED, RunState.DRAFT))


class TrainingRun(Work):
    """One training, from its frozen configuration to its checkpoints."""

    WAITING = (RunState.QUEUED,)
    HELD = ON_A_DEVICE
    QUEUE = "train"
    JOB = "training.jobs.train"
    OWNER = "owner"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE)
    name = LineField(_("name"), max_length=120)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs")
    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="runs")
    snapshot = models.ForeignKey(Snapshot, models.PROTECT, null=True, related_name="runs")
    base = models.ForeignKey(BaseModel, models.PROTECT, related_name="runs")
    config = models.TextField(_("configuration"), help_text="YAML")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.DRAFT)
    # A minute's training on a few pictures: never published, and soon gone (services.tastes).
    is_taste = models.BooleanField(_("taste"), default=False, editable=False)
    requested_action = models.CharField(
        max_length=10, choices=RequestedAction, default=RequestedAction.NONE, blank=True
    )
    made_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    phase = models.CharField(max_length=40, blank=True)
    phase_done = models.PositiveIntegerField(default=0)
    phase_total = models.PositiveIntegerField(default=0)
    steps_done = models.PositiveIntegerField(default=0)
    steps_total = models.PositiveIntegerField(default=0)
    epoch = models.FloatField(default=0)
    loss = models.FloatField(null=True, blank=True)
    memory_mb = models.PositiveIntegerField(default=0)  # on the device, at most so far, 10⁶ bytes
    images_per_second = models.FloatField(null=True, blank=True)
    seconds_left = models.FloatField(null=True, blank=True)
    # What another host needs to go on: the newest state as a blob (a tar of the engine's folder).
    resume_sha256 = BlobField(blank=True, editable=False)
    resume_step = models.PositiveIntegerField(default=0, editable=False)
    # What the engine found at the end: {path, step, reasons, scores, …} and picture → loss.
    recommendation = models.JSONField(default=dict, blank=True, editable=False)
    image_losses = models.JSONField(default=dict, blank=True, editable=False)

    objects = RunQuerySet.as_manager()

    class Meta:
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["worker"],
                condition=models.Q(state__in=ON_A_DEVICE) & ~models.Q(worker=""),
                name="run_one_per_worker",
            )
        ]

    def __str__(self):
        return gettext("Taste of {name}").format(name=self.name) if self.is_taste else self.name

    def get_absolute_url(self):
        return reverse("training:run-detail", args=[self.pk])

    @property
    def is_active(self):
        return self.state in (RunState.QUEUED, *ON_A_DEVICE)

    @property
    def has_ended(self):
        return self.state in ENDED

    @property
    def may_pause(self):
        return self.is_active

    @property
    def may_save(self):
        return self.state == RunState.TRAINING

    @property
    def may_resume(self):
        """Whether a person may send it on from its last checkpoint."""
        return self.state in (RunState.PAUSED, RunState.INTERRUPTED, RunState.FAILED)

    def queue(self, by=None, why=""):
        """From draft into the queue, or on from the last checkpoint after a pause or a loss."""
        self._queue_again(
            RunState.QUEUED,
            sources=(RunState.DRAFT, RunState.PAUSED, RunState.INTERRUPTED, RunState.FAILED),
            by=by,
            why=why,
            requested_action=RequestedAction.NONE,
        )

    def requeue(self, why=""):
        """Its worker or its job is gone: go on by itself, from the last checkpoint."""
        self._queue_again(
            RunState.QUEUED,
            sources=(RunState.QUEUED, *ON_A_DEVICE),
            why=why,
            requested_action=RequestedAction.NONE,
        )

    def start(self, worker):
        self.claim(RunState.PREPARING, worker)
        if self.started_at is None:
            self.note_progress(started_at=timezone.now())

    def begin_training(self):
        self._move(RunState.TRAINING, sources=(RunState.PREPARING,), progress_at=timezone.now())

    def pause(self, why="", by=None, problem="", **facts):
        """The worker has saved and lets go, or it had not begun. problem: what forced the pause."""
        self._release(
            RunState.PAUSED,
            sources=(RunState.QUEUED, *ON_A_DEVICE),
            by=by,
            why=why,
            requested_action=RequestedAction.NONE,
            problem=problem,
            problem_facts=facts if problem else {},
        )

    def interrupt(self, why=""):
        """The worker is gone and the run has used its attempts: a person must press go."""
        self._release(
            RunState.INTERRUPTED,
            sources=(RunState.QUEUED, *ON_A_DEVICE),
            why=why,
            problem=why,
            problem_facts={"attempts": self.lost},
        )

    @property
    def stall_seconds(self):
        steps_left = self.steps_total - self.steps_done
        usual_step = self.seconds_left / steps_left if self.seconds_left and steps_left > 0 else 0
        return max(super().stall_seconds, settings.STALL_STEPS * usual_step)

    def give_up(self):
        self.interrupt(why="worker-lost")
        notices.run_ended(self)

    def finish(self):
        self._release(RunState.FINISHED, sources=ON_A_DEVICE, ended_at=timezone.now())

    def fail(self, code, **facts):
        self._release(
            RunState.FAILED,
            sources=(RunState.QUEUED, *ON_A_DEVICE),
            why=code,
            problem=code,
            problem_facts=facts,
            ended_at=timezone.now(),
        )

    def cancel(self, by):
        self._release(
            RunState.CANCELLED,
            sources=(
                RunState.DRAFT,
                RunState.QUEUED,
                *ON_A_DEVICE,
                RunState.PAUSED,
                RunState.INTERRUPTED,
            ),
            by=by,
            ended_at=timezone.now(),
        )

    def prioritise(self, priority):
        """A greater number is taken first; equal ones by turns (`fairness`)."""
        self.priority = priority
        self.save(update_fields=["priority"])

    def request(self, action):
        """Leave word for the worker; it has no meaning unless the run is in its hands."""
        TrainingRun.objects.filter(pk=self.pk, state__in=ON_A_DEVICE).update(
            requested_action=action
        )
        self.requested_action = action


class LossPoint(models.Model):
    """One logged point of the loss curve; a resumed run overwrites the steps it does again."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="losses")
    step = models.PositiveIntegerField()
    loss = models.FloatField()
    learning_rate = models.FloatField(null=True)
    validation = models.FloatField(null=True)

    class Meta:
        verbose_name = _("loss point")
        verbose_name_plural = _("loss points")
        ordering = ["step"]
        constraints = [models.UniqueConstraint(fields=["run", "step"], name="loss_once_per_step")]

    def __str__(self):
        return f"{self.step}: {self.loss:.4f}"


def _of_step(row):
    """What belongs to a step of a run, in the reader's language."""
    return gettext("“{run}”, step {step}").format(run=row.run, step=row.step)


class RunSample(models.Model):
    """A picture made during training at a fixed prompt and seed."""

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="samples")
    step = models.PositiveIntegerField()
    prompt = models.TextField()
    seed = models.BigIntegerField()
    sha256 = BlobField()

    class Meta:
        verbose_name = _("sample")
        verbose_name_plural = _("samples")
        ordering = ["step", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "prompt", "seed"], name="sample_once")
        ]

    def __str__(self):
        return _of_step(self)


class Checkpoint(models.Model):
    """LoRA weights saved at a step; `sha256` names the blob, a kohya-format file."""

    run = models.ForeignKey(TrainingRun, models.PROTECT, related_name="checkpoints")
    step = models.PositiveIntegerField()
    sha256 = BlobField()
    size = models.PositiveBigIntegerField()
    is_final = models.BooleanField(default=False)
    is_kept = models.BooleanField(_("kept for good"), default=False)  # retention passes it over
    scores = models.JSONField(default=dict, blank=True)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("checkpoint")
        verbose_name_plural = _("checkpoints")
        ordering = ["step"]
        constraints = [
            models.UniqueConstraint(fields=["run", "step"], name="checkpoint_once_per_step")
        ]

    def __str__(self):
        return _of_step(self)


class RunLine(models.Model):
    """A line of a run's log."""

    TRACE = "trace"  # the level of a traceback: for those who look after the studio

    run = models.ForeignKey(TrainingRun, models.CASCADE, related_name="lines")
    attempt = models.PositiveIntegerField()
    at = models.DateTimeField(default=timezone.now)
    level = models.CharField(max_length=10, default="info")
    # A worker does not know its reader's language, so a line keeps code and facts too.
    code = models.CharField(max_length=60, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    text = models.TextField()

    class Meta:
        verbose_name = _("log line")
        verbose_name_plural = _("log lines")
        ordering = ["pk"]

    def __str__(self):
        return self.text[:80]
