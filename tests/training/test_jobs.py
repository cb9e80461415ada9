"""Jobs called as functions, on a toy base: what a worker does for a run and for a dataset."""

import pytest
import torch
from safetensors.torch import load_file

from brandstudio.core import blobs
from brandstudio.core.models import Notice, WrongState
from training import jobs, services
from training.engine.events import Finished
from training.engine.lora import weight_files
from training.engine.lora.weight_files import LoraModule
from training.models import RequestedAction, RunState, TrainingRun
from training.services import run_folders
from training.worker import run_control, training
from training.worker.event_writer import EventWriter

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_at_every_step(monkeypatch):
    monkeypatch.setattr(run_control, "LOOK_SECONDS", 0)


@pytest.fixture
def run(make_dataset, base, designer, queue_redis, quick_settings):
    dataset = make_dataset(4, checked=4)
    return services.start_run(dataset, base, quick_settings, by=designer, name="Ink one")


def test_job_trains_and_leaves_everything_in_rows_and_blobs(run):
    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.steps_done, run.steps_total) == (RunState.FINISHED, 4, 4)
    assert run.worker == ""
    assert list(run.losses.values_list("step", flat=True)) == [1, 2, 3, 4]
    assert [c.step for c in run.checkpoints.all()] == [2, 4]
    assert run.samples.count() >= 2
    final = run.checkpoints.get(is_final=True)
    report = weight_files.inspect(blobs.local(final.sha256))
    assert (report.family, report.rank) == ("studio-mini", 2)
    assert Notice.objects.get(person=run.owner).code == "run-finished"
    assert not run_folders.run_folder(run).exists()


def test_run_trains_on_its_snapshot_not_on_the_dataset_of_today(run):
    run.dataset.images.all().delete()

    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FINISHED, "")


def test_job_delivered_twice_trains_once(run):
    jobs.train(run.pk)
    attempt = TrainingRun.objects.get().attempt

    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.FINISHED, attempt)


def test_paused_run_goes_on_to_the_same_weights(run, designer, base, quick_settings):
    straight = services.start_run(run.dataset, base, quick_settings, by=designer, name="Ink one")
    jobs.train(straight.pk)
    TrainingRun.objects.filter(pk=run.pk).update(requested_action=RequestedAction.PAUSE)

    jobs.train(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    steps_when_paused = run.steps_done
    services.queue_run(run, by=designer)
    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FINISHED, "")
    assert steps_when_paused < run.steps_done
    ours, theirs = (
        load_file(blobs.local(r.checkpoints.get(is_final=True).sha256)) for r in (run, straight)
    )
    assert ours.keys() == theirs.keys()
    assert all(ours[key].equal(theirs[key]) for key in ours)


def test_cancelled_run_stops_and_keeps_its_state(run, designer):
    class CancelledAtFirstLook(run_control.RunControl):
        def should_cancel(self):
            if TrainingRun.objects.get(pk=run.pk).state == RunState.TRAINING:
                services.cancel_run(TrainingRun.objects.get(pk=run.pk), designer)
            return super().should_cancel()

    original, training.RunControl = training.RunControl, CancelledAtFirstLook
    try:
        jobs.train(run.pk)
    finally:
        training.RunControl = original

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert run.checkpoints.filter(is_final=True).count() == 0


def test_save_now_writes_a_checkpoint_out_of_turn(make_dataset, base, designer, queue_redis):
    settings = {"lora_rank": 2, "batch_size": 2, "epochs": 2, "save_steps": 1000}
    run = services.start_run(make_dataset(4, checked=4), base, settings, by=designer)
    TrainingRun.objects.filter(pk=run.pk).update(requested_action=RequestedAction.SAVE)

    jobs.train(run.pk)

    run.refresh_from_db()
    assert run.checkpoints.filter(is_final=False).count() == 1
    assert run.requested_action == RequestedAction.NONE


def test_sample_now_draws_the_samples_out_of_turn(make_dataset, base, designer, queue_redis):
    settings = {
        **{"lora_rank": 2, "batch_size": 2, "epochs": 2, "save_steps": 1000},
        **{"sample_steps": 1, "sample_prompts": ["lnink, arcade street"]},
    }
    run = services.start_run(make_dataset(4, checked=4), base, settings, by=designer)
    TrainingRun.objects.filter(pk=run.pk).update(requested_action=RequestedAction.SAMPLE)

    jobs.train(run.pk)

    run.refresh_from_db()
    assert [sample.step for sample in run.samples.all()] == [1]
    assert run.requested_action == RequestedAction.NONE


def test_fault_that_a_person_can_mend_is_kept_with_its_facts(run):
    TrainingRun.objects.filter(pk=run.pk).update(
        config=run.config.replace("targets: null", "targets: [no_such_layer]")
    )

    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FAILED, "targets-match-nothing")
    assert run.problem_facts["base"] == run.base.name
    assert Notice.objects.get().code == "run-failed"


def test_our_own_fault_is_told_as_such_and_raised(run):
    run.snapshot.images.update(sha256="no hash")

    with pytest.raises(ValueError, match="no hash"):
        jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FAILED, "software-fault")


def test_worker_that_must_end_puts_its_run_back(run, monkeypatch):
    monkeypatch.setattr(run_control.stopping, "process_should_stop", lambda: True)
    jobs.train(run.pk)
    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.QUEUED, 2)

    monkeypatch.setattr(run_control.stopping, "process_should_stop", lambda: False)
    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FINISHED, "")


def test_run_that_cost_many_workers_waits_for_a_person_who_is_told(run, designer, settings):
    TrainingRun.objects.filter(pk=run.pk).update(lost=settings.MAX_ATTEMPTS - 1)
    run.refresh_from_db()
    run.start(worker="another-host:1:1")

    run.lose_worker()

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.INTERRUPTED, "worker-lost")
    assert Notice.objects.get(person=designer).code == "run-interrupted"
    services.queue_run(run, by=designer)
    assert (run.state, run.lost) == (RunState.QUEUED, 0)


def test_restarts_of_the_studio_never_count_against_a_run(run, settings, monkeypatch):
    monkeypatch.setattr(run_control.stopping, "process_should_stop", lambda: True)

    for _ in range(settings.MAX_ATTEMPTS + 2):
        jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.lost) == (RunState.QUEUED, 0)
    assert run.attempt == settings.MAX_ATTEMPTS + 3


def test_lost_worker_writes_nothing_more(run):
    run.start(worker="one")
    lost = TrainingRun.objects.get(pk=run.pk)
    TrainingRun.objects.get(pk=run.pk).requeue(why="worker-lost")

    writer = EventWriter(lost)
    writer.say("line-started", attempt=1, worker="one")
    with pytest.raises(WrongState):
        writer.settle()

    assert run.lines.count() == 0


def test_checkpoint_is_hashed_once_beside_the_hash_of_its_header(run, tmp_path, hashed):
    run.start(worker="one")
    path = tmp_path / "ink.safetensors"
    layer = LoraModule(torch.ones(8, 4000), torch.ones(4000, 8), alpha=8.0)

    digest = weight_files.write_kohya(path, {"lora_unet_mid_block_attentions_0": layer}, {})
    writer = EventWriter(run)
    writer.note(Finished(str(path), digest, seconds=1.0, steps=4))
    writer.settle()

    # Of the weights alone, which the header tells to WebUI, and of the file that was read back.
    assert hashed(path.stat().st_size) == 2
    stored = blobs.local(run.checkpoints.get().sha256)
    assert (stored.name, stored.read_bytes()) == (digest, path.read_bytes())
