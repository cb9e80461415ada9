"""What the queue calls. Only ids go in: the row, not the queue, holds the truth."""

from functools import partial

from brandstudio.core.problems import Refused
from brandstudio.core.queue import attempt, stopping, work_queue
from brandstudio.core.queue.devices import this_device
from gallery.models import Asset, ChannelFile, CutoutDraft, EvidenceSheet, PairGrid
from gallery.services import (
    channel_files,
    cutting_out,
    drift_guard,
    known_weights,
    lookalikes,
    own_images,
    photograph_search,
)
from training.engine.errors import EngineError


def _render_jobs():
    """The acts of the jobs, with torch: only a worker that renders pays for that."""
    from gallery.worker import render_jobs  # noqa: PLC0415

    return render_jobs


def _evidence_jobs():
    """As _render_jobs, for strength sheets."""
    from gallery.worker import evidence  # noqa: PLC0415

    return evidence


def _pair_jobs():
    """As _render_jobs, for pairs of packs."""
    from gallery.worker import pair_grid  # noqa: PLC0415

    return pair_grid


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
        lambda *arguments: _render_jobs().render_asset(*arguments),
    )


def render_sheet(sheet_pk):
    """Paint and score the strength sheet of a style version. Safe to deliver twice."""
    sheets = EvidenceSheet.objects.select_related("version__base", "version__pack")
    if sheet := sheets.filter(pk=sheet_pk).first():  # else its draft was discarded
        _carry_out(sheet, lambda *arguments: _evidence_jobs().render_sheet(*arguments))


def render_pair_grid(grid_pk):
    """Paint and score the grid of a pair of packs. Safe to deliver twice."""
    versions = ("pair__first", "pair__second")
    related = [f"{version}__{name}" for version in versions for name in ("base", "pack")]
    _carry_out(
        PairGrid.objects.select_related(*related).get(pk=grid_pk),
        lambda *arguments: _pair_jobs().render_grid(*arguments),
    )


def make_channel_file(file_pk):
    """Make a large file of a picture for a channel. Safe to deliver twice."""
    related = ("channel", "asked_by", "asset__scene__cutout", "poster")
    row = ChannelFile.objects.select_related(*related).get(pk=file_pk)
    attempt.carry_out(
        row,
        channel_files.make,
        mendable=(EngineError, Refused),
        fail=partial(channel_files.fail, row),
    )


def draft_cutout(draft_pk):
    """Find the car in a photograph. Safe to deliver twice."""
    drafts = CutoutDraft.objects.select_related("photograph")
    if draft := drafts.filter(pk=draft_pk).first():  # else it was discarded
        attempt.carry_out(draft, cutting_out.make, mendable=(EngineError, Refused))


def read_weights():
    """Note what weight files hold of which that was never noted. Safe to deliver twice."""
    known_weights.read_waiting()


def read_looks():
    """Note how pictures look of which that was never noted. Safe to deliver twice."""
    lookalikes.read_waiting()


def read_origins():
    """Keep which photographs this studio painted, of those of before. Safe to deliver twice."""
    own_images.read_waiting()


def search_photographs():
    """Look for files of pictures that may not come in again. Safe to deliver twice."""
    photograph_search.search()


def guard_campaigns():
    """Read pictures of campaigns and tell which stray. Safe to deliver twice."""
    drift_guard.guard()


def _carry_out(work, act):
    def on_the_device(work):
        with this_device().rendering(should_stop=stopped) as turn:
            act(work, turn, stopped)

    attempt.carry_out(work, on_the_device, mendable=(EngineError, Refused))


def stopped():
    """Whether the job is withdrawn or its process must end."""
    return stopping.job_should_stop() or stopping.process_should_stop()
