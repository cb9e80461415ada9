"""What the queue calls. Only ids go in: the row, not the queue, holds the truth.

What carries a job out is imported when its first job comes: torch and scipy take seconds and
hundreds of megabytes, and a worker of the background unpacks uploads without either.
"""

from functools import partial

from brandstudio.core.problems import Refused
from brandstudio.core.queue import attempt
from training.engine.errors import EngineError
from training.models import DatasetTask, DatasetTaskKind, TrainingRun, Upload
from training.services import bases, copies, incoming, photographs
from training.services.runs import check_rights, fail_run


def train(run_pk):
    """Carry one run from its newest checkpoint to its end. Safe to deliver twice."""
    run = TrainingRun.objects.select_related("base", "snapshot", "dataset", "owner").get(pk=run_pk)
    attempt.carry_out(run, _train, mendable=(EngineError, Refused), fail=partial(fail_run, run))


def _train(run):
    check_rights(run)
    from training.worker import training

    training.train(run)


def carry_out_task(task_pk):
    """Draft captions, screen pictures or compare both. Safe to deliver twice."""
    task = DatasetTask.objects.select_related("dataset").get(pk=task_pk)
    attempt.carry_out(task, _carry_out_task, mendable=(EngineError,))


def _carry_out_task(task):
    if task.kind == DatasetTaskKind.SCREEN:
        from training.worker import screening

        screening.screen(task)
    else:
        from training.worker import captioning

        captioning.ACTS[task.kind](task)
    task.finish()


def unpack(upload_pk):
    """Take in an uploaded zip. Safe to deliver twice: no picture is added again."""
    upload = Upload.objects.select_related("dataset", "sent_by").get(pk=upload_pk)

    def fail(code, **facts):
        # The one stored file that it needs is the one that was sent.
        upload.fail("upload-lost" if code == "stored-damaged" else code, **facts)

    attempt.carry_out(upload, incoming.unpack_upload, fail=fail)


def read_photographs():
    """Note the pixels of pictures of which that was never done. Safe to deliver twice."""
    photographs.read_waiting()


def read_features():
    """Read what copies of barred pictures are found by. Safe to deliver twice."""
    copies.read_waiting()


def warm_up(queue):
    """Before the first job of a worker: look at what base models there are, or load torch."""
    if queue == DatasetTask.QUEUE:
        bases.sync_base_models()
    else:
        import training.worker.training  # noqa: F401
