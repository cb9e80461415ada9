"""How long a run takes, learned from this studio's own runs."""

from statistics import median

from training.models import RunState, TrainingRun


def expected_seconds(base, images):
    """Seconds to show a base `images` pictures; None until a run on this base has told.

    images: pictures seen in all, repeats included.
    """
    speeds = (
        TrainingRun.objects.filter(
            base=base, images_per_second__gt=0, state__in=(RunState.FINISHED, RunState.TRAINING)
        )
        .order_by("-made_at")
        .values_list("images_per_second", flat=True)[:9]
    )
    speeds = list(speeds)
    return images / median(speeds) if speeds else None
