"""Rows change state through their own methods only, and every change is answerable."""

import pytest
from django.db import IntegrityError
from django.utils import timezone

from brandstudio.core.models import AuditEntry, User, WrongState
from training.models import BaseModel, Dataset, DatasetTask, DatasetTaskState, RunState, TrainingRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def designer():
    return User.objects.create_user("lin", is_designer=True)


@pytest.fixture
def dataset(designer):
    return Dataset.objects.create(name="Arcades", owner=designer)


@pytest.fixture
def make_run(designer, dataset):
    base = BaseModel.objects.create(name="toy", path="toy", family="sd15", sha256="0" * 64)

    def make(**fields):
        return TrainingRun.objects.create(
            name="ink", owner=designer, dataset=dataset, base=base, **fields
        )

    return make


def test_run_walks_from_draft_to_finished_and_leaves_an_audit_trail(make_run, designer):
    run = make_run()

    run.queue(by=designer)
    run.start(worker="w1")
    run.begin_training()
    run.finish()

    trail = list(AuditEntry.objects.about(run).order_by("pk").values_list("source", "target"))
    assert trail == [
        ("draft", "queued"),
        ("queued", "preparing"),
        ("preparing", "training"),
        ("training", "finished"),
    ]
    assert AuditEntry.objects.about(run).order_by("pk").first().actor == designer


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (RunState.DRAFT, lambda run: run.start("w1")),
        (RunState.FINISHED, lambda run: run.queue()),
        (RunState.QUEUED, lambda run: run.finish()),
        (RunState.PAUSED, lambda run: run.finish()),
        (RunState.CANCELLED, lambda run: run.fail("oom")),
    ],
)
def test_forbidden_step_raises_and_changes_nothing(make_run, state, step):
    run = make_run(state=state)

    with pytest.raises(WrongState):
        step(run)

    run.refresh_from_db()
    assert run.state == state
    assert not AuditEntry.objects.about(run).exists()


def test_second_worker_to_claim_a_run_is_refused(make_run):
    run = make_run()
    run.queue()
    seen_by_two = TrainingRun.objects.get(pk=run.pk)
    run.start("w1")

    with pytest.raises(WrongState):
        seen_by_two.start("w2")

    run.refresh_from_db()
    assert run.worker == "w1"


def test_worker_holds_one_run_at_most(make_run):
    first, second = make_run(), make_run()
    first.queue()
    second.queue()
    first.start("w1")

    with pytest.raises(IntegrityError):
        second.start("w1")


def test_requeued_run_refuses_what_its_old_worker_still_writes(make_run):
    run = make_run()
    run.queue()
    run.start("w1")
    run.begin_training()
    TrainingRun.objects.get(pk=run.pk).requeue(why="worker lost")

    with pytest.raises(WrongState):
        run.note_progress(steps_done=5)
    with pytest.raises(WrongState):
        run.renew()

    run.refresh_from_db()
    assert (run.state, run.steps_done, run.attempt) == (RunState.QUEUED, 0, 2)


def test_row_that_lost_workers_before_is_leased_for_longer_up_to_a_cap(make_run, settings):
    lasts = []
    for lost in range(5):
        run = make_run(state=RunState.QUEUED, lost=lost)
        run.start(worker=f"w{lost}")
        run.renew()
        lasts.append((run.lease_until - timezone.now()).total_seconds() / settings.LEASE_SECONDS)

    assert lasts == pytest.approx([1, 2, 4, 8, 8], rel=0.2)


def test_lapsed_lease_is_found_and_a_renewed_one_is_not(make_run, settings):
    settings.LEASE_SECONDS = -1
    run = make_run()
    run.queue()
    run.start("w1")
    assert list(TrainingRun.objects.lapsed()) == [run]

    settings.LEASE_SECONDS = 45
    run.renew()

    assert not TrainingRun.objects.lapsed().exists()


def test_dataset_has_one_active_task_of_a_kind(dataset, designer):
    DatasetTask.objects.create(dataset=dataset, kind="draft", asked_by=designer)

    with pytest.raises(IntegrityError):
        DatasetTask.objects.create(dataset=dataset, kind="draft", asked_by=designer)


def test_finished_task_lets_the_next_one_in(dataset, designer):
    task = DatasetTask.objects.create(dataset=dataset, kind="draft", asked_by=designer)
    task.start("w1")
    task.finish()

    again = DatasetTask.objects.create(dataset=dataset, kind="draft", asked_by=designer)

    assert (task.state, again.state) == (DatasetTaskState.DONE, DatasetTaskState.QUEUED)
