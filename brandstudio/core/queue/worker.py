"""The worker process: one queue, one job at a time, models kept warm in between."""

import logging
import os
import signal
import threading
import time
from importlib import import_module
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from redis.exceptions import RedisError
from rq.callbacks import execute_stopped_callback
from rq.exceptions import StopRequested
from rq.worker import SimpleWorker
from rq.worker.base import WorkerStatus

from brandstudio.core.queue import devices, housekeeping, stopping
from brandstudio.core.queue import work_queue as queue
from brandstudio.core.queue.reconcile import reconcile_if_due, work_models

INSISTING_SECONDS = 1.0  # a second Ctrl-C so soon is the same one

logger = logging.getLogger(__name__)


def warm_up(queue_name):
    """Let each room load beforehand what its jobs on this queue need.

    A jobs module that has something to load defines `warm_up(queue)`.
    """
    modules = {model.JOB.rpartition(".")[0] for model in work_models() if queue_name == model.QUEUE}
    for name in sorted(modules):
        try:
            jobs = import_module(name)
            if hasattr(jobs, "warm_up"):
                jobs.warm_up(queue_name)
        except Exception:  # a cold worker still works, and its jobs will say what is wrong
            logger.exception("%s could not warm up.", name)


class WarmWorker(SimpleWorker):
    """Runs jobs in its own process and never forks: a fork after torch has run hangs.

    A thread keeps RQ informed during a job, and a job is stopped by asking (`stopping`).
    """

    _asked_to_stop_at = None  # monotonic moment
    _has_job = False

    def get_heartbeat_ttl(self, job, working_time=0.0):
        # How long RQ believes in a job without a heartbeat; the row's lease is the stricter judge.
        return self.job_monitoring_interval * 3 + 15

    def kill_horse(self, sig=None):
        """RQ's way to stop a job. There is no horse: the job is asked."""
        stopping.stop_job()

    def request_stop(self, signum, frame):
        """This process is asked to end, by a signal that may have hit Redis as well.

        What is raised here is raised inside the job, wherever it happens to be, so a job is asked
        only, and Redis is not told: it could not answer. A person who insists at the terminal ends
        the process at once; its row goes on as after any other death.
        """
        now = time.monotonic()
        if self._asked_to_stop_at is None:
            self._asked_to_stop_at = now
            self._stop_requested = True
            stopping.stop_process()
            if not self._has_job:
                raise StopRequested
        elif signum == signal.SIGINT and now - self._asked_to_stop_at > INSISTING_SECONDS:
            os._exit(130)

    def teardown(self):
        try:
            super().teardown()
        except RedisError as error:  # it was ended with us
            self.log.warning("Redis does not answer (%s); it is not told that we end.", error)

    def dequeue_job_and_maintain_ttl(self, timeout, max_idle_time=None):
        """The next job by turns (`fairness`), as long as this device can hold it."""
        while True:
            name = self.queues[0].name
            if not self._bring_forward(name):
                if timeout is None:  # a burst ends when there is nothing left to do
                    return None
                # Not blocked in Redis, which would hand us what we can't hold again at once.
                self.heartbeat()
                time.sleep(min(1.0, settings.RENEW_SECONDS))
                continue
            result = super().dequeue_job_and_maintain_ttl(timeout, max_idle_time)
            if result is None or self._can_hold_job(result[0]):
                return result
            queue.put_back(name, result[0].id)

    def _bring_forward(self, name):
        try:
            close_old_connections()
            return queue.bring_forward(name, devices.can_hold)
        except (DatabaseError, RedisError) as error:
            self.log.warning("The order of the queue can't be seen to (%s).", error)
            return True  # first come, first served, until it can

    def _can_hold_job(self, job):
        try:
            row = queue.row_of(job)
        except DatabaseError:
            return True  # the job itself waits for the database
        return row is None or devices.can_hold(row)

    def execute_job(self, job, queue):
        self._has_job = True
        try:
            self._execute_job(job, queue)
        finally:
            self._has_job = False

    def _execute_job(self, job, queue):
        stopping.forget_job()
        close_old_connections()
        execution = self.prepare_execution(job)
        over = threading.Event()
        beats = threading.Thread(
            target=self._beat_until, args=(over, job, execution), daemon=True, name="rq-beat"
        )
        beats.start()
        try:
            self.perform_job(job, queue, execution)
        finally:
            over.set()
            beats.join(self.job_monitoring_interval)
            close_old_connections()
        self.set_state(WorkerStatus.IDLE)

    def _beat_until(self, over, job, execution):
        while not over.wait(self.job_monitoring_interval):
            try:
                self.maintain_heartbeats(job, execution)
            except RedisError as error:
                self.log.warning("Redis does not answer (%s); the job goes on.", error)

    def handle_job_failure(self, job, queue, *args, **kwargs):
        if self._stopped_job_id == job.id:
            execute_stopped_callback(job, self.death_penalty_class)
        return super().handle_job_failure(job, queue, *args, **kwargs)


class Pulse(threading.Thread):
    """The worker's other thread: shows that the process lives, tells what its
    device can hold, and looks for lost rows.

    pulse_file: touched at every beat; the supervisor kills a worker whose file grows old.
    """

    def __init__(self, pulse_file):
        super().__init__(daemon=True, name="pulse")
        self.pulse_file = Path(pulse_file) if pulse_file else None

    def run(self):
        while True:
            if self.pulse_file:
                self.pulse_file.touch()
            try:
                close_old_connections()
                devices.announce(queue.connection())
                reconcile_if_due()
                housekeeping.enqueue_if_due()
            except Exception:  # this thread must outlive whatever one look met
                logger.exception("Looking for lost rows failed.")
            finally:
                connection.close()
            time.sleep(min(settings.RENEW_SECONDS, settings.RECONCILE_SECONDS))
