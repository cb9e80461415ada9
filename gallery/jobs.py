"""What the queue calls. Only ids go in: the row, not the queue, holds the truth."""

from brandstudio.core.blobs import BlobMissing, disk
from brandstudio.core.models import WrongState
from brandstudio.core.queue import lease, stopping, work_queue
from brandstudio.core.queue.device import LeaseAbandoned
from brandstudio.core.queue.devices import this_device
from gallery.models import Asset, EvidenceSheet
from gallery.problems import Refused
from gallery.worker.stopped import Stopped
from training.engine.errors import EngineError


def _render_jobs():
    """The acts of the jobs, with torch: only a worker that renders pays for that."""
    from gallery.worker import render_jobs  # noqa: PLC0415

    return render_jobs


def warm_up(queue_name):
    """Load the base that most scenes use, so that the first click need not wait for it."""
    if queue_name == work_queue.RENDER:
        _render_jobs().load_default_base()


def render(asset_pk):
    """Paint one picture of a scene. Safe to deliver twice."""
    _carry_out(
        Asset.objects.select_related(
            "scene__base", "scene__template", "scene__cutout__vehicle"
        ).get(pk=asset_pk),
        lambda *given: _render_jobs().render_asset(*given),
    )


def render_sheet(sheet_pk):
    """Paint and score the strength sheet of a style version. Safe to deliver twice."""
    _carry_out(
        EvidenceSheet.objects.select_related("version__base", "version__pack").get(pk=sheet_pk),
        lambda *given: _render_jobs().render_sheet(*given),
    )


def _carry_out(work, act):
    try:
        work.start(worker=lease.this_worker())
        with lease.renewing(work), this_device().rendering(should_stop=stopped) as turn:
            act(work, turn, stopped)
    except (WrongState, LeaseAbandoned, Stopped):
        # Delivered twice, cancelled or taken over: the row knows. Or this process must end.
        if stopping.process_should_stop():
            work_queue.hand_back(work)
    except (EngineError, Refused) as error:  # a person can mend this
        work.fail(error.code, **error.facts)
    except BlobMissing as error:
        work.fail("stored-damaged", name=error.name or str(work))
    except Exception as error:
        if disk.is_full(error):
            work.fail("no-room", name=str(work))
            return
        # our fault: say so, and let the queue keep the traceback
        work.fail("software-fault")
        raise


def stopped():
    """Whether the job is withdrawn or its process must end."""
    return stopping.job_should_stop() or stopping.process_should_stop()
