"""How a worker process is told to stop. Jobs look between two steps; nothing interrupts a step."""

import threading

_job = threading.Event()
_process = threading.Event()


def job_should_stop():
    """Whether the job under way was withdrawn. Its row says what is to become of it."""
    return _job.is_set()


def process_should_stop():
    """Whether this worker is asked to end: save, put the row back into the queue, and return."""
    return _process.is_set()


class Stopped(Exception):
    """The job ends before its work is done: it was withdrawn, or its worker must end."""


class GaveWay(Exception):
    """The job ends with a part of its work done: others wait, and its row takes another turn."""


def go_on():
    """For jobs without a state to save: raises Stopped when this worker is asked to end."""
    if process_should_stop():
        raise Stopped


def stop_job():
    _job.set()


def stop_process():
    _process.set()


def forget_job():
    """A new job begins: what was said to the last one is over."""
    _job.clear()
