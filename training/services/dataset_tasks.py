"""Work on a whole dataset that the background worker does."""

from django.conf import settings
from django.db import IntegrityError, transaction

from brandstudio.core.queue import work_queue
from training.models import DatasetTask


def ask_task(dataset, kind, by, **options):
    """Queue a DatasetTask; the one under way if there is one of this kind already."""
    try:
        with transaction.atomic():
            task = DatasetTask.objects.create(
                dataset=dataset,
                kind=kind,
                asked_by=by,
                options=options,
                total=dataset.images.count(),
            )
            work_queue.enqueue_work(task)
    except IntegrityError:
        return dataset.tasks.active().get(kind=kind)
    return task


def has_own_labeler():
    """Whether a BLIP or a full CLIP is installed; the bundled CLIP knows drawn scenes only."""
    return any((settings.BASE_MODELS_DIR / name).is_dir() for name in ("blip", "clip"))
