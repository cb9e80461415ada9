"""What went wrong in a run or a task of a dataset."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "stored-damaged": gettext_noop(
        "The stored file of {name} is missing or damaged. Ask an administrator to bring it back "
        "(“manage.py verify” lists such files), or take it out and send it again."
    ),
    "software-fault": gettext_noop(
        "The software failed here, through no fault of yours. The log has the details; "
        "tell an administrator, then try again."
    ),
    "message-not-sent": gettext_noop("The message could not be sent: {reason}"),
    "worker-lost": gettext_noop(
        "The worker was lost {attempts} times in a row. Look at the machine, then press Go on."
    ),
    "checkpoint-in-use": gettext_noop(
        "A style pack was made from the checkpoint of step {step}, so it stays."
    ),
    "checkpoint-held": gettext_noop(
        "The checkpoint of step {step} may not leave the studio: what it was made from was "
        "recalled, or its rights have ended ({names}). An admin extends the rights, or keeps it in "
        "use."
    ),
    "run-disk-full": gettext_noop(
        "The disk is full. The run is paused at step {step}; make room, then press Go on."
    ),
}
