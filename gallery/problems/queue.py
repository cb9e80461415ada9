"""Where a picture is on its way, and what stopped it."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "software-fault": gettext_noop(
        "The software failed here, through no fault of yours. Try again; if it stays, "
        "tell an administrator."
    ),
    "worker-lost": gettext_noop(
        "The renderer was lost {attempts} times in a row. Try again; if it stays, "
        "tell an administrator."
    ),
    "worker-stops": gettext_noop("The renderer was stopped; the next one takes it up."),
    "again": gettext_noop("Once more."),
    "painted-first": gettext_noop("An admin let it be painted first."),
    "ordered": gettext_noop("Ordered with the version."),
    "picture-waiting": gettext_noop(
        "This picture is not finished yet: it waits in the queue. Come back once it is painted."
    ),
    "picture-loading": gettext_noop(
        "This picture is not finished yet: its base model is being loaded. Come back once it is "
        "painted."
    ),
    "picture-rendering": gettext_noop(
        "This picture is not finished yet: it is being painted. Come back in a while."
    ),
    "picture-failed": gettext_noop(
        "This picture was not painted, so there is nothing of it. Try it again, or paint another "
        "one."
    ),
    "picture-cancelled": gettext_noop(
        "This picture was stopped before it was finished, so there is nothing of it. Paint another "
        "one."
    ),
}
