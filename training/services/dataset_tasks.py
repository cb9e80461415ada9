"""Work on a whole dataset that the background worker does."""

from django.conf import settings
from django.db import IntegrityError, transaction

from brandstudio.core.queue import work_queue
from training.models import Chore


def ask_chore(dataset, kind, by, **options):
    """Queue a chore; the one under way if there is one of this kind already. Returns the Chore."""
    try:
        with transaction.atomic():
            chore = Chore.objects.create(
                dataset=dataset,
                kind=kind,
                asked_by=by,
                options=options,
                total=dataset.images.count(),
            )
            work_queue.enqueue_work(chore)
    except IntegrityError:
        return dataset.chores.active().get(kind=kind)
    return chore


def has_own_labeler():
    """Whether a BLIP or a full CLIP is installed; the bundled CLIP knows drawn scenes only."""
    return any((settings.BASE_MODELS_DIR / name).is_dir() for name in ("blip", "clip"))
