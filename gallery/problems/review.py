"""What a reviewer's decision needs."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "own-work": gettext_noop(
        "You made, edited or submitted this yourself, so a colleague has to decide: four eyes see "
        "more than two."
    ),
    "decided-already": gettext_noop("This was decided meanwhile. Look at it again."),
    "asked-already": gettext_noop("It waits for review already."),
    "approved-already": gettext_noop("It is approved already."),
    "withdrawn-not-asked": gettext_noop(
        "It was withdrawn, so it can't be sent for review again. Paint it anew and send that."
    ),
    "approved-not-binned": gettext_noop(
        "An approved picture can't go to the bin. A brand admin can withdraw it first."
    ),
    "send-back-reason": gettext_noop("Write one sentence for the designer, to send it back."),
    "decided-before": gettext_noop(
        "It looks like {name} (no. {number}) or was made from it, against which a decision stands "
        "since {day}: {reason} To approve it all the same, write why; the reason stays with the "
        "picture."
    ),
    "decline-reason": gettext_noop("Write one sentence for the colleague, to decline it."),
    "ask-again-reason": gettext_noop(
        "This picture was declined. Write what is different now or why it is asked for again: the "
        "reviewer reads it beside the reason of the decline."
    ),
    "checklist-open": gettext_noop(
        "Answer the checklist before you approve. Still open: {items}. Where something is not "
        "right, send it back or decline it."
    ),
    "vehicle-applies": gettext_noop(
        "{name} has a vehicle in it ({vehicles}): “Vehicle truth” applies to it. Look at it, and "
        "answer yes or decline the picture."
    ),
    "nothing-chosen": gettext_noop("Choose at least one picture, then decide."),
    "pin-not-now": gettext_noop(
        "Remarks are pinned, and taken off by their author, while their picture or style waits for "
        "review. This one was decided meanwhile, or the remark is a colleague's."
    ),
    "pin-outside": gettext_noop("A pin stands on the picture: between 0 and 100 % both ways."),
    "pin-empty": gettext_noop("Write what is to be seen at this point, then pin it."),
    "withdraw-reason": gettext_noop("Write why it is withdrawn; those who use it will ask."),
}
