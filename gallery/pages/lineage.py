"""Where a picture or a style comes from, and what was made with it: forwards and back."""

from gallery.models import Asset, AssetState, ScenePack
from training.models import Dataset, TrainingImage

_SHOWN = 6  # source pictures in a row


def of_version(version, person):
    """The stations of a version's way, as far as this person may look.

    {"images", "snapshot", "run", "checkpoint", "pictures", "scenes"}: each may be absent.
    """
    checkpoint = version.checkpoint
    stations = {"scenes": image_count_of(version)}
    if checkpoint is None:
        return stations
    run = checkpoint.run
    stations |= {"run": run, "checkpoint": checkpoint, "snapshot": run.snapshot}
    if run.snapshot:
        stations["count"] = run.snapshot.images.count()
        # Training pictures concern those who may see their dataset, and nobody else.
        if Dataset.objects.visible_to(person).filter(pk=run.dataset_id).exists():
            stations["sources"] = source_images(run.snapshot)
            stations["dataset"] = run.dataset
    return stations


def source_images(snapshot, limit=_SHOWN):
    """The first training pictures of a snapshot that still are there."""
    numbers = list(snapshot.images.values_list("image_number", flat=True)[: limit * 2])
    images = TrainingImage.objects.filter(pk__in=numbers, dataset=snapshot.dataset_id)
    return list(images.order_by("name")[:limit])


def image_count_of(version):
    """How many finished pictures a version is in."""
    scenes = ScenePack.objects.filter(version=version).values("scene")
    return Asset.objects.filter(scene__in=scenes, state=AssetState.READY).count()
