"""Whether a checkpoint's file may leave the studio."""

from collections.abc import Callable

from brandstudio.core.problems import Refused
from training.engine.data.spread import first_names
from training.models import Checkpoint
from training.services.preflight import images_of

MOST_NAMED = 5

_registered: list[Callable[[Checkpoint], list[str]]] = []


def register(names_of_holds):
    """Have this asked, too. names_of_holds(checkpoint): the names of what holds it, [] for none."""
    _registered.append(names_of_holds)


def check_release(checkpoint):
    """Raise Refused("checkpoint-held") while rights of its pictures have ended, or others hold it.

    What an admin keeps in use holds nothing.
    """
    snapshot = checkpoint.run.snapshot
    held = images_of(snapshot).holding().order_by("name") if snapshot else []
    names = [str(image) for image in held[: MOST_NAMED + 1]]
    names += [name for ask in _registered for name in ask(checkpoint)]
    if names:
        shown = first_names(names, MOST_NAMED)
        raise Refused("checkpoint-held", step=checkpoint.step, names=shown)
