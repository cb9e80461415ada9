"""The pictures of a dataset as files, one by one, with progress."""

import contextlib

from brandstudio.core import blobs
from brandstudio.core.queue import stopping
from training.engine.data.spread import first_names

MOST_NAMES = 5  # of lost pictures that a message tells


def stored(task, images, column="image_sha256"):
    """Yields (image, path of its blob), and notes progress after each; those lost are passed over.

    `raise_for_lost` says afterwards which these are: one never stops the rest.
    """
    for done, image in enumerate(images, start=1):
        stopping.go_on()
        with contextlib.suppress(blobs.BlobMissing):
            yield image, blobs.local(getattr(image, column), image.name)
        task.note_progress(done=done)


def raise_for_lost(images, readable):
    """Raises BlobMissing with the names of the images that were not done."""
    numbers = {image.pk for image in readable}
    if names := [image.name for image in images if image.pk not in numbers]:
        error = blobs.BlobMissing(f"{len(names)} stored pictures")
        error.name = first_names(names, MOST_NAMES)
        raise error
