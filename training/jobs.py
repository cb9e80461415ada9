"""What the queue calls. Only ids go in: the row, not the queue, holds the truth."""

import traceback

from django.db.models import Max

from brandstudio.core.blobs import BlobMissing, disk
from brandstudio.core.models import WrongState
from brandstudio.core.queue import lease, stopping
from brandstudio.core.queue import work_queue as queue
from brandstudio.core.queue.device import LeaseAbandoned
from brandstudio.core.queue.devices import this_device
from training import notices
from training.engine.errors import EngineError
from training.models import Chore, RunLine, RunState, TrainingRun, Upload
from training.services import bases, incoming, retention, run_folders
from training.worker import checkpoint_advice, dataset_tasks, pipeline_cache
from training.worker.event_writer import Recorder
from training.worker.run_control import RunControl

MOST_TRACE = 8000  # characters of a traceback that the log keeps


def train(run_pk):
    """Carry one run from its newest checkpoint to its end. Safe to deliver twice."""
    run = TrainingRun.objects.select_related("base", "snapshot", "dataset", "owner").get(pk=run_pk)
    try:
        run.start(worker=lease.this_worker())
        with lease.renewing(run):
            _train(run)
    except WrongState:  # delivered twice, cancelled or taken over: the row knows
        return
    except EngineError as error:  # the person can mend this
        if error.code == "disk-full":
            _pause_on_full_disk(run)
        else:
            run.fail(error.code, **error.facts)
        notices.run_ended(run)
    except BlobMissing as error:
        run.fail("stored-damaged", name=error.name or "?")
        notices.run_ended(run)
    except Exception as error:
        if disk.is_full(error):
            _pause_on_full_disk(run)  # not the engine's own files: the store's, or the folder's
            notices.run_ended(run)
            return
        # our fault: say so, and keep the traceback for whoever looks after the studio
        trace = traceback.format_exc()[-MOST_TRACE:]
        RunLine.objects.create(run=run, attempt=run.attempt, level=RunLine.TRACE, text=trace)
        run.fail("software-fault")
        notices.run_ended(run)
        raise


def _pause_on_full_disk(run):
    """A person must make room; the run goes on from what was saved before."""
    step = run.checkpoints.aggregate(last=Max("step"))["last"] or 0
    run.pause(why="disk-full", problem="run-disk-full", step=step)


def _train(run):
    from training.engine.train import trainer  # noqa: PLC0415 -- torch is slow; web processes skip it

    recorder = Recorder(run)
    config = run_folders.write_training_folder(run)
    kept = run_folders.carry_state_over(run)
    resumes = kept is not None
    line = "line-resumed" if resumes else "line-anew" if run.attempt > 1 else "line-started"
    recorder.say(line, attempt=run.attempt, step=kept or 0, worker=run.worker.split(":")[0])
    recorder.settle()
    try:
        with this_device().training(should_stop=lambda: _is_called_off(run)) as turn:
            control = RunControl(run, turn)
            end = None
            events = trainer.train(
                config,
                resume=resumes,
                control=control,
                cache_dir=run_folders.cache_folder(),
                model=pipeline_cache.model(run.base.path, config),
            )
            for event in events:
                if event.kind == "step" and run.state != RunState.TRAINING:
                    run.begin_training()
                recorder.note(event)
                end = event
            if end is not None and end.kind == "finished":
                recorder.settle()
                checkpoint_advice.recommend(run, config, recorder, control)
    except LeaseAbandoned:
        if stopping.process_should_stop():
            queue.hand_back(run)
        return
    recorder.settle()
    _end(run, recorder, end, control)


def _is_called_off(run):
    """Whether there is no point in waiting for the device: the run is not ours, or we must end."""
    held = type(run).objects.held().filter(pk=run.pk, attempt=run.attempt)
    return stopping.process_should_stop() or not held.exists()


def _end(run, recorder, end, control):
    """The row's state after the engine's last event."""
    if end is None or end.kind == "cancelled":
        return
    if end.kind == "finished" and control.why_paused != "worker-stops":
        run.finish()
        run_folders.forget_files(run)
        retention.forget_resume_state(run)
    elif control.why_paused == "worker-stops":
        queue.hand_back(run)
        return
    else:
        problem = {"problem": "run-disk-full"} if end.reason == "disk-full" else {}
        run.pause(why=end.reason, step=end.step, **problem)
    notices.run_ended(run)


def do_chore(chore_pk):
    """Draft captions or screen pictures for a whole dataset. Safe to deliver twice."""
    chore = Chore.objects.select_related("dataset").get(pk=chore_pk)
    try:
        chore.start(worker=lease.this_worker())
        with lease.renewing(chore):
            dataset_tasks.carry_out(chore)
            chore.finish()
    except WrongState:
        return
    except stopping.WorkerStops:
        queue.hand_back(chore)
    except EngineError as error:
        chore.fail(error.code, **error.facts)
    except BlobMissing as error:
        chore.fail("stored-damaged", name=error.name or "?")
    except Exception as error:
        if disk.is_full(error):
            chore.fail("no-room", name=str(chore))
            return
        chore.fail("software-fault")
        raise


def unpack(upload_pk):
    """Take in an uploaded zip. Safe to deliver twice: no picture is added again."""
    upload = Upload.objects.select_related("dataset", "sent_by").get(pk=upload_pk)
    try:
        upload.start(worker=lease.this_worker())
        with lease.renewing(upload):
            incoming.unpack_upload(upload)
    except WrongState:
        return
    except stopping.WorkerStops:
        queue.hand_back(upload)
    except BlobMissing:
        upload.fail("upload-lost", name=upload.name)
    except Exception as error:
        if disk.is_full(error):
            upload.fail("no-room", name=upload.name)
            return
        upload.fail("software-fault")
        raise


def warm_up(queue):
    """Before the first job of a worker: look at what base models there are, or load torch."""
    if queue == Chore.QUEUE:
        bases.sync_base_models()
    else:
        import training.engine.train.trainer  # noqa: F401, PLC0415 -- torch is slow to import
