"""What a worker process runs under test, shaped as the rooms' real jobs are."""

import time

from brandstudio.core.models import WrongState
from brandstudio.core.queue import lease, stopping
from brandstudio.core.queue import work_queue as queue
from tests.testapp.models import Step, Toil

_warm = []


def warm_up(queue):
    _warm.append(queue)


def count(toil_pk):
    toil = Toil.objects.get(pk=toil_pk)
    try:
        toil.start(worker=lease.this_worker())
        with lease.renewing(toil):
            while toil.done < toil.total:
                if stopping.process_should_stop():
                    queue.hand_back(toil)
                    return
                while toil.attempt == 0 and toil.hangs_at == toil.done:
                    time.sleep(0.05)
                time.sleep(toil.pause)
                toil.note_progress(done=toil.done + 1)
                Step.objects.create(
                    toil=toil, number=toil.done, worker=toil.worker, was_warm=_warm == ["train"]
                )
            toil.finish()
    except WrongState:
        return
    except Exception:
        toil.fail("software-fault")
        raise
