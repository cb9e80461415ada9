"""Datasets as a whole."""

from django.db import transaction
from django.utils import timezone

from brandstudio.core.models import AuditEntry
from brandstudio.core.models.rights import RIGHTS, RIGHTS_SET, barred, noted_anew
from training.models import Dataset, SnapshotImage, TrainingImage

IMAGE_RIGHTS = (*RIGHTS, "shows_people")


def make_dataset(owner, name, trigger_word="", description=""):
    """A new, empty dataset of this person."""
    with transaction.atomic():
        dataset = Dataset.objects.create(
            owner=owner, name=name, trigger_word=trigger_word, description=description
        )
        AuditEntry.objects.record(dataset, "", "made", by=owner)
    return dataset


def set_rights(dataset, by, images=None, **rights):
    """Write the same rights on many pictures. Returns how many, the names of those whose end stays
    as it is: their rights have ended and something was made of them (`ended_otherwise`), and the
    names of those left as they are: each looks like a photograph that may not be used.

    images: a queryset of the dataset's pictures, all of them if None. rights: only the columns
    named are written (IMAGE_RIGHTS lists them). What an admin decided of the former rights is
    decided no longer.
    """
    if unknown := set(rights) - set(IMAGE_RIGHTS):
        raise ValueError(f"Not columns of rights: {unknown}")
    images = dataset.images.all() if images is None else images
    with transaction.atomic():
        carried = list(images.exclude(carried_from="").values_list("name", flat=True))
        images = images.filter(carried_from="")
        until = rights.get("rights_expire_at")
        bound = dict(images.ended_otherwise(until).values_list("pk", "name"))
        pks = set(images.values_list("pk", flat=True))
        rest = {name: value for name, value in rights.items() if name != "rights_expire_at"}
        count = _write_rights(pks - set(bound), rights) + _write_rights(bound, rest)
        facts = {name: str(value) for name, value in rights.items()}
        AuditEntry.objects.record(dataset, "", RIGHTS_SET, by=by, count=count, rights=facts)
    return count, list(bound.values()), carried


def _write_rights(pks, rights):
    noted = noted_anew()
    if "rights_holder" not in rights:
        del noted["rights_from_file"]  # of whose it is nobody has spoken
    return TrainingImage.objects.filter(pk__in=pks).update(**rights, **noted)


def empty_bin():
    """Remove for good the datasets whose days in the bin are over.

    A dataset that a run has trained on stays out of sight for good: packs are traced through it.
    So does one with a photograph that may not be used: it stays out under every name.
    """
    held = TrainingImage.with_removed.filter(barred()).values("dataset")
    overdue = Dataset.objects.overdue().filter(snapshots=None, runs=None)
    for dataset in overdue.exclude(pk__in=held):
        dataset.delete_from_bin()


def remove_images(images, by):
    """Take pictures out of their datasets. Returns how many.

    Snapshots keep naming them, and the blobs stay, so a run that trained on them can be traced. So
    do the rows of those, for what they reached is held once their rights have ended; and of those
    that may not be used, which stay out under every name.
    """
    with transaction.atomic():
        rows = list(images.select_related("dataset"))
        for image in rows:
            AuditEntry.objects.record(
                image.dataset,
                "",
                "picture removed",
                by=by,
                name=image.name,
                sha256=image.original_sha256,
                picture=image.image_sha256,
                withdrawn=bool(image.withdrawn_at),
            )
        images = TrainingImage.objects.filter(pk__in=[image.pk for image in rows])
        frozen = SnapshotImage.objects.values("image_number")
        free = images.exclude(pk__in=frozen.exclude(image_number=None))
        free.exclude(barred()).delete()
        images.update(removed_at=timezone.now())
    return len(rows)
