"""Work that a worker process carries out for a row: whose it is, and whether they still live."""

from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.states import move, update_as_last_seen

_DOUBLINGS = 3  # of a lease, at most


def lease_end(lost):
    """When a lease given now lapses: later for a row that was lost before, `lost` times, since its
    worker may only have been slow on a full machine."""
    return timezone.now() + timedelta(seconds=settings.LEASE_SECONDS * 2 ** min(lost, _DOUBLINGS))


class WorkQuerySet(models.QuerySet):
    """Each subclass of Work names its own WAITING and HELD states."""

    def waiting(self):
        """Should have a job in the queue."""
        return self.filter(**{f"{self.model.WORK_FIELD}__in": self.model.WAITING})

    def in_turn(self):
        """Those who wait, as they will be taken (`fairness`)."""
        return self.waiting().order_by("-priority", "turn", "queued_at", "pk")

    def held(self):
        """In a worker's hands."""
        return self.filter(**{f"{self.model.WORK_FIELD}__in": self.model.HELD})

    def pending(self):
        """Waiting or in a worker's hands: what the queue still owes."""
        states = (*self.model.WAITING, *self.model.HELD)
        return self.filter(**{f"{self.model.WORK_FIELD}__in": states})

    def lapsed(self):
        """In a worker's hands, yet not renewed: that worker is gone."""
        return self.held().filter(lease_until__lt=timezone.now())


class Work(models.Model):
    """Two clocks guard a row in a worker's hands (docs/operations.md, "Faults").

    The lease: a thread of the worker renews it; when it lapses the worker is dead. Progress: the
    job notes it; when none comes for long the supervisor kills the worker. Each attempt has its
    number, and only the newest attempt may write.
    """

    WORK_FIELD = "state"
    WAITING: tuple = ()
    HELD: tuple = ()
    QUEUE = ""  # train, render or background
    JOB = ""  # dotted path of the function a worker calls with the row's id
    OWNER = ""  # the path to the person it is done for; "" where there is none

    attempt = models.PositiveIntegerField(default=0, editable=False)
    worker = models.CharField(max_length=120, blank=True, editable=False)
    lease_until = models.DateTimeField(null=True, blank=True, editable=False)
    lost = models.PositiveSmallIntegerField(default=0, editable=False)  # workers that died over it
    priority = models.SmallIntegerField(_("priority"), default=0)  # greater ones are taken first
    turn = models.PositiveBigIntegerField(default=0, editable=False)  # `fairness`; 0: none yet
    needs_mb = models.PositiveIntegerField(default=0, editable=False)  # device memory, at the least
    progress_at = models.DateTimeField(null=True, blank=True, editable=False)
    queued_at = models.DateTimeField(null=True, blank=True, editable=False)
    problem = models.CharField(_("problem"), max_length=60, blank=True, editable=False)
    problem_facts = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True

    @property
    def job_id(self):
        """The queue's name for the next or current attempt; a retry is another job."""
        return f"{self._meta.model_name}-{self.pk}-{self.attempt}"

    @property
    def is_waiting(self):
        """Should have a job in the queue."""
        return getattr(self, self.WORK_FIELD) in self.WAITING

    @property
    def stall_seconds(self):
        """How long this work may show no progress before its worker is taken to hang."""
        return settings.STALL_SECONDS

    def lose_worker(self):
        """Its worker died: on to the next attempt, unless so many workers died over it already."""
        self.lost += 1
        if self.lost >= settings.MAX_ATTEMPTS:
            self.give_up()
        else:
            self.requeue(why="worker-lost")

    def give_up(self):
        """Whatever is wrong, trying again does not mend it."""
        self.fail("worker-lost", attempts=self.lost)

    def claim(self, target, worker):
        """Take the row from the queue into this worker's hands. Raises WrongState if another did.

        The attempt's number was given when the row was queued (`requeue`), so that a job delivered
        twice carries the same number and only one of the two finds the row waiting.
        """
        now = timezone.now()
        self._move(
            target,
            sources=self.WAITING,
            worker=worker,
            lease_until=lease_end(self.lost),
            progress_at=now,
        )

    def renew(self):
        """Say that the worker lives. Raises WrongState once the row was cancelled or taken over."""
        update_as_last_seen(
            self,
            {f"{self.WORK_FIELD}__in": self.HELD, "attempt": self.attempt, "worker": self.worker},
            {"lease_until": lease_end(self.lost)},
        )

    def note_progress(self, **fields):
        """Note how far the work is. Writes no audit row. Raises WrongState as `renew` does."""
        update_as_last_seen(
            self,
            {f"{self.WORK_FIELD}__in": self.HELD, "attempt": self.attempt, "worker": self.worker},
            {"progress_at": timezone.now(), **fields},
        )

    def _move(self, target, *, sources, by=None, why="", **changes):
        move(
            self,
            target,
            sources=sources,
            field=self.WORK_FIELD,
            by=by,
            why=why,
            guard={"attempt": self.attempt, "worker": self.worker},
            **changes,
        )

    def _release(self, target, *, sources, by=None, why="", **changes):
        """As `_move`, out of the worker's hands."""
        changes = {"turn": 0, **changes, "worker": "", "lease_until": None}
        self._move(target, sources=sources, by=by, why=why, **changes)

    def _queue_again(self, target, *, sources, by=None, why="", **changes):
        """As `_release`, with the number of the next attempt.

        A row that is pending already keeps its turn; `queue.enqueue_work` gives the others one.
        Once a person asks for it, its lost workers are forgotten.
        """
        self._release(
            target,
            sources=sources,
            by=by,
            why=why,
            **{
                "attempt": self.attempt + 1,
                "turn": self.turn,
                "lost": 0 if by else self.lost,
                "queued_at": timezone.now(),  # one to come: no job before that (`reconcile`)
                "problem": "",
                "problem_facts": {},
                **changes,
            },
        )
