"""The faults once more, at the real intervals, and the site on PostgreSQL: `make test-slow`."""

import os
import signal
import subprocess
import sys

import pytest
from django.conf import settings
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


# The rest runs on the throw-away server of .ci/with-postgres: one after the other, since their
# databases have the same names and one of them stops the server.
on_postgresql = pytest.mark.xdist_group("postgresql")


def run_tests_on_postgresql(*arguments):
    """Run pytest in a process of its own whose database is PostgreSQL. Returns what it said."""
    plain = {name: set_to for name, set_to in os.environ.items() if "PYTEST_XDIST" not in name}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *arguments],
        cwd=settings.ROOT,
        env={**plain, "DATABASE_URL": os.environ["POSTGRES_URL"]},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    return said


@on_postgresql
def test_queue_and_workers_keep_their_promises_on_postgresql():
    said = run_tests_on_postgresql(
        "tests/core/test_queue.py", "tests/core/test_worker_faults.py", "tests/core/test_states.py"
    )

    assert " passed" in said


@on_postgresql
def test_rooms_work_on_postgresql():
    side_by_side = ["-n", "2", "--dist", "loadfile"]
    with_rows = ["tests/training", "tests/gallery", "--ignore=tests/gallery/engine"]

    said = run_tests_on_postgresql("-m", "not slow", *side_by_side, *with_rows)

    assert " passed" in said


@on_postgresql
def test_postgresql_stopped_and_started_loses_nothing():
    said = run_tests_on_postgresql("tests/core/on_postgresql.py")

    assert "1 passed" in said
