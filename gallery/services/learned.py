"""What learned from pictures of this studio that came into datasets as photographs."""

from dataclasses import dataclass

from brandstudio.core.models import User
from brandstudio.core.services import sending
from gallery.models import StyleVersion
from gallery.services import own_images
from training.models import Checkpoint, SnapshotImage, TrainingImage, TrainingRun


@dataclass(frozen=True)
class Learned:
    """images: the TrainingImages that are files of the pictures; runs, versions: what learned from
    these, the versions under whatever name."""

    images: list[TrainingImage]
    runs: list[TrainingRun]
    versions: list[StyleVersion]

    @property
    def is_any(self):
        """Whether anything learned from them, or is about to."""
        return bool(self.runs or self.versions)


def learned_from(assets):
    """The Learned of these finished pictures (a queryset of them)."""
    return learned_of(own_images.photographs_of(assets))


def learned_of(images):
    """The Learned of these photographs (a queryset of TrainingImages)."""
    keys = list(images.values_list("pk", flat=True))
    frozen = SnapshotImage.objects.filter(image_number__in=keys)
    runs = TrainingRun.objects.filter(snapshot__in=frozen.values("snapshot"))
    checkpoints = Checkpoint.objects.filter(run__in=list(runs.values_list("pk", flat=True)))
    own = StyleVersion.objects.filter(checkpoint__in=checkpoints)
    versions = StyleVersion.objects.with_weights_of(own.values("weights_sha256"))
    versions |= StyleVersion.objects.with_weights_of(checkpoints.values("sha256"))
    return Learned(
        list(images.select_related("dataset__owner").order_by("dataset", "name", "pk")),
        list(runs.select_related("owner").order_by("pk")),
        list(versions.select_related("pack", "made_by").order_by("pk")),
    )


def tell(learned, asset, reason):
    """Tell those whose datasets and styles they are that a picture may be used no longer."""
    facts = {"number": asset.pk, "reason": reason}
    for dataset in {image.dataset for image in learned.images if image.removed_at is None}:
        url = dataset.get_absolute_url()
        sending.tell([dataset.owner], "dataset-holds-barred", url=url, name=str(dataset), **facts)
    for version in learned.versions:
        makers = User.objects.filter(pk__in=version.author_ids)
        url = version.get_absolute_url()
        sending.tell(makers, "style-learned-barred", url=url, name=str(version), **facts)
