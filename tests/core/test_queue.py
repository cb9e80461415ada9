"""The queue, on a real Redis: one job a row and attempt, after the commit, come what may."""

import pytest
from django.db import transaction
from rq.job import Job

from brandstudio.core.queue import lease, reconcile, work_queue
from tests.testapp.models import Counting, CountingState

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def work(queue_redis):
    return Counting.objects.create()


def test_job_is_queued_once_the_row_is_committed(work):
    with transaction.atomic():
        work_queue.enqueue_work(work)
        waiting_before = work_queue.waiting("train")

    assert (waiting_before, work_queue.waiting("train")) == (0, 1)
    assert work_queue.position("train", work.job_id) == 1


def test_row_that_was_rolled_back_is_never_queued(work):
    with transaction.atomic():
        work_queue.enqueue_work(work)
        transaction.set_rollback(True)

    assert work_queue.waiting("train") == 0


def test_same_job_is_queued_once(work):
    work_queue.enqueue_work(work)
    work_queue.enqueue_work(work)

    assert work_queue.waiting("train") == 1


def test_job_carries_the_row_and_never_times_out(work, queue_redis):
    work_queue.enqueue_work(work)

    job = Job.fetch(work.job_id, queue_redis)
    assert (job.func_name, job.args, job.timeout) == ("tests.testapp.jobs.count", (work.pk,), -1)


def test_job_that_failed_before_can_be_queued_again_under_its_name(work, queue_redis):
    work_queue.enqueue_work(work)
    job = Job.fetch(work.job_id, queue_redis)
    work_queue.withdraw("train", work.job_id)
    job.set_status("failed")

    work_queue.enqueue_work(work)

    assert work_queue.position("train", work.job_id) == 1


def test_withdrawn_job_waits_no_more(work):
    work_queue.enqueue_work(work)

    work_queue.withdraw("train", work.job_id)

    assert not work_queue.is_live("train", work.job_id)


def test_redis_that_is_down_costs_the_row_nothing(work, settings):
    down = {name: {"URL": "unix:///nowhere/redis.sock"} for name in work_queue.NAMES}
    settings.RQ_QUEUES, up = down, settings.RQ_QUEUES

    work_queue.enqueue_work(work)
    settings.RQ_QUEUES = up

    assert reconcile.reconcile() == [work.job_id]
    assert work_queue.position("train", work.job_id) == 1


def test_flushed_redis_is_filled_again_from_the_rows(work, queue_redis):
    work_queue.enqueue_work(work)
    queue_redis.flushall()

    assert reconcile.reconcile() == [work.job_id]
    assert reconcile.reconcile() == []
    assert work_queue.waiting("train") == 1


def test_row_just_queued_is_given_time_to_reach_redis(work):
    work.requeue()

    assert reconcile.reconcile() == []


def test_row_of_a_dead_worker_goes_on_with_its_next_attempt(work, queue_redis):
    work.start("another-host:1:1")
    Counting.objects.update(lease_until="2020-01-01T00:00Z")

    queued = reconcile.reconcile()

    work.refresh_from_db()
    assert (work.state, work.attempt, work.worker) == (CountingState.WAITING, 1, "")
    assert queued == [work.job_id]


def test_row_that_cost_many_workers_is_given_up(work, settings):
    Counting.objects.update(lost=settings.MAX_ATTEMPTS - 1)
    work.refresh_from_db()
    work.start("another-host:1:1")
    Counting.objects.update(lease_until="2020-01-01T00:00Z")

    assert reconcile.reconcile() == []

    work.refresh_from_db()
    assert (work.state, work.problem) == (CountingState.FAILED, "worker-lost")


def test_row_of_a_living_worker_is_left_alone(work, queue_redis):
    work.start("another-host:1:1")

    assert reconcile.reconcile() == []

    work.refresh_from_db()
    assert work.state == CountingState.WORKING


def test_one_room_in_trouble_does_not_stop_the_others(work, monkeypatch, caplog):
    def in_trouble():
        raise RuntimeError("no such room")

    monkeypatch.setattr(reconcile, "_more", [in_trouble, lambda: ["other-1-0"]])

    assert reconcile.reconcile() == [work.job_id, "other-1-0"]
    assert "no such room" in caplog.text


def test_only_the_first_of_many_workers_looks_in_each_round(work):
    assert reconcile.reconcile_if_due() == [work.job_id]
    work_queue.connection().lpop("rq:queue:train")

    assert reconcile.reconcile_if_due() == []


def test_only_workers_that_live_count_as_taking_from_a_queue(queue_redis):
    def register(worker, beats=True):
        queue_redis.sadd("rq:workers:train", f"rq:worker:{worker}")
        if beats:
            queue_redis.hset(f"rq:worker:{worker}", "state", "idle")

    before = (work_queue.workers("train"), work_queue.is_unattended("train"))
    dead_here = lease.this_worker().rpartition(":")[0] + ":0"  # a process of old with this number
    register(dead_here)
    register("another-host:1:1", beats=False)  # Redis has not heard of it for long
    with_dead = work_queue.is_unattended("train")
    register(lease.this_worker())

    assert (before, with_dead) == ((0, True), True)
    assert (work_queue.workers("train"), work_queue.is_unattended("train")) == (1, False)


def test_silent_redis_tells_nothing_of_workers(work, redis_process):
    redis_process.kill()
    try:
        told = (work_queue.workers("train"), work_queue.is_unattended("train"))
    finally:
        redis_process.start()

    assert told == (0, False)
