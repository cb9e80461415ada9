"""Writes what a training run tells into its rows, for whoever looks at the run's page."""

import logging
import time
from pathlib import Path

from django.db import DatabaseError, close_old_connections, transaction
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.models import WrongState
from brandstudio.core.queue import housekeeping
from training import problems
from training.engine.lora.effect import Effect
from training.models import Checkpoint, LossPoint, RunLine, RunSample, WeightsContent
from training.services import weights
from training.services.run_folders import pack_state
from training.worker.memory import memory_mb

WRITE_SECONDS = 0.5  # progress is written this often at most: a page asks every 2 s
RETRY_SECONDS = 1.0

logger = logging.getLogger(__name__)


class EventWriter:
    """Takes the engine's events in; keeps them through a database outage, only a checkpoint waits.

    Everything is written in one transaction with a progress note that is guarded by the attempt,
    so a worker that lost its run writes nothing. Raises WrongState then.
    """

    def __init__(self, run):
        self.run = run
        self.progress = {}
        self.rows = []  # not yet in the database, in order of arrival
        self.losses = {}  # step → LossPoint, not yet in the database
        self.written_at = 0.0
        self.phase = ""

    def note(self, event):
        """Take in one event of `training.engine.events`."""
        getattr(self, f"_{event.kind}", self._nothing)(event)
        self._write_now_and_then()

    def say(self, code, level="info", **facts):
        """Add a line to the run's log."""
        text = problems.english(code, facts)
        self.rows.append(
            RunLine(
                run=self.run,
                attempt=self.run.attempt,
                at=timezone.now(),
                level=level,
                code=code,
                facts=facts,
                text=text,
            )
        )

    def settle(self):
        """Write what is left, waiting for the database if it is away. Raises WrongState."""
        while not self._write():
            time.sleep(RETRY_SECONDS)

    def _nothing(self, event):
        pass

    def _phase(self, event):
        if event.name != self.phase:
            self.phase = event.name
            if event.name not in {"training", "sampling", "validating", "saving", "waiting"}:
                self.say("line-phase", phase=event.name)
            # A reader wants to see at once that something else is going on.
            self.written_at = 0.0
        self.progress["phase"] = event.name
        self.progress["phase_done"] = event.done
        self.progress["phase_total"] = event.total

    def _step(self, event):
        self.phase = "training"
        self.progress.update(
            phase="training",
            steps_done=event.step,
            steps_total=event.total,
            epoch=event.epoch,
            loss=event.loss,
            images_per_second=event.images_per_second,
            seconds_left=event.seconds_left,
            memory_mb=max(self.run.memory_mb, memory_mb()),
        )
        point = self._loss(event.step)
        point.loss, point.learning_rate = event.loss, event.lr

    def _validation(self, event):
        self._loss(event.step).validation = event.loss
        self.say("line-validation", loss=f"{event.loss:.4f}", step=event.step)

    def _loss(self, step):
        if step not in self.losses:
            self.losses[step] = LossPoint(run=self.run, step=step)
        return self.losses[step]

    def _sample(self, event):
        sha256 = blobs.put(event.path)
        self.rows.append(
            RunSample(
                run=self.run, step=event.step, prompt=event.prompt, seed=event.seed, sha256=sha256
            )
        )

    def _checkpoint(self, event):
        sha256 = blobs.put(event.path, event.sha256)
        size = Path(event.path).stat().st_size
        self.rows.append(Checkpoint(run=self.run, step=event.step, sha256=sha256, size=size))
        self._note_weights(sha256, event.path)
        self.say("line-checkpoint", step=event.step, megabytes=f"{size / 1e6:.1f}")
        former = self.run.resume_sha256
        step, packed = pack_state(self.run)
        self.progress.update(resume_step=step, resume_sha256=packed)
        self.settle()
        if former != packed:
            housekeeping.discard_unnamed([former])

    def _note_weights(self, sha256, path):
        effect = weights.effect_of(path)
        row = WeightsContent(sha256=sha256, effect=effect.whole, layers=effect.layers)
        self.rows.append(row)

    def _warning(self, event):
        self.say(event.code, level="warning", **event.facts)

    def _finished(self, event):
        size = Path(event.path).stat().st_size
        sha256 = blobs.put(event.path, event.sha256)
        self.rows.append(
            Checkpoint(
                run=self.run,
                step=event.steps or self.progress.get("steps_done", self.run.steps_done),
                sha256=sha256,
                size=size,
                is_final=True,
            )
        )
        self._note_weights(sha256, event.path)
        self.progress["seconds_left"] = 0
        if event.reason:
            total = self.progress.get("steps_total", self.run.steps_total)
            self.say(f"line-{event.reason}", step=event.steps, total=total, best=event.best_step)
        self.say("line-finished", seconds=f"{event.seconds:.0f}")

    def _write_now_and_then(self):
        if time.monotonic() - self.written_at >= WRITE_SECONDS:
            self._write()

    def _write(self):
        """Try to write what has gathered. Returns whether it is in the database."""
        self.written_at = time.monotonic()
        try:
            with transaction.atomic():
                self.run.note_progress(**self.progress)
                for row in self.rows:
                    _keep(row)
                _keep_losses(self.losses.values())
        except WrongState:
            raise
        except DatabaseError as error:
            logger.warning("The database does not answer (%s); run %s goes on.", error, self.run.pk)
            close_old_connections()
            return False
        self.progress, self.rows, self.losses = {}, [], {}
        return True


def _keep(row):
    """A resumed run does some steps again: what it makes then replaces what it made before."""
    if isinstance(row, RunLine):
        row.save(force_insert=True)
    elif isinstance(row, WeightsContent):
        weights.keep(row.sha256, Effect(row.effect, row.layers))
    elif isinstance(row, RunSample):
        RunSample.objects.update_or_create(
            run=row.run,
            step=row.step,
            prompt=row.prompt,
            seed=row.seed,
            defaults={"sha256": row.sha256},
        )
    else:
        final = {"is_final": True} if row.is_final else {}
        Checkpoint.objects.update_or_create(
            run=row.run, step=row.step, defaults={"sha256": row.sha256, "size": row.size, **final}
        )


def _keep_losses(points):
    points = list(points)
    measured = [point for point in points if point.loss is not None]
    LossPoint.objects.bulk_create(
        measured,
        update_conflicts=True,
        unique_fields=["run", "step"],
        update_fields=["loss", "learning_rate"],
    )
    for point in points:
        if point.validation is not None:
            LossPoint.objects.filter(run=point.run, step=point.step).update(
                validation=point.validation
            )
