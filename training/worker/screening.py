"""A screening report for every picture of a dataset."""

import dataclasses

from django.conf import settings

from training.engine import screening
from training.models import BaseModel
from training.worker.stored_images import raise_for_lost, stored


def screen(task):
    """A report on every picture; those that have one are not looked at twice, save for doubles."""
    images = list(task.dataset.images.all())
    task.note_progress(total=len(images), done=0)
    limits = screening.ScreenSettings(
        resolution=_resolution(),
        # What was taken in can be screened: one limit on pictures, the studio's own.
        max_megapixels=max(1, min(100, settings.IMAGE_MAX_PIXELS // 1_000_000)),
        **settings.SCREENING,
    )
    reports = {}
    for image, path in stored(task, images, "original_sha256"):
        reports[image.pk] = screening.screen_file(path, limits, name=image.name)
    all_images, images = images, [image for image in images if image.pk in reports]
    names = {image.name: image.pk for image in images}
    hashes = {image.name: reports[image.pk].phash for image in images}
    for pair in screening.near_duplicates(hashes, limits):
        report = reports[names[pair.name]]
        reports[names[pair.name]] = dataclasses.replace(
            report, findings=(*report.findings, pair.finding(limits))
        )
    for image in images:
        report = reports[image.pk]
        image.report = {**report.to_json(), "worst": report.worst or ""}
        image.save(update_fields=["report"])
    raise_for_lost(all_images, images)


def _resolution():
    """The short side that training will use, px: that of the smallest usable base."""
    sizes = BaseModel.objects.usable().values_list("info__default_width", flat=True)
    return max(64, min((size for size in sizes if size), default=512))
