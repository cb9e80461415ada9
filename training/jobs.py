"""What the queue calls. Only ids go in: the row, not the queue, holds the truth."""

from functools import partial

from brandstudio.core.queue import attempt
from training.engine.errors import EngineError
from training.models import DatasetTask, TrainingRun, Upload
from training.services import bases, incoming
from training.worker import dataset_tasks, training


def train(run_pk):
    """Carry one run from its newest checkpoint to its end. Safe to deliver twice."""
    run = TrainingRun.objects.select_related("base", "snapshot", "dataset", "owner").get(pk=run_pk)
    fail = partial(training.fail, run)
    attempt.carry_out(run, training.train, mendable=(EngineError,), fail=fail)


def carry_out_task(task_pk):
    """Draft captions or screen pictures for a whole dataset. Safe to deliver twice."""
    task = DatasetTask.objects.select_related("dataset").get(pk=task_pk)
    attempt.carry_out(task, dataset_tasks.carry_out, mendable=(EngineError,))


def unpack(upload_pk):
    """Take in an uploaded zip. Safe to deliver twice: no picture is added again."""
    upload = Upload.objects.select_related("dataset", "sent_by").get(pk=upload_pk)

    def fail(code, **facts):
        # The one stored file that it needs is the one that was sent.
        upload.fail("upload-lost" if code == "stored-damaged" else code, **facts)

    attempt.carry_out(upload, incoming.unpack_upload, fail=fail)


def warm_up(queue):
    """Before the first job of a worker: look at what base models there are, or load torch."""
    if queue == DatasetTask.QUEUE:
        bases.sync_base_models()
    else:
        import training.engine.train.trainer  # noqa: F401, PLC0415 -- torch is slow to import
