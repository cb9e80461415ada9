"""Whether a style may be approved, as far as the rights of its pictures go."""

from django.conf import settings
from django.db.models import Count, Q

from brandstudio.core.models.rights import expired, not_for_training, unknown
from brandstudio.core.problems import Refused
from gallery.models.style import CommercialUse
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


def obstacle_of(version):
    """The Refused that approval would raise as the rights stand; None for nothing.

    rights-unclear, of the pictures of a training here; origin-not-commercial and origin-unknown, of
    a file from elsewhere (that its makers forbid commercial use always stands in the way, what
    nobody knows by REQUIRE_RIGHTS_FOR_APPROVAL).
    """
    if version.is_from_elsewhere:
        return _obstacle_of_origin(version)
    facts = lacking_rights(version)
    return Refused("rights-unclear", **facts) if facts else None


def _obstacle_of_origin(version):
    name = str(version)
    if version.commercial_use == CommercialUse.NO:
        return Refused("origin-not-commercial", name=name)
    is_known = version.origin_maker and version.licence and version.commercial_use
    if is_known or not settings.REQUIRE_RIGHTS_FOR_APPROVAL:
        return None
    return Refused("origin-unknown", name=name)


def check_rights(version):
    """Raise what `obstacle_of` tells of a version that may not be approved as it stands."""
    if obstacle := obstacle_of(version):
        raise obstacle
