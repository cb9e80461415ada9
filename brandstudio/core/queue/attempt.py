"""One attempt at a row's work, from its claim to its end: the frame of every job."""

from contextlib import suppress

from brandstudio.core.blobs import BlobMissing, disk
from brandstudio.core.models import WrongState
from brandstudio.core.queue import lease, stopping, work_queue
from brandstudio.core.queue.device import LeaseAbandoned


def carry_out(work, act, *, mendable=(), fail=None):
    """Claim the row, keep its lease while act(work) runs, and say so where it fails.

    Safe to deliver twice. act: does the work and moves the row to its end. mendable: errors with
    `code` and `facts` that a person can mend. fail(code, **facts): how the row fails, for one
    whose failure is more than `work.fail`. A fault of the software is raised again, for the log.
    """
    try:
        work.start(worker=lease.this_worker())
        with lease.renewing(work):
            act(work)
    except WrongState:  # delivered twice, cancelled or taken over: the row knows
        return
    except (LeaseAbandoned, stopping.Stopped):
        if stopping.process_should_stop():
            work_queue.requeue(work)
    except stopping.GaveWay:
        work_queue.give_way(work)
    except Exception as error:
        code, facts = _failure(work, error, mendable)
        with suppress(WrongState):  # cancelled or taken over meanwhile
            (fail or work.fail)(code, **facts)
        if code == "software-fault":
            raise


def _failure(work, error, mendable):
    """(code, facts) of what ended an attempt."""
    if isinstance(error, mendable):
        return error.code, error.facts
    if isinstance(error, BlobMissing):
        return "stored-damaged", {"name": error.name or str(work)}
    if disk.is_full(error):
        return "no-room", {"name": str(work)}
    return "software-fault", {}
