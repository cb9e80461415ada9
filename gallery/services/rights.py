"""Whether a style may be approved, as far as the rights of its pictures go."""

from django.conf import settings
from django.db.models import Count, Q

from brandstudio.core.models.rights import (
    expired,
    not_for_training,
    undecided_bar,
    unknown,
)
from brandstudio.core.problems import Refused
from gallery.models.style import CommercialUse
from gallery.services import base_rights
from training.engine.data.spread import first_names
from training.services.preflight import held_photographs, images_of

FAULTS = ("unknown", "expired", "withdrawn", "not_for_training")
NAMED = 5  # pictures that a message names


def rights_of(snapshot):
    """Counts of a snapshot's pictures: images, clear, and each of FAULTS (a picture may have two).

    Ended rights count as such whatever an admin has decided of what they reached. A picture whose
    row is gone counts as unknown.
    """
    return _counts(snapshot, covered=Q(pk__in=[]))


def _counts(snapshot, covered):
    faults = {
        "unknown": unknown(),
        "expired": expired() & ~covered,
        "withdrawn": Q(withdrawn_at__isnull=False) & ~covered,
        "not_for_training": not_for_training(),
    }
    any_fault = Q()
    for condition in faults.values():
        any_fault |= condition
    counts = images_of(snapshot).aggregate(
        rows=Count("pk"),
        clear=Count("pk", filter=~any_fault),
        **{name: Count("pk", filter=condition) for name, condition in faults.items()},
    )
    total = snapshot.images.count()
    counts["unknown"] += total - counts.pop("rows")
    return counts | {"images": total}


def _covered(version):
    """The condition of a picture that was kept in use for what it had reached, this version, sent
    for review by then, among it."""
    if version.submitted_at is None:
        return Q(pk__in=[])
    return Q(kept_at__isnull=False, kept_at__gte=version.submitted_at)


def _snapshot_of(version):
    return version.checkpoint and version.checkpoint.run.snapshot


def lacking_rights(version):
    """The facts of "rights-unclear" for a version that may not be approved, else {}.

    Ended rights always stand in the way, save where an admin kept the picture in use once the
    version had been submitted; unknown ones by REQUIRE_RIGHTS_FOR_APPROVAL.
    """
    snapshot = _snapshot_of(version)
    if not snapshot:
        return {}
    counts = _counts(snapshot, _covered(version))
    if not settings.REQUIRE_RIGHTS_FOR_APPROVAL:
        counts["unknown"] = 0
    if not any(counts[name] for name in FAULTS):
        return {}
    return {"name": str(version), **{name: counts[name] for name in FAULTS}}


def obstacle_of(version):
    """The Refused that approval would raise as the rights stand; None for nothing.

    rights-kept-before, rights-unclear, photographs-held and photographs-alike, of the pictures of a
    training here; base-not-commercial;
    origin-not-commercial and origin-unknown, of a file from elsewhere (that its makers forbid
    commercial use always stands in the way, what nobody knows by REQUIRE_RIGHTS_FOR_APPROVAL).
    """
    if obstacle := base_rights.obstacle_of(version.base):
        return obstacle
    if version.is_from_elsewhere:
        return _obstacle_of_origin(version)
    if before := _kept_before(version):
        names = first_names(before, NAMED)
        return Refused("rights-kept-before", name=str(version), names=names)
    if facts := lacking_rights(version):
        return Refused("rights-unclear", **facts)
    return _held_under_another_name(version)


def _held_under_another_name(version):
    """The Refused of pictures that are, or look like, photographs that may not be used; or None."""
    snapshot = _snapshot_of(version)
    held = held_photographs(images_of(snapshot), undecided_bar()) if snapshot else []
    return Refused(held[0][0], **held[0][1]) if held else None


def _kept_before(version):
    """The names of ended pictures that were kept in use before this version was submitted."""
    snapshot = _snapshot_of(version)
    if not snapshot:
        return []
    images = images_of(snapshot).ended().exclude(kept_at=None).exclude(_covered(version))
    return list(images.order_by("name").values_list("name", flat=True))


def _obstacle_of_origin(version):
    name = str(version)
    if version.commercial_use == CommercialUse.NO:
        return Refused("origin-not-commercial", name=name)
    unknown = [
        str(version._meta.get_field(field).verbose_name)
        for field in ("origin_maker", "licence", "commercial_use")
        if not getattr(version, field)
    ]
    if not unknown or not settings.REQUIRE_RIGHTS_FOR_APPROVAL:
        return None
    return Refused("origin-unknown", name=name, unknown=", ".join(unknown))


def check_rights(version):
    """Raise what `obstacle_of` tells of a version that may not be approved as it stands."""
    if obstacle := obstacle_of(version):
        raise obstacle
