"""What a worker process runs under test, shaped as the rooms' real jobs are."""

import time

from brandstudio.core.queue import attempt, stopping
from tests.testapp.models import Step, Toil

_warm = []


def warm_up(queue):
    _warm.append(queue)


def count(toil_pk):
    attempt.carry_out(Toil.objects.get(pk=toil_pk), _count)


def _count(toil):
    while toil.done < toil.total:
        stopping.go_on()
        while toil.attempt == 0 and toil.hangs_at == toil.done:
            time.sleep(0.05)
        time.sleep(toil.pause)
        toil.note_progress(done=toil.done + 1)
        Step.objects.create(
            toil=toil, number=toil.done, worker=toil.worker, was_warm=_warm == ["train"]
        )
    toil.finish()
