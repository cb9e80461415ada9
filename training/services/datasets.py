"""Datasets as a whole."""

from collections import defaultdict
from dataclasses import dataclass, field

from django.db import transaction
from django.utils import timezone

from brandstudio.core.models import AuditEntry, OnlyAdminsWiden
from brandstudio.core.models.limits import former_limits, stays_narrow
from brandstudio.core.models.rights import RIGHTS, RIGHTS_SET, barred, carry_on, noted_anew
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


@dataclass
class RightsNoted:
    """What became of rights for many pictures. count: of pictures written on. The names of those
    of which something stays as it was: ended, the end, for their rights have ended and something
    was made of them (`ended_otherwise`); narrow, of LIMITS (`stays_narrow`); carried, all, for each
    looks like a photograph that may not be used."""

    count: int = 0
    ended: list[str] = field(default_factory=list)
    narrow: list[str] = field(default_factory=list)
    carried: list[str] = field(default_factory=list)

    @property
    def stays(self):
        """{code of a sentence: names} of those of which something stays as it was."""
        codes = {
            "rights-end-stays": self.ended,
            "rights-stay-narrow": self.narrow,
            "rights-carried": self.carried,
        }
        return {code: names for code, names in codes.items() if names}


def set_rights(dataset, by, images=None, why="", **rights):
    """Write the same rights on many pictures. Returns RightsNoted. Raises OnlyAdminsWiden, with
    nothing written, for an admin whose reason to widen is missing.

    images: a queryset of the dataset's pictures, all of them if None. why: an admin's reason to
    widen LIMITS. rights: only the columns named are written (IMAGE_RIGHTS lists them).
    What an admin decided of the former rights is decided no longer.
    """
    if unknown := set(rights) - set(IMAGE_RIGHTS):
        raise ValueError(f"Not columns of rights: {unknown}")
    images = dataset.images.all() if images is None else images
    with transaction.atomic():
        carried = list(images.exclude(carried_from="").values_list("name", flat=True))
        images = images.filter(carried_from="")
        rows = list(images)
        until = rights.get("rights_expire_at")
        bound = set(images.ended_otherwise(until).values_list("pk", flat=True))
        narrow = stays_narrow(rows, rights, by, why)
        if narrow and by.is_brand_admin:
            first = next(row for row in rows if row.pk in narrow)
            raise OnlyAdminsWiden(first, narrow[first.pk])
        stays = defaultdict(list)
        for row in rows:
            end = {"rights_expire_at"} if row.pk in bound else set()
            stays[frozenset(end | narrow.get(row.pk, set()))].append(row.pk)
        count = sum(_write_rights(pks, rights, columns) for columns, pks in stays.items())
        carry_on(TrainingImage.objects.filter(pk__in=[row.pk for row in rows]))
        facts = former_limits(rows, rights)
        facts["rights"] = {name: str(value) for name, value in rights.items()}
        if narrow:
            facts["stays_narrow"] = {pk: sorted(columns) for pk, columns in narrow.items()}
        if count:
            AuditEntry.objects.record(dataset, "", RIGHTS_SET, by=by, why=why, count=count, **facts)
    ended, limited = ([row.name for row in rows if row.pk in pks] for pks in (bound, narrow))
    return RightsNoted(count, ended, limited, carried)


def _write_rights(pks, rights, stays):
    """Of how many rows something is written. stays: those columns that are not."""
    noted = noted_anew()
    rights = {name: value for name, value in rights.items() if name not in stays}
    if not rights:
        return 0
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
