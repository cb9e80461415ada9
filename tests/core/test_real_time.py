"""The faults once more, at the real intervals: `make test-slow`."""

import signal

import pytest
from django.db import connection

from brandstudio.core.queue import work_queue
from tests.core.faults import lock_database, steps_done_twice
from tests.testapp.models import Counting, CountingState

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WITHIN = 150  # seconds: a lapsed lease (45), the next look (60), and what a busy machine adds


@pytest.fixture
def start_real_worker(start_worker):
    return lambda: start_worker("train", STUDIO_CLOCK="1")


@pytest.fixture
def work(queue_redis):
    """Work of about two minutes."""
    work = Counting.objects.create(total=240, pause=0.5)
    work_queue.enqueue_work(work)
    return work


def wait_until_done(work, wait_for):
    wait_for(
        lambda: Counting.objects.filter(pk=work.pk, state__in=("done", "failed")).exists(), 600
    )
    work.refresh_from_db()
    assert work.state == CountingState.DONE
    assert steps_done_twice(work) == []


def begun(work, wait_for, steps=4):
    wait_for(lambda: Counting.objects.filter(pk=work.pk, done__gte=steps).exists(), 120)


def test_killed_worker_at_real_intervals(start_real_worker, work, wait_for):
    worker = start_real_worker()
    begun(work, wait_for)

    worker.kill()
    worker.wait()
    start_real_worker()

    wait_for(lambda: Counting.objects.filter(pk=work.pk, attempt=1).exists(), WITHIN)
    Counting.objects.filter(pk=work.pk).update(total=60)
    wait_until_done(work, wait_for)


def test_frozen_worker_at_real_intervals(start_real_worker, work, wait_for):
    frozen = start_real_worker()
    begun(work, wait_for)

    frozen.send_signal(signal.SIGSTOP)
    start_real_worker()

    wait_for(lambda: Counting.objects.filter(pk=work.pk, attempt=1).exists(), WITHIN)
    Counting.objects.filter(pk=work.pk).update(total=60)
    wait_until_done(work, wait_for)


def test_flushed_redis_at_real_intervals(start_real_worker, work, queue_redis, wait_for):
    waiting = Counting.objects.create()
    work_queue.enqueue_work(waiting)
    start_real_worker()
    begun(work, wait_for)

    queue_redis.flushall()

    wait_for(lambda: work_queue.is_live("train", waiting.job_id), WITHIN)
    Counting.objects.filter(pk=work.pk).update(total=20)
    start_real_worker()
    wait_until_done(work, wait_for)
    wait_until_done(waiting, wait_for)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way of locking")
def test_database_locked_for_thirty_seconds(start_real_worker, work, wait_for):
    Counting.objects.filter(pk=work.pk).update(total=60)
    start_real_worker()
    begun(work, wait_for)

    lock_database(seconds=30)

    wait_until_done(work, wait_for)
    assert work.attempt == 0
