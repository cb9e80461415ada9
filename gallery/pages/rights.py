"""What a reviewer answers for: the rights of a style's pictures, their captions and findings."""

from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from gallery.services import rights
from training.models import CaptionState, TrainingImage
from training.rules.image_findings import GRAVE
from training.services import photographs
from training.services.preflight import images_of


@dataclass(frozen=True)
class RightsSummary:
    """counts: of `services.rights.rights_of`. holders: [(name, count)]. unclear: [(image, why)] of
    every picture without clear rights. unknown_names: of pictures whose row is gone. unchecked,
    with_findings, unscreened: counts. lacking: what stands in the way of approval, {} for nothing.
    painted: names of pictures of this studio of which nothing is made any more.
    """

    dataset: object
    counts: dict
    holders: list
    unclear: list
    unknown_names: list
    unchecked: int
    with_findings: int
    unscreened: int
    lacking: dict
    painted: list


def rights_summary(version):
    """The RightsSummary of a version's pictures; None for one that was trained elsewhere."""
    run = version.checkpoint and version.checkpoint.run
    if not run or not run.snapshot:
        return None
    images = images_of(run.snapshot)
    rows = list(images.defer("report", "agreement", "file_rights").order_by("name", "pk"))
    unclear = [(image, why) for image in rows if (why := _why(image))]
    return RightsSummary(
        dataset=run.dataset,
        counts=rights.rights_of(run.snapshot),
        holders=_holders(images),
        unclear=unclear,
        unknown_names=_without_row(run.snapshot),
        lacking=rights.lacking_rights(version),
        painted=photographs.painted_barred(images),
        **images.aggregate(
            unchecked=Count("pk", filter=~Q(caption_state=CaptionState.CHECKED)),
            with_findings=Count("pk", filter=Q(report__worst__in=GRAVE)),
            unscreened=Count("pk", filter=Q(report={})),
        ),
    )


def _why(image):
    """Why a picture's rights are not clear, in words; "" when they are."""
    if image.withdrawn_at:
        return _("withdrawn")
    if image.is_expired:
        return _("expired")
    if not image.rights_holder:
        return _("unknown")
    if image.rights_from_file:
        return _("read from the file")
    return "" if image.may_train else _("not for training")


def _holders(images):
    named = images.exclude(rights_holder="").order_by()
    counted = named.values_list("rights_holder").annotate(count=Count("pk"))
    return sorted(counted, key=lambda row: (-row[1], row[0]))


def _without_row(snapshot):
    rows = TrainingImage.with_removed.values("pk")
    gone = snapshot.images.exclude(image_number__in=rows) | snapshot.images.filter(
        image_number=None
    )
    return list(gone.values_list("name", flat=True))
