"""What becomes of a run's files: kept or dropped by hand, and cleared away with time."""

import shutil
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from brandstudio.core.queue import housekeeping
from training.models import RunState, TrainingRun
from training.services.run_folders import run_folder


def keep_checkpoint(checkpoint, by, keep=True):
    """Keep a checkpoint for good, or let time take it again."""
    with transaction.atomic():
        checkpoint.is_kept = keep
        checkpoint.save(update_fields=["is_kept"])
        AuditEntry.objects.record(checkpoint, "", "kept" if keep else "not kept", by=by)


def drop_checkpoint(checkpoint, by=None, why=""):
    """Remove a checkpoint and its file. Raises InUse."""
    sha256, step = checkpoint.sha256, checkpoint.step
    try:
        with transaction.atomic():
            AuditEntry.objects.record(checkpoint, "kept", "dropped", by=by, why=why, step=step)
            checkpoint.delete()
    except ProtectedError as error:
        raise InUse(step) from error
    housekeeping.discard_unnamed([sha256])


class InUse(Exception):
    """A style pack was made from the checkpoint."""

    def __init__(self, step):
        self.step = step
        super().__init__(f"The checkpoint of step {step} is in use.")


def sweep_runs():
    """Clear away what ended runs need no longer (settings.RETENTION_DAYS)."""
    for state, days in settings.RETENTION_DAYS.items():
        if not days:
            continue
        before = timezone.now() - timedelta(days=days)
        moment = "made_at" if state == RunState.DRAFT else "ended_at"
        runs = TrainingRun.objects.without_tastes()
        for run in runs.filter(state=state, **{f"{moment}__lt": before}):
            sweep_run(run)
            if state == RunState.DRAFT:
                run.delete()


def sweep_run(run):
    """Drop a run's resume state and the checkpoints that nobody needs."""
    shutil.rmtree(run_folder(run), ignore_errors=True)
    forget_resume_state(run)
    spare = run.checkpoints.filter(is_kept=False, is_final=False)
    for checkpoint in spare.exclude(step=run.recommendation.get("step", -1)):
        try:
            drop_checkpoint(checkpoint, why="retention")
        except InUse:
            continue


def forget_resume_state(run):
    """Remove the state that another host would go on from."""
    if sha256 := run.resume_sha256:
        TrainingRun.objects.filter(pk=run.pk).update(resume_sha256="", resume_step=0)
        housekeeping.discard_unnamed([sha256])
