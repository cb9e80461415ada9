"""What was recalled or withdrawn, or whose rights have ended, and who decides of it."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "pack-held": gettext_noop(
        "{name} may not be used now: it was recalled, or the rights of pictures behind it have "
        "ended ({names}). Choose another style until an admin has decided."
    ),
    "pack-recalled": gettext_noop(
        "{name} may not be used: on {day} {origin} was recalled, because: {reason} Choose another "
        "style."
    ),
    "cutout-painted": gettext_noop(
        "This cut-out was made of “{name}” (no. {number}), a picture painted in this studio: it "
        "doesn't show the real car. Cut the car out of a photograph and choose that."
    ),
    "cutout-withdrawn": gettext_noop(
        "The cut-out {name} was withdrawn, under this name or another: nothing is made of it any "
        "more. Choose another one."
    ),
    "init-image-withdrawn": gettext_noop(
        "The start picture {name} was withdrawn, under this name or another: nothing is made of it "
        "any more. Choose another one."
    ),
    "cutout-held": gettext_noop(
        "The rights of the cut-out {name} have ended. Choose another one, or have them extended."
    ),
    "init-image-held": gettext_noop(
        "The rights of the start picture {name}, or of what it was made from, have ended. Choose "
        "another one, or have them extended."
    ),
    "init-image-alike": gettext_noop(
        "The start picture {name} looks like the photograph {other} of {place} and has its rights: "
        "{decided}. Choose another one, have them extended there, or have an admin say on the "
        "start picture's page of rights that it is another picture."
    ),
    "init-image-alike-elsewhere": gettext_noop(
        "The start picture {name} looks like a photograph of a colleague and has its rights: "
        "{decided}. Choose another one, or ask an admin: the start picture's page of rights names "
        "the photograph to them, and there it can be called another picture."
    ),
    "asset-held": gettext_noop(
        "{name} may not leave the studio: what it was made from was recalled, or its rights have "
        "ended ({names}). An admin decides what becomes of it."
    ),
    "painting-held": gettext_noop(
        "{name} was not painted: what it would be made from was recalled, or its rights have ended "
        "({names}). Paint it with another style or picture, or wait until an admin has decided."
    ),
    "use-not-allowed": gettext_noop(
        "{name} may not go to {channel}: its files are for {use}, and the rights of {source}, "
        "which it was made of, allow only: {uses}. Choose another channel, or have wider rights "
        "noted there."
    ),
    "territory-not-allowed": gettext_noop(
        "{name} may not go to {channel}: the territory of the rights of {source}, which it was "
        "made of, is {territory}; the files of {channel} are seen beyond it: {place}. Choose "
        "another channel, or have wider rights noted there."
    ),
    "style-use-limited": gettext_noop(
        "{name} stays in the studio: the rights of {source}, which it learned from, allow only: "
        "{uses}. Other studios would paint for anything with it. Have wider rights noted there, or "
        "train a style without that photograph."
    ),
    "style-territory-limited": gettext_noop(
        "{name} stays in the studio: the territory of the rights of {source}, which it learned "
        "from, is {territory}. Other studios would paint for anywhere with it. Have wider rights "
        "noted there, or train a style without that photograph."
    ),
    "use-of-channel-unknown": gettext_noop(
        "{name} may not go to {channel}: nobody has noted what its files are for, and the rights "
        "of {source}, which it was made of, allow only: {uses}. Ask an admin to note the use of "
        "the channel."
    ),
    "territory-of-channel-unknown": gettext_noop(
        "{name} may not go to {channel}: nobody has noted where its files are seen, and the rights "
        "of {source}, which it was made of, have a territory: {territory}. Ask an admin to note "
        "that of the channel, or of the campaign."
    ),
    "goes-nowhere-known": gettext_noop(
        "{name} leaves for a channel only, not as painted: the rights of {source}, which it was "
        "made of, don't allow every use in every place. Choose the channel that it is for."
    ),
    "proof-not-in-house": gettext_noop(
        "No proof of {name} leaves: the rights of {source}, which it was made of, allow only: "
        "{uses}. Have its use inside the house noted there, if its holder allows it."
    ),
    "sources-unknown": gettext_noop(
        "{name} can be neither approved nor published while nobody has noted whose the pictures "
        "are that it was made of ({names}). Whoever brought them, or an admin, notes it on their "
        "rights pages."
    ),
    "recall-reason": gettext_noop("Write why it is recalled: owners and downloaders will read it."),
    "recall-changed": gettext_noop(
        "What it reached has changed since you opened the page, so nothing was recalled. Look at "
        "the list again."
    ),
    "recall-undone": gettext_noop(
        "{person} has undone this recall already, so there is nothing left to undo."
    ),
    "recall-undone-own": gettext_noop(
        "You have undone this recall already, so there is nothing left to undo."
    ),
    "nothing-to-decide": gettext_noop(
        "Nothing is to be decided of {name} any more: its rights last, or it was decided what "
        "becomes of what it reached. Its page shows how it stands."
    ),
    "recall-too-late": gettext_noop(
        "A recall can be undone within an hour. Approve what you need again, one by one."
    ),
    "withdrawn-not-extended": gettext_noop(
        "{name} was withdrawn: its rights are cleared again on its own page, with a reason; here "
        "what it reached can be kept in use."
    ),
    "endings-not-chosen": gettext_noop("Choose at least one of those that wait, then decide."),
    "decision-reason": gettext_noop("Write why: the decision is kept with your reason."),
}
