"""The queue, on a real Redis: one job a row and attempt, after the commit, come what may."""

import pytest
from django.db import transaction
from rq.job import Job

from brandstudio.core.queue import reconcile, work_queue
from tests.testapp.models import Toil, ToilState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def toil(queue_redis):
    return Toil.objects.create()


def test_job_is_queued_once_the_row_is_committed(toil):
    with transaction.atomic():
        work_queue.enqueue_work(toil)
        waiting_before = work_queue.waiting("train")

    assert (waiting_before, work_queue.waiting("train")) == (0, 1)
    assert work_queue.position("train", toil.job_id) == 1


def test_row_that_was_rolled_back_is_never_queued(toil):
    with transaction.atomic():
        work_queue.enqueue_work(toil)
        transaction.set_rollback(True)

    assert work_queue.waiting("train") == 0


def test_same_job_is_queued_once(toil):
    work_queue.enqueue_work(toil)
    work_queue.enqueue_work(toil)

    assert work_queue.waiting("train") == 1


def test_job_carries_the_row_and_never_times_out(toil, queue_redis):
    work_queue.enqueue_work(toil)

    job = Job.fetch(toil.job_id, queue_redis)
    assert (job.func_name, job.args, job.timeout) == ("tests.testapp.jobs.count", (toil.pk,), -1)


def test_job_that_failed_before_can_be_queued_again_under_its_name(toil, queue_redis):
    work_queue.enqueue_work(toil)
    job = Job.fetch(toil.job_id, queue_redis)
    work_queue.withdraw("train", toil.job_id)
    job.set_status("failed")

    work_queue.enqueue_work(toil)

    assert work_queue.position("train", toil.job_id) == 1


def test_withdrawn_job_waits_no_more(toil):
    work_queue.enqueue_work(toil)

    work_queue.withdraw("train", toil.job_id)

    assert not work_queue.is_live("train", toil.job_id)


def test_redis_that_is_down_costs_the_row_nothing(toil, settings):
    down = {name: {"URL": "unix:///nowhere/redis.sock"} for name in work_queue.NAMES}
    settings.RQ_QUEUES, up = down, settings.RQ_QUEUES

    work_queue.enqueue_work(toil)
    settings.RQ_QUEUES = up

    assert reconcile.reconcile() == [toil.job_id]
    assert work_queue.position("train", toil.job_id) == 1


def test_flushed_redis_is_filled_again_from_the_rows(toil, queue_redis):
    work_queue.enqueue_work(toil)
    queue_redis.flushall()

    assert reconcile.reconcile() == [toil.job_id]
    assert reconcile.reconcile() == []
    assert work_queue.waiting("train") == 1


def test_row_just_queued_is_given_time_to_reach_redis(toil):
    toil.requeue()

    assert reconcile.reconcile() == []


def test_row_of_a_dead_worker_goes_on_with_its_next_attempt(toil, queue_redis):
    toil.start("another-host:1:1")
    Toil.objects.update(lease_until="2020-01-01T00:00Z")

    queued = reconcile.reconcile()

    toil.refresh_from_db()
    assert (toil.state, toil.attempt, toil.worker) == (ToilState.WAITING, 1, "")
    assert queued == [toil.job_id]


def test_row_that_cost_many_workers_is_given_up(toil, settings):
    Toil.objects.update(lost=settings.MAX_ATTEMPTS - 1)
    toil.refresh_from_db()
    toil.start("another-host:1:1")
    Toil.objects.update(lease_until="2020-01-01T00:00Z")

    assert reconcile.reconcile() == []

    toil.refresh_from_db()
    assert (toil.state, toil.problem) == (ToilState.FAILED, "worker-lost")


def test_row_of_a_living_worker_is_left_alone(toil, queue_redis):
    toil.start("another-host:1:1")

    assert reconcile.reconcile() == []

    toil.refresh_from_db()
    assert toil.state == ToilState.WORKING


def test_one_room_in_trouble_does_not_stop_the_others(toil, monkeypatch, caplog):
    def in_trouble():
        raise RuntimeError("no such room")

    monkeypatch.setattr(reconcile, "_more", [in_trouble, lambda: ["other-1-0"]])

    assert reconcile.reconcile() == [toil.job_id, "other-1-0"]
    assert "no such room" in caplog.text


def test_only_the_first_of_many_workers_looks_in_each_round(toil):
    assert reconcile.reconcile_if_due() == [toil.job_id]
    work_queue.connection().lpop("rq:queue:train")

    assert reconcile.reconcile_if_due() == []
