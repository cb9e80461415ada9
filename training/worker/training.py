"""A training run in a worker's hands: from its newest checkpoint to its end."""

from brandstudio.core.queue import stopping, work_queue
from brandstudio.core.queue.devices import this_device
from training import notices
from training.engine.evaluate import sample_scores
from training.engine.train import trainer
from training.models import RunState
from training.services import retention, run_folders
from training.worker import checkpoint_advice, pipeline_cache
from training.worker.event_writer import EventWriter
from training.worker.run_control import RunControl


def train(run):
    """Train a run that this process has claimed. Its row ends finished, paused or requeued.

    Raises WrongState when it was cancelled or taken over, LeaseAbandoned, EngineError.
    """
    writer = EventWriter(run)
    config = run_folders.write_training_folder(run)
    step = run_folders.carry_state_over(run)
    line = (
        "line-resumed" if step is not None else "line-anew" if run.attempt > 1 else "line-started"
    )
    writer.say(line, attempt=run.attempt, step=step or 0, worker=run.worker.split(":")[0])
    writer.settle()
    with this_device().training(should_stop=lambda: _is_called_off(run)) as turn:
        control = RunControl(run, turn)
        end = _last_event(run, config, writer, control, resume=step is not None)
        if end is not None and end.kind == "finished" and not run.is_taste:
            writer.settle()
            checkpoint_advice.recommend(run, config, writer, control)
    writer.settle()
    _end(run, end, control)


def _last_event(run, config, writer, control, *, resume):
    """Train, each event written as it comes. Returns the last one, None if there was none."""
    end = None
    events = trainer.train(
        config,
        resume=resume,
        control=control,
        cache_dir=run_folders.cache_folder(),
        model=pipeline_cache.ensure_loaded(run.base.path, config),
        make_judge=sample_scores.make_judge,
    )
    for event in events:
        if event.kind == "step" and run.state != RunState.TRAINING:
            run.begin_training()
        writer.note(event)
        end = event
    return end


def _is_called_off(run):
    """Whether there is no point in waiting for the device: the run is not ours, or we must end."""
    rows = type(run).objects.held().filter(pk=run.pk, attempt=run.attempt)
    return stopping.process_should_stop() or not rows.exists()


def _end(run, end, control):
    """The row's state after the engine's last event."""
    if end is None or end.kind == "cancelled":
        return
    if control.why_paused == "worker-stops":
        work_queue.requeue(run)
        return
    if end.kind == "finished":
        run.finish()
        run_folders.forget_files(run)
        retention.forget_resume_state(run)
    else:
        _pause(run, end, control)
    notices.run_ended(run)


def _pause(run, end, control):
    """Paused, with the reason where no person asked for it."""
    if end.reason == "disk-full":
        run.pause(why=end.reason, problem="run-disk-full", step=end.step)
    elif control.why_paused == "rights-ended":
        code, facts = control.ended[0]
        run.pause(why=control.why_paused, problem=code, **facts)
    else:
        run.pause(why=end.reason)
