"""The job queue: Redis carries the jobs, the database rows stay the truth."""

import logging

import django_rq
from django.db import transaction
from redis.exceptions import RedisError
from rq.command import send_stop_job_command
from rq.exceptions import InvalidJobOperation, NoSuchJobError
from rq.executions import Execution
from rq.job import Job
from rq.registry import StartedJobRegistry
from rq.worker import BaseWorker
from rq.worker_registration import get_keys

from brandstudio.core.models.states import WrongState
from brandstudio.core.queue import fairness, lease

_WORKER_KEY = BaseWorker.redis_worker_namespace_prefix
TRAIN, RENDER, BACKGROUND = NAMES = ("train", "render", "background")
_RESULT_SECONDS = 3600  # how long Redis remembers a job that ended; the row remembers for ever

logger = logging.getLogger(__name__)


def enqueue(name, function, *args, job_id, job_timeout=-1):
    """Queue a job once the transaction under way is committed.

    name: TRAIN, RENDER or BACKGROUND. function: dotted path, such as "training.jobs.train".
    job_id: derived from the row and its attempt, such as "train-12-3". A job with this id that
    waits or runs already is left alone. job_timeout: seconds; -1 where the two clocks guard it.
    A Redis that is down costs nothing but time: the row is queued again when it is back.
    """

    def push():
        try:
            _push(name, function, args, job_id, job_timeout)
        except RedisError as error:
            logger.warning("Redis does not answer (%s); %s is queued when it does.", error, job_id)

    transaction.on_commit(push)


def enqueue_work(row):
    """Queue the job of a row that waits (a `Work`), once the transaction is committed."""
    if not row.turn:
        fairness.give_turn(row)
    enqueue(row.QUEUE, row.JOB, row.pk, job_id=row.job_id)


def enqueue_together(rows):
    """As `enqueue_work`, for several new rows of one kind and one person."""
    fairness.give_turns(rows)
    for row in rows:
        enqueue_work(row)


def requeue(row):
    """Put a row back because its worker must end: the next worker need not wait for the lease.

    A row that was cancelled or taken over meanwhile stays as it is.
    """
    try:
        row.requeue(why="worker-stops")
    except WrongState:
        return
    enqueue_work(row)


def others_wait(row):
    """Whether another row, of no less priority, waits in the queue this one was taken from."""
    return any(other.priority >= row.priority for other in fairness.next_rows(row.QUEUE, 1))


def give_way(row):
    """Put a row back whose work is half done, behind those who wait: one with a `give_way`.

    A row that was cancelled or taken over meanwhile stays as it is.
    """
    try:
        row.give_way()
    except WrongState:
        return
    fairness.give_turn(row)
    enqueue_work(row)


def _push(name, function, args, job_id, job_timeout):
    if is_live(name, job_id):
        return
    queue = _queue(name)
    # A worker that died between taking the job and claiming its row leaves it here.
    queue.connection.lrem(queue.intermediate_queue_key, 0, job_id)
    if Job.exists(job_id, queue.connection):  # ended or lost: its remains would refuse the id
        Job(job_id, queue.connection).delete(remove_from_queue=False)
    queue.enqueue_call(
        function,
        args=args,
        job_id=job_id,
        timeout=job_timeout,
        result_ttl=_RESULT_SECONDS,
        failure_ttl=_RESULT_SECONDS,
    )


def is_live(name, job_id):
    """Whether the job still waits in Redis, or runs on a worker that lives."""
    queue = _queue(name)
    if position(name, job_id) is not None:
        return True
    running = StartedJobRegistry(queue=queue).get_job_and_execution_ids(cleanup=False)
    return any(
        _worker_lives(queue, job_id, execution_id)
        for running_id, execution_id in running
        if running_id == job_id
    )


def _worker_lives(queue, job_id, execution_id):
    try:
        worker = Execution.fetch(execution_id, job_id, queue.connection).worker_name
    except ValueError:  # Redis has forgotten the execution: no heartbeat for long
        return False
    return _is_registered(queue, worker)


def _is_registered(queue, worker):
    return bool(queue.connection.exists(_WORKER_KEY + worker)) and not lease.is_gone(worker)


def position(name, job_id):
    """The job's place in the queue, 1 for the next; None when it does not wait."""
    queue = _queue(name)
    index = queue.connection.lpos(queue.key, job_id)
    return None if index is None else index + 1


def waiting(name):
    """How many jobs wait in the queue."""
    return _queue(name).count


def workers(name):
    """How many living workers take from the queue; 0 while Redis does not answer."""
    try:
        return _count_workers(name)
    except RedisError:
        return 0


def is_unattended(name):
    """Whether no worker takes from the queue yet; False while Redis does not answer to tell."""
    try:
        return not _count_workers(name)
    except RedisError:
        return False


def _count_workers(name):
    queue = _queue(name)
    names = [key.removeprefix(_WORKER_KEY) for key in get_keys(queue)]
    return sum(_is_registered(queue, worker) for worker in names)


def withdraw(name, job_id):
    """Take a waiting job off the queue, or ask the worker that runs it to stop at the next step.

    The row says first that it is cancelled; this only spares the wait.
    """
    queue = _queue(name)
    try:
        queue.remove(job_id)
        send_stop_job_command(queue.connection, job_id)
    except (InvalidJobOperation, NoSuchJobError):
        return  # it does not run: being off the queue is all there is to do
    except RedisError as error:
        logger.warning("Redis does not answer (%s); the row alone tells %s to stop.", error, job_id)


# Those of these ids that wait become the next ones, in this order and in one stroke: several of
# them, because between a worker's asking and its taking another one may take the first.
_BRING_FORWARD = """
local found = {}
for i = 2, #ARGV do
    if #found < tonumber(ARGV[1]) and redis.call("LREM", KEYS[1], 1, ARGV[i]) > 0 then
        found[#found + 1] = ARGV[i]
    end
end
for i = #found, 1, -1 do
    redis.call("LPUSH", KEYS[1], found[i])
end
"""
_WORKERS = 16  # that may look for work at the same time
_LOOK_AHEAD = 50  # more than workers that may take the same row's job at the same time


def bring_forward(name, can_hold=lambda row: True):
    """Make the jobs of the rows whose turn it is the next ones (`fairness`).

    can_hold: says of a row whether the worker that asks could carry it out. Returns False when
    rows wait and it can carry out none of them.
    """
    rows = fairness.next_rows(name, _LOOK_AHEAD)
    ours = [row.job_id for row in rows if can_hold(row)]
    if ours:
        connection().eval(_BRING_FORWARD, 1, _queue(name).key, _WORKERS, *ours)
    return bool(ours) or not rows


def row_of(job):
    """The row that a job carries out; None when it is no `Work`'s, or its row is gone."""
    for model in fairness.models_of(job.origin):
        if job.func_name == model.JOB:
            return model._default_manager.filter(pk=job.args[0]).first()
    return None


def put_back(name, job_id):
    """Put a job that a worker took and can't carry out back into the queue, for another."""
    queue = _queue(name)
    with queue.connection.pipeline() as pipeline:
        pipeline.lrem(queue.intermediate_queue_key, 0, job_id)
        pipeline.rpush(queue.key, job_id)
        pipeline.execute()


def connection():
    """The Redis connection of the queues."""
    return _queue(TRAIN).connection


def _queue(name):
    # "auto": enqueue() above has already waited for the commit.
    return django_rq.get_queue(name, commit_mode="auto")
