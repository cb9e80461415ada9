"""What the queue calls. Only ids go in: the row, not the queue, holds the truth."""

from brandstudio.core import lease, queue, stopping
from brandstudio.core.blobs import BlobMissing
from brandstudio.core.device import LeaseAbandoned
from brandstudio.core.devices import this_device
from brandstudio.core.models import WrongState
from training import chores, notices, warm
from training.engine.errors import EngineError
from training.models import Chore, RunState, TrainingRun, Upload
from training.recorder import Recorder
from training.services import advice, bases, folders, incoming, retention
from training.steering import RunControl


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
        run.fail(error.code, **error.facts)
        notices.run_ended(run)
    except Exception:  # our fault: say so, and let the queue keep the traceback
        run.fail("software-fault")
        notices.run_ended(run)
        raise


def _train(run):
    from training.engine import trainer  # noqa: PLC0415 -- torch is slow; web processes skip it

    recorder = Recorder(run)
    config = folders.write_training_folder(run)
    resumes = folders.carry_state_over(run)
    line = "line-resumed" if resumes else "line-anew" if run.attempt > 1 else "line-started"
    recorder.say(line, attempt=run.attempt, step=run.steps_done, worker=run.worker.split(":")[0])
    recorder.settle()
    try:
        with this_device().training(should_stop=lambda: _is_called_off(run)) as turn:
            control = RunControl(run, turn)
            end = None
            events = trainer.train(
                config,
                resume=resumes,
                control=control,
                cache_dir=folders.cache_folder(),
                pipe=warm.pipeline(run.base.path, config),
            )
            for event in events:
                if event.kind == "step" and run.state != RunState.TRAINING:
                    run.begin_training()
                recorder.note(event)
                end = event
            if end is not None and end.kind == "finished":
                recorder.settle()
                advice.recommend(run, config, recorder, control)
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
        folders.forget_files(run)
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
            chores.carry_out(chore)
            chore.finish()
    except WrongState:
        return
    except EngineError as error:
        chore.fail(error.code, **error.facts)
    except Exception:
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
    except BlobMissing:
        upload.fail("upload-lost", name=upload.name)
    except Exception:
        upload.fail("software-fault")
        raise


def warm_up(queue):
    """Before the first job of a worker: look at what base models there are, or load torch."""
    if queue == Chore.QUEUE:
        bases.sync_base_models()
    else:
        import training.engine.trainer  # noqa: F401, PLC0415 -- torch is slow to import
