"""Real worker processes, real Redis, a real database file: what is left when one of them dies.

Every wait lasts a tenth of its real length (STUDIO_CLOCK).
"""

import signal
import threading
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest
from django.db import connection

from brandstudio.core.process import hanging, programs
from brandstudio.core.process.supervisor import Supervisor
from brandstudio.core.queue import lease, work_queue
from tests.core.faults import lock_database, steps_done_twice
from tests.testapp.models import Counting, CountingState, Step

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def make_work(queue_redis):
    def make_work(**fields):
        work = Counting.objects.create(**fields)
        work_queue.enqueue_work(work)
        return work

    return make_work


@pytest.fixture
def ended(wait_for):
    """ended(work): the row, once its work is done or has failed."""

    def ended(work):
        wait_for(
            lambda: Counting.objects.filter(pk=work.pk, state__in=("done", "failed")).exists(), 120
        )
        work.refresh_from_db()
        return work

    return ended


@pytest.fixture
def begun(wait_for):
    """begun(work): wait until some steps of it are done."""

    def begun(work):
        wait_for(lambda: Counting.objects.filter(pk=work.pk, done__gte=2).exists(), 120)

    return begun


def test_worker_carries_rows_one_after_the_other_in_one_process(start_worker, make_work, ended):
    start_worker("train", STUDIO_WARM_UP="1")
    works = [make_work() for _ in range(3)]

    states = [ended(work).state for work in works]

    assert states == [CountingState.DONE] * 3
    assert len(set(Step.objects.values_list("worker", flat=True))) == 1
    assert all(Step.objects.values_list("was_warm", flat=True))


def test_row_of_a_killed_worker_goes_on_where_it_stopped(start_worker, make_work, begun, ended):
    work = make_work(total=40, pause=0.05)
    worker = start_worker("train")
    begun(work)

    worker.kill()
    worker.wait()
    start_worker("train")

    work = ended(work)
    assert (work.state, work.attempt, work.done) == (CountingState.DONE, 1, 40)
    assert steps_done_twice(work) == []


def test_worker_killed_before_it_could_claim_the_row_loses_nothing(
    start_worker, make_work, queue_redis, ended
):
    work = make_work()
    queue_redis.lmove("rq:queue:train", "rq:queue:train:intermediate")  # taken, and never heard of

    start_worker("train")

    assert ended(work).state == CountingState.DONE


def test_flushed_redis_loses_neither_the_running_nor_the_waiting_row(
    start_worker, make_work, begun, ended, queue_redis
):
    running, waiting = make_work(total=60, pause=0.05), make_work()
    start_worker("train")
    begun(running)

    queue_redis.flushall()
    start_worker("train")  # as the supervisor would, should the first not survive it

    assert [ended(work).state for work in (running, waiting)] == [CountingState.DONE] * 2
    assert steps_done_twice(running) == []
    assert running.attempt == 0


def test_two_workers_offered_the_same_job_do_it_once(start_worker, make_work, queue_redis, ended):
    work = make_work(total=20, pause=0.02)
    queue_redis.lpush("rq:queue:train", work.job_id)
    start_worker("train")
    start_worker("train")

    work = ended(work)

    assert (work.state, work.attempt) == (CountingState.DONE, 0)
    assert steps_done_twice(work) == []
    assert work.steps.values("worker").distinct().count() == 1


def test_frozen_worker_loses_its_row_and_writes_no_more(start_worker, make_work, begun, ended):
    work = make_work(total=100, pause=0.05)
    frozen = start_worker("train")
    begun(work)

    frozen.send_signal(signal.SIGSTOP)  # the process exists, yet no thread of it runs
    start_worker("train")
    work = ended(work)
    frozen.send_signal(signal.SIGCONT)
    frozen.send_signal(signal.SIGTERM)
    frozen.wait(60)

    assert (work.state, work.attempt) == (CountingState.DONE, 1)
    assert steps_done_twice(work) == []


def test_worker_asked_to_end_puts_its_row_back(start_worker, make_work, begun, ended):
    work = make_work(total=60, pause=0.05)
    worker = start_worker("train")
    begun(work)

    worker.terminate()
    assert worker.wait(60) == 0
    work.refresh_from_db()
    put_back = (work.state, work.worker)
    start_worker("train")

    assert put_back == (CountingState.WAITING, "")
    assert ended(work).state == CountingState.DONE
    assert steps_done_twice(work) == []


