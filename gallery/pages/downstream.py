"""What was made with one training picture: the way on, from its hash to files that left."""

from dataclasses import dataclass

from gallery.models import Asset, AssetState, Download, ScenePack, StyleVersion
from training.models import Snapshot, SnapshotImage, TrainingImage, TrainingRun

SHOWN = 48  # assets with their picture


@dataclass(frozen=True)
class Downstream:
    """names: file names the picture goes by. images: rows that hold it still. assets: the newest
    that the reader may see; asset_count and download_count: of all."""

    names: list
    images: list
    snapshots: list
    runs: list
    versions: list
    assets: list
    asset_count: int
    download_count: int

    @property
    def is_empty(self):
        return not self.snapshots


def downstream_of(sha256, person):
    """The Downstream of a picture (its `image_sha256`), in whatever dataset it was used."""
    snapshots = list(Snapshot.objects.naming(sha256).select_related("dataset"))
    names = set(SnapshotImage.objects.filter(sha256=sha256).values_list("name", flat=True))
    images = TrainingImage.objects.filter(image_sha256=sha256).visible_to(person)
    images = list(images.select_related("dataset"))
    runs = list(TrainingRun.objects.filter(snapshot__in=snapshots).select_related("owner"))
    versions = list(
        StyleVersion.objects.filter(checkpoint__run__in=runs).select_related("pack", "checkpoint")
    )
    scenes = ScenePack.objects.filter(version__in=versions).values("scene")
    assets = _with_what_followed(Asset.objects.filter(scene__in=scenes, state=AssetState.READY))
    visible = assets.filter(pk__in=Asset.objects.visible_to(person).values("pk"))
    visible = visible.select_related("scene__template").defer("preview", "lineage")
    return Downstream(
        names=sorted(names | {image.name for image in images}),
        images=images,
        snapshots=snapshots,
        runs=runs,
        versions=versions,
        assets=list(visible.order_by("-made_at")[:SHOWN]),
        asset_count=assets.count(),
        download_count=Download.objects.filter(asset__in=assets.values("pk")).count(),
    )


def _with_what_followed(assets):
    """These pictures and all that were started from them or enlarged, however often."""
    pks = set(assets.values_list("pk", flat=True))
    fresh = pks
    while fresh:
        followed = Asset.objects.filter(state=AssetState.READY, scene__init_image_asset__in=fresh)
        fresh = set(followed.values_list("pk", flat=True)) - pks
        pks |= fresh
    return Asset.objects.filter(pk__in=pks)
