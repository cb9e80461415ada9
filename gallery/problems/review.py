"""What a reviewer's decision needs."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "own-work": gettext_noop(
        "You made, edited or submitted this yourself, so a colleague has to decide: four eyes see "
        "more than two."
    ),
    "decided-already": gettext_noop(
        "This was decided since you opened the page, by a colleague or in another window of yours. "
        "Look at it again."
    ),
    "not-asked": gettext_noop(
        "This picture does not wait for review, so nothing can be decided of it. Its maker sends "
        "it for review first."
    ),
    "declined-already": gettext_noop(
        "This picture is declined already. Its maker may send it for review once more and write "
        "what is different."
    ),
    "withdrawn-already": gettext_noop(
        "This picture was withdrawn already, and nothing of it leaves any more. Paint it anew "
        "where it is needed."
    ),
    "not-approved": gettext_noop(
        "Only an approved picture can be withdrawn, and this one is not approved. One that waits "
        "for review can be declined."
    ),
    "binned-already": gettext_noop(
        "This picture lies in the bin, and nothing is done with it there. Its maker can put it "
        "back."
    ),
    "not-binned": gettext_noop("This picture does not lie in the bin, so it needn't be put back."),
    "not-submitted": gettext_noop(
        "This is a draft: it was never submitted, or was sent back. Its maker submits it first."
    ),
    "sheet-moved-on": gettext_noop(
        "The strength sheet is in the queue or being painted already, so it was not ordered a "
        "second time."
    ),
    "retired-already": gettext_noop(
        "This was taken out of use. An admin can bring it back into use, with a reason."
    ),
    "not-in-use": gettext_noop(
        "Only what is approved can be taken out of use, and this is not approved. One that waits "
        "for review can be sent back."
    ),
    "asked-already": gettext_noop("It waits for review already."),
    "approved-already": gettext_noop("It is approved already."),
    "withdrawn-not-asked": gettext_noop(
        "It was withdrawn, so it can't be sent for review again. Paint it anew and send that."
    ),
    "approved-not-binned": gettext_noop(
        "An approved picture can't go to the bin. A brand admin can withdraw it first."
    ),
    "send-back-reason": gettext_noop(
        "Write one sentence for the designer, to send it back. Signs without letters say nothing."
    ),
    "decided-before": gettext_noop(
        "It looks like {name} (no. {number}) or was made from it, against which a decision stands "
        "since {day}: {reason} To approve it all the same, write why; the reason stays with the "
        "picture."
    ),
    "decline-reason": gettext_noop(
        "Write one sentence for the colleague, to decline it. Signs without letters say nothing."
    ),
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
