"""What a worker process runs under test, shaped as the rooms' real jobs are."""

import time

from brandstudio.core.queue import attempt, stopping
from tests.testapp.models import Counting, Step

_warm = []


def warm_up(queue):
    _warm.append(queue)


def count(pk):
    attempt.carry_out(Counting.objects.get(pk=pk), _count)


def _count(work):
    while work.done < work.total:
        stopping.go_on()
        while work.attempt == 0 and work.hangs_at == work.done:
            time.sleep(0.05)
        time.sleep(work.pause)
        work.note_progress(done=work.done + 1)
        Step.objects.create(
            work=work, number=work.done, worker=work.worker, was_warm=_warm == ["train"]
        )
    work.finish()