def test_redis_killed_during_a_job_costs_nothing(
    start_worker, make_work, begun, ended, redis_process
):
    running, waiting = make_work(total=60, pause=0.05), make_work()
    start_worker("train")
    begun(running)

    redis_process.kill()
    redis_process.start()
    start_worker("train")  # as the supervisor would, should the first not survive it

    assert [ended(work).state for work in (running, waiting)] == [CountingState.DONE] * 2
    assert steps_done_twice(running) == []


@pytest.mark.parametrize("lead", [-0.1, 0.0, 0.02, 0.1, 0.5])
def test_supervisor_that_is_killed_ends_redis_with_the_worker_and_no_row_fails(
    start_worker, make_work, begun, ended, redis_process, lead
):
    """Its children all get SIGTERM: Redis so many seconds before the worker, or after it."""
    running, waiting = make_work(total=60, pause=0.02), make_work()
    worker = start_worker("train")
    begun(running)

    first, then = redis_process.server, worker
    if lead < 0:
        first, then = then, first
    first.terminate()
    time.sleep(abs(lead))
    then.terminate()
    for process in (worker, redis_process.server):
        process.wait(60)
    running.refresh_from_db()
    left = (running.state, running.lost)
    redis_process.start()
    start_worker("train")

    assert left == (CountingState.WAITING, 0)  # put back by the worker itself
    assert [ended(work).state for work in (running, waiting)] == [CountingState.DONE] * 2
    assert steps_done_twice(running) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_worker_that_is_asked_to_end_many_times_still_puts_its_row_back(
    start_worker, make_work, begun, ended, number
):
    work = make_work(total=60, pause=0.05)
    worker = start_worker("train")
    begun(work)

    for _ in range(5):
        worker.send_signal(number)
    worker.wait(60)

    work.refresh_from_db()
    assert (work.state, work.lost) == (CountingState.WAITING, 0)
    start_worker("train")
    assert ended(work).state == CountingState.DONE


def test_machine_that_stops_hard_and_starts_again_loses_nothing(
    start_worker, make_work, begun, ended, redis_process
):
    running, waiting = make_work(total=40, pause=0.05), make_work()
    worker = start_worker("train")
    begun(running)

    for process in (worker, redis_process.server):  # all at once, none asked
        process.kill()
    for process in (worker, redis_process.server):
        process.wait()
    redis_process.start()
    start_worker("train")

    assert [ended(work).state for work in (running, waiting)] == [CountingState.DONE] * 2
    assert running.attempt == 1
    assert steps_done_twice(running) == []


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's own way of locking")
def test_exclusive_lock_on_the_database_is_waited_out(start_worker, make_work, begun, ended):
    work = make_work(total=60, pause=0.05)
    start_worker("train")
    begun(work)

    lock_database(seconds=3)

    work = ended(work)
    assert (work.state, work.attempt) == (CountingState.DONE, 0)
    assert steps_done_twice(work) == []


def test_worker_whose_job_hangs_is_killed_and_its_row_tried_again(
    worker_environment, make_work, ended, settings, tmp_path
):
    settings.STALL_SECONDS = 2
    work = make_work(total=5, hangs_at=3)
    said = []
    worker = programs.worker_program("train")
    worker = replace(worker, env={**worker.env, **worker_environment})
    supervisor = Supervisor(
        [worker],
        tmp_path,
        said.append,
        watch=hanging.Watch(said.append, settings.LEASE_SECONDS),
        watch_seconds=0.2,
    )
    supervisor.want()

    with kept_going(supervisor):
        work = ended(work)

    assert (work.state, work.attempt) == (CountingState.DONE, 1)
    assert said[0] == f"worker-train hangs: counting-{work.pk}-0 shows no progress. Killing it."
    assert "signal 9" in said[1]
    assert steps_done_twice(work) == []


@contextmanager
def kept_going(supervisor):
    """Run a supervisor beside the block, and end its children after it."""
    over = threading.Event()

    def keep():
        while not over.is_set():
            supervisor.tick()
            time.sleep(0.05)
        connection.close()

    thread = threading.Thread(target=keep)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
        supervisor.stop()


def test_process_that_died_is_known_to_be_gone_and_a_living_one_is_not(start_worker):
    worker = start_worker("train")
    name = lease.name_of(worker.pid)
    gone_before = lease.is_gone(name)

    worker.kill()
    worker.wait()

    assert (gone_before, lease.is_gone(name)) == (False, True)
    assert not lease.is_gone(lease.this_worker())
    assert not lease.is_gone("another-host:1:1")
    assert lease.is_gone(lease.this_worker().rpartition(":")[0] + ":0")  # the number was reused
