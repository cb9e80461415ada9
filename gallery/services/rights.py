"""Whether a style may be approved, as far as the rights of its pictures go."""

from django.conf import settings
from django.db.models import Count, Q

from brandstudio.core.models.rights import expired, not_for_training, unknown
from brandstudio.core.problems import Refused
from training.services.preflight import images_of

FAULTS = ("unknown", "expired", "withdrawn", "not_for_training")


def rights_of(snapshot):
    """Counts of a snapshot's pictures: images, clear, and each of FAULTS (a picture may have two).

    What an admin keeps in use counts as clear. A picture whose row is gone counts as unknown.
    """
    images = images_of(snapshot)
    decided = Q(kept_at__isnull=False)
    faults = {
        "unknown": unknown(),
        "expired": expired() & ~decided,
        "withdrawn": Q(withdrawn_at__isnull=False) & ~decided,
        "not_for_training": not_for_training(),
    }
    any_fault = Q()
    for condition in faults.values():
        any_fault |= condition
    counts = images.aggregate(
        rows=Count("pk"),
        clear=Count("pk", filter=~any_fault),
        **{name: Count("pk", filter=condition) for name, condition in faults.items()},
    )
    total = snapshot.images.count()
    counts["unknown"] += total - counts.pop("rows")
    return counts | {"images": total}


def lacking_rights(version):
    """The facts of "rights-unclear" for a version that may not be approved, else {}.

    Ended rights always stand in the way; unknown ones by REQUIRE_RIGHTS_FOR_APPROVAL.
    """
    snapshot = version.checkpoint and version.checkpoint.run.snapshot
    if not snapshot:
        return {}
    counts = rights_of(snapshot)
    if not settings.REQUIRE_RIGHTS_FOR_APPROVAL:
        counts["unknown"] = 0
    if not any(counts[name] for name in FAULTS):
        return {}
    return {"name": str(version), **{name: counts[name] for name in FAULTS}}


def check_rights(version):
    """Raise Refused("rights-unclear") for a version that may not be approved as it stands."""
    if facts := lacking_rights(version):
        raise Refused("rights-unclear", **facts)
