"""What a run's log tells, and what a run is doing: lines that are no problems."""

from django.utils.translation import gettext_noop

LINES: dict[str, str] = {
    "line-started": gettext_noop("Attempt {attempt} began on {worker}."),
    "line-resumed": gettext_noop("Attempt {attempt} goes on from step {step} on {worker}."),
    "line-anew": gettext_noop(
        "Attempt {attempt} begins anew on {worker}: nothing had been saved yet."
    ),
    "line-none-recommended": gettext_noop("No checkpoint is recommended; the run page says why."),
    "line-recommended": gettext_noop("The checkpoint of step {step} is recommended."),
    "line-not-recommended": gettext_noop("No checkpoint could be recommended: {reason}"),
    "line-phase": gettext_noop("{phase} began."),
    "line-checkpoint": gettext_noop("Checkpoint saved at step {step} ({megabytes} MB)."),
    "line-early-stop": gettext_noop(
        "Ended early at step {step} of {total}: no save after step {best} was better."
    ),
    "line-finished": gettext_noop("Finished after {seconds} s."),
    "line-validation": gettext_noop("Validation loss {loss} at step {step}."),
}

PHASES: dict[str, str] = {
    "checking": gettext_noop("Checking"),
    "loading": gettext_noop("Loading the base model"),
    "caching-images": gettext_noop("Caching pictures"),
    "caching-captions": gettext_noop("Caching captions"),
    "training": gettext_noop("Training"),
    "sampling": gettext_noop("Drawing samples"),
    "validating": gettext_noop("Validating"),
    "saving": gettext_noop("Saving"),
    "waiting": gettext_noop("Waiting for the device"),
    "choosing": gettext_noop("Choosing the best checkpoint"),
}
