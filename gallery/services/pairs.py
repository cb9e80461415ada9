"""Pairs of packs: their test, and who decides about them."""

from contextlib import contextmanager

from django.db import transaction

from brandstudio.core.input import reasons
from brandstudio.core.models import WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from gallery.engine.evidence_plan import PROMPTS
from gallery.models import OwnWork, PackPair, PairGrid, PairState, ReviewState
from gallery.services import evidence, holds
from training.engine.evaluate import pair_grid
from training.engine.prompts import mixing

PLACES = 2  # of a strength sheet's prompts: small enough for a processor


def order_test(pair, by):
    """Have a pair's grid painted; one that is there already stays, one that failed is tried again.

    A forbidden pair stays so until an admin decides by the grid.
    Raises Refused: pair-not-approved, pack-held, decided-already.
    """
    for version in pair.versions:
        if version.state != ReviewState.APPROVED:
            raise Refused("pair-not-approved", name=str(version))
        holds.check_version(version)
    plan = _plan(pair)
    with _as_refusals(), _row_of(pair):
        if pair.state == PairState.UNTESTED:
            pair.begin_test(by)
        total = len(plan["prompts"]) * (1 + len(plan["first"]) * len(plan["second"]))
        grid, is_new = PairGrid.objects.get_or_create(
            pair=pair, defaults={"plan": plan, "total": total, "ordered_by": by}
        )
        if is_new or not (grid.is_active or grid.is_done):
            grid.requeue(why="ordered" if is_new else "again", by=by)
            work_queue.enqueue_work(grid)
    return grid


def _plan(pair):
    strengths = [pair_grid.strengths_of(v.strength_min, v.strength_max) for v in pair.versions]
    return {
        "prompts": list(PROMPTS[:PLACES]),
        "seed": evidence.SEED,
        "first": strengths[0],
        "second": strengths[1],
    }


def limit_of(pair):
    """The greatest sum of shares that a pair's grid allows; None without one, or where none is."""
    grid = PairGrid.objects.filter(pair=pair.pk).first() if pair.pk else None
    cells = grid.cells if grid and grid.is_done else []
    return max((cell["shares"] for cell in cells if cell["is_allowed"]), default=None)


def allow(pair, by, limit=None, reason=""):
    """The pair may be mixed up to the limit of its grid, or a narrower one.

    limit: the greatest sum of shares, > 0; None for the grid's.
    Raises Refused: pair-untested, pair-lost, pair-limit-too-great, own-work, decided-already.
    """
    if not PairGrid.objects.filter(pair=pair.pk, cells__0__isnull=False).exists():
        raise Refused("pair-untested")
    computed = limit_of(pair)
    if computed is None:
        raise Refused("pair-lost")
    if limit is not None and not 0 < limit <= computed:
        raise Refused("pair-limit-too-great", limit=mixing.percent(computed))
    with _as_refusals(), _row_of(pair):
        pair.allow(by, computed if limit is None else limit, reason.strip())


def forbid(pair, by, reason):
    """Nobody may mix these two, whatever the strengths.

    Raises Refused: pair-reason, own-work, decided-already.
    """
    if not (reason := reasons.written(reason)):
        raise Refused("pair-reason")
    with _as_refusals(), _row_of(pair):
        pair.forbid(by, reason)


@contextmanager
def _row_of(pair):
    """Around what changes a pair: its row is there, all is kept or nothing."""
    is_new = pair.pk is None
    try:
        with transaction.atomic():
            _store(pair)
            yield
    except BaseException:
        if is_new:  # nothing was kept
            pair.pk, pair._state.adding = None, True
        raise


@contextmanager
def _as_refusals():
    """Around a decision: what forbids it is told. Raises Refused."""
    try:
        yield
    except OwnWork as error:
        raise Refused("own-work") from error
    except WrongState as error:
        raise Refused("decided-already") from error


def _store(pair):
    """Give the pair its row. What a colleague made of it meanwhile stays, and is found out."""
    if pair.pk is None:
        stored, _is_new = PackPair.objects.get_or_create(first=pair.first, second=pair.second)
        pair.pk, pair._state.adding = stored.pk, False
