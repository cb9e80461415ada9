"""The drift guard: which pictures of a campaign stray from the others, told by a job.

A picture is read once; a campaign is judged anew when its pictures or its vehicles change.
"""

import time
from functools import lru_cache

from django.db import transaction
from django.db.models import F, Q

from brandstudio.core import blobs
from brandstudio.core.input.reasons import written
from brandstudio.core.models import AuditEntry, Campaign, WrongState
from brandstudio.core.models.states import update_as_last_seen
from brandstudio.core.queue import work_queue
from gallery.engine import drift
from gallery.models import NEVER_LEAVES, Asset, AssetState, DriftCheck
from training.engine.data.images import open_rgb
from training.engine.errors import EngineError

READ_SECONDS = 60  # then other work of the background has its turn
_AT_ONCE = 16  # pictures that the reader looks at together


@lru_cache(maxsize=1)
def _reader():
    """The reader, with torch: a process pays for it once it reads."""
    from gallery.engine.drift_reader import DriftReader  # noqa: PLC0415

    return DriftReader()


def members():
    """The pictures that are judged: finished ones of campaigns that may leave still."""
    assets = Asset.objects.not_binned().filter(state=AssetState.READY, campaign__isnull=False)
    return assets.exclude(review__in=NEVER_LEAVES)


def _unread():
    return members().filter(Q(drift=None) | Q(drift__features={}))


def stale_campaigns():
    """Those whose pictures changed since they were judged, or were never judged."""
    own = members()
    joined = own.filter(Q(drift=None) | Q(drift__campaign=None) | ~Q(drift__campaign=F("campaign")))
    gone = DriftCheck.objects.exclude(campaign=None).exclude(asset__in=own.values("pk"))
    keys = joined.order_by().values("campaign"), gone.values("campaign")
    return Campaign.objects.filter(Q(pk__in=keys[0]) | Q(pk__in=keys[1]))


def order_guard():
    """Have campaigns judged that changed. Safe to call at any time."""
    if stale_campaigns().exists():
        job = "gallery.jobs.guard_campaigns"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="guard-campaigns")
    return []


def guard(seconds=READ_SECONDS):
    """Read pictures until all are read or the seconds have passed, then judge what is stale."""
    end = time.monotonic() + seconds
    while (assets := list(_unread().select_related("scene__base")[:_AT_ONCE])) and (
        time.monotonic() < end
    ):
        _read(assets)
    unread = set(_unread().values_list("campaign", flat=True))
    for campaign in stale_campaigns().exclude(pk__in=unread):
        compare(campaign)


def _read(assets):
    """Note the features of pictures; one whose file is gone or damaged is like no other one."""
    images, there = [], []
    for asset in assets:
        try:
            images.append(open_rgb(blobs.local(asset.image_sha256, str(asset.pk))))
        except (blobs.BlobMissing, EngineError):
            DriftCheck.objects.update_or_create(asset=asset, defaults={"features": {"gone": True}})
        else:
            there.append(asset)
    families = [asset.scene.base.family for asset in there]
    for asset, features in zip(there, _reader().read(images, families), strict=True):
        values = {"features": features.as_json()}
        DriftCheck.objects.update_or_create(asset=asset, defaults=values)


@transaction.atomic
def compare(campaign):
    """Note which of a campaign's read pictures stray; those that left it are forgotten of it."""
    own = members().filter(campaign=campaign)
    gone = DriftCheck.objects.filter(campaign=campaign).exclude(asset__in=own.values("pk"))
    gone.update(campaign=None, reasons={}, dismissed_why="", dismissed_by=None)
    vehicles = set(campaign.vehicles.values_list("pk", flat=True))
    related = "asset__scene__vehicle"
    checks = list(DriftCheck.objects.filter(asset__in=own.values("pk")).select_related(related))
    strays = drift.strays(
        [_member(check, vehicles) for check in checks if "gone" not in check.features]
    )
    for check in checks:
        reasons = strays.get(check.asset_id, {})
        is_new = check.campaign_id not in (None, campaign.pk)
        if is_new or set(reasons) - set(check.reasons):  # let pass for other reasons, if at all
            check.dismissed_why, check.dismissed_by = "", None
        check.campaign, check.reasons = campaign, reasons
    columns = ["campaign", "reasons", "dismissed_why", "dismissed_by"]
    DriftCheck.objects.bulk_update(checks, columns, batch_size=200)


def _member(check, vehicles):
    scene = check.asset.scene
    by_look = scene.vehicle is not None and scene.cutout_id is None  # a real car is what it is
    return drift.Member(
        key=check.asset_id,
        features=drift.Features(**check.features),
        body=scene.vehicle.body.casefold() if by_look else "",
        is_foreign=scene.vehicle_id is not None and scene.vehicle_id not in vehicles,
    )


def compare_again(campaign):
    """Have a campaign judged anew, because its vehicles changed."""
    DriftCheck.objects.filter(campaign=campaign).update(campaign=None)


@transaction.atomic
def dismiss(check, by, why):
    """Let a picture pass that strays. Raises ValueError without words, WrongState for one that
    does not stray (any more), or that a colleague has let pass."""
    why = written(why)
    if not why:
        raise ValueError("Letting a stray pass needs a reason.")
    if not check.reasons:
        raise WrongState(check, "dismissed")
    expected = {"dismissed_why": "", "campaign": check.campaign}
    update_as_last_seen(
        check, expected, {"dismissed_why": why, "dismissed_by": by}, target="dismissed"
    )
    facts = {"reasons": sorted(check.reasons), "campaign": check.campaign.slug}
    AuditEntry.objects.record(check.asset, "strays", "dismissed", by=by, why=why, **facts)
