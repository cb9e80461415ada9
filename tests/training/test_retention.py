"""Checkpoints kept, dropped and cleared away; state that lets another host go on."""

import shutil
from datetime import timedelta

import pytest
from django.utils import timezone
from safetensors.torch import load_file

from brandstudio.core import blobs
from brandstudio.core.queue import housekeeping
from training import jobs, services
from training.models import Checkpoint, RequestedAction, RunState, TrainingRun
from training.services import retention, run_folders
from training.worker import run_control, training

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _look_at_every_step(monkeypatch):
    monkeypatch.setattr(run_control, "LOOK_SECONDS", 0)


@pytest.fixture
def run(make_dataset, base, designer, queue_redis, quick_settings):
    dataset = make_dataset(4, checked=4)
    return services.start_run(dataset, base, quick_settings, by=designer, name="Ink one")


@pytest.fixture
def make_checkpoint(run):
    """make_checkpoint(100): a checkpoint row whose file exists."""

    def make_checkpoint(step, **fields):
        sha256 = blobs.put_bytes(f"weights of step {step}".encode())
        return Checkpoint.objects.create(run=run, step=step, sha256=sha256, size=10, **fields)

    return make_checkpoint


def end(run, state, days_ago):
    ended = timezone.now() - timedelta(days=days_ago)
    TrainingRun.objects.filter(pk=run.pk).update(state=state, ended_at=ended)


def test_time_takes_only_what_nobody_needs(run, make_checkpoint):
    made = [make_checkpoint(step, is_kept=step == 200) for step in (100, 200, 300)]
    final = make_checkpoint(400, is_final=True)
    TrainingRun.objects.filter(pk=run.pk).update(recommendation={"step": 300, "reasons": []})
    run_folders.run_folder(run).mkdir(parents=True)
    end(run, RunState.FINISHED, days_ago=91)

    housekeeping.run()

    assert [c.step for c in run.checkpoints.all()] == [200, 300, 400]
    assert not blobs.exists(made[0].sha256)
    assert blobs.exists(final.sha256)
    assert not run_folders.run_folder(run).exists()


@pytest.mark.parametrize("state", [RunState.FINISHED, RunState.FAILED, RunState.CANCELLED])
def test_each_state_has_its_own_time(run, make_checkpoint, settings, state):
    settings.RETENTION_DAYS = {**dict.fromkeys(settings.RETENTION_DAYS, 100), state.value: 5}
    make_checkpoint(100)
    end(run, state, days_ago=4)
    retention.sweep_runs()
    before = run.checkpoints.count()

    end(run, state, days_ago=6)
    retention.sweep_runs()

    assert (before, run.checkpoints.count()) == (1, 0)


def test_zero_days_mean_for_ever(run, make_checkpoint, settings):
    settings.RETENTION_DAYS = dict.fromkeys(settings.RETENTION_DAYS, 0)
    make_checkpoint(100)
    end(run, RunState.CANCELLED, days_ago=5000)

    retention.sweep_runs()

    assert run.checkpoints.count() == 1


def test_paused_run_is_never_touched(run, make_checkpoint):
    make_checkpoint(100)
    end(run, RunState.PAUSED, days_ago=5000)

    retention.sweep_runs()

    assert run.checkpoints.count() == 1


def test_file_that_another_row_names_stays(run, make_checkpoint, make_dataset):
    checkpoint = make_checkpoint(100)
    dataset = make_dataset(1, name="Other")
    dataset.images.update(original_sha256=checkpoint.sha256)

    retention.drop_checkpoint(checkpoint)

    assert blobs.exists(checkpoint.sha256)


def test_picture_that_only_a_snapshot_names_stays(run):
    frozen = run.snapshot.images.first().sha256
    run.dataset.images.all().delete()

    assert housekeeping.discard_unnamed([frozen]) == 0
    assert blobs.exists(frozen)


def test_designer_keeps_and_drops_checkpoints(at_desk, make_checkpoint, run):
    kept, dropped = make_checkpoint(100), make_checkpoint(200)

    at_desk.post(f"/checkpoints/{kept.pk}/act/", {"act": "keep"})
    at_desk.post(f"/checkpoints/{dropped.pk}/act/", {"act": "drop"})

    assert list(run.checkpoints.values_list("step", "is_kept")) == [(100, True)]
    assert not blobs.exists(dropped.sha256)


def test_stranger_cannot_drop_a_checkpoint(client, make_user, make_checkpoint, run):
    checkpoint = make_checkpoint(100)
    client.force_login(make_user("other", is_designer=True))

    answer = client.post(f"/checkpoints/{checkpoint.pk}/act/", {"act": "drop"})

    assert answer.status_code == 404
    assert run.checkpoints.count() == 1


def pause_after_first_save(run, monkeypatch):
    """Train until the first checkpoint is there, then pause."""

    class PausedThen(run_control.RunControl):
        def should_pause(self):
            if Checkpoint.objects.filter(run=run).exists():
                TrainingRun.objects.filter(pk=run.pk).update(requested_action=RequestedAction.PAUSE)
            return super().should_pause()

    with monkeypatch.context() as patch:
        patch.setattr(training, "RunControl", PausedThen)
        jobs.train(run.pk)
    run.refresh_from_db()
    assert run.state == RunState.PAUSED


def test_another_host_goes_on_to_the_same_weights(
    run, designer, base, quick_settings, monkeypatch, settings, tmp_path
):
    straight = services.start_run(run.dataset, base, quick_settings, by=designer, name="Ink one")
    jobs.train(straight.pk)
    pause_after_first_save(run, monkeypatch)
    settings.DATA_DIR = tmp_path / "another-host"
    settings.DATA_DIR.mkdir()

    services.queue_run(run, by=designer)
    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FINISHED, "")
    lines = run.lines.filter(code="line-resumed")
    assert [line.facts["step"] for line in lines] == [2]
    ours, theirs = (
        load_file(blobs.local(r.checkpoints.get(is_final=True).sha256)) for r in (run, straight)
    )
    assert all(ours[key].equal(theirs[key]) for key in theirs)
    assert run.resume_sha256 == ""


def test_run_whose_state_is_gone_says_so_and_never_begins_anew(run, designer, monkeypatch):
    pause_after_first_save(run, monkeypatch)
    shutil.rmtree(run_folders.run_folder(run))
    blobs.discard(run.resume_sha256)

    services.queue_run(run, by=designer)
    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FAILED, "resume-nothing")


def test_run_that_learned_nothing_says_so_and_names_what_it_learned_worst(run, at_desk):
    jobs.train(run.pk)

    run.refresh_from_db()
    page = at_desk.get(f"/runs/{run.pk}/").content.decode()
    assert run.recommendation["verdict"] == "learned-nothing"
    assert run.recommendation["reasons"] == []
    assert 1 <= len(run.image_losses) <= 5
    assert all(name in page for name in run.image_losses)
    assert all(c.scores["style"] >= 0 for c in run.checkpoints.all())
