"""A template tried and judged by what is made with it: its sample picture, and how much is kept."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q

from brandstudio.core.models import AuditEntry, WrongState
from brandstudio.core.models.states import update_as_last_seen
from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetReview, AssetState
from gallery.services import policy, vehicle_words
from gallery.services.orders import SceneOrder
from gallery.services.scenes import compose_scene

SAMPLE_PACKS = 3


@dataclass(frozen=True)
class KeepRate:
    """Of the pictures made with a template: how many were kept, and how many put into the bin."""

    kept_count: int
    binned_count: int

    @property
    def decided(self):
        return self.kept_count + self.binned_count

    @property
    def percent(self):
        """Kept of those that somebody decided on; None while there are none."""
        return round(100 * self.kept_count / self.decided) if self.decided else None


def keep_rate(template):
    """The KeepRate of all versions of a template, trials left out.

    Kept is what was approved, made a favourite or downloaded, and does not lie in the bin. What the
    bin has emptied is not known any more.
    """
    assets = Asset.objects.filter(
        scene__template__slug=template.slug, scene__is_trial=False, state=AssetState.READY
    )
    marked = Q(favourites__isnull=False) | Q(downloads__isnull=False)
    liked = marked | Q(review=AssetReview.APPROVED)
    counts = assets.aggregate(
        kept_count=Count("pk", filter=Q(deleted_at=None) & liked, distinct=True),
        binned_count=Count("pk", filter=~Q(deleted_at=None), distinct=True),
    )
    return KeepRate(**counts)


def paint_sample(template, by):
    """Order one picture of a draft, with the first choice in every slot, as a trial.

    By the door of all orders: only its author may. Raises Refused or EngineError.
    """
    versions = [pack.approved_version for pack in template.packs.all()[:SAMPLE_PACKS]]
    order = SceneOrder(
        template=template,
        slot_values=vehicle_words.first_values(template),
        packs=tuple((version, version.strength) for version in versions if version),
        count=1,
    )
    return compose_scene(order, by)


def newest_sample(template, person):
    """The newest picture that this person made with this version, or None."""
    assets = Asset.objects.not_binned().filter(scene__template=template, scene__owner=person)
    return assets.select_related("scene").order_by("-pk").first()


def make_cover(template, asset, by):
    """Show this picture on the draft's card. Raises Refused: as `policy.check_finished`,
    picture-binned, no-draft-any-more."""
    policy.check_finished(asset)
    if asset.deleted_at is not None:
        raise Refused("picture-binned")
    before = template.cover_sha256
    try:
        with transaction.atomic():
            update_as_last_seen(
                template,
                {"state": "draft", "cover_sha256": before},
                {"cover_sha256": asset.thumb_sha256},
            )
            AuditEntry.objects.record(
                template, "draft", "draft", by=by, why="cover", asset=asset.pk
            )
    except WrongState as error:
        raise Refused("no-draft-any-more") from error
