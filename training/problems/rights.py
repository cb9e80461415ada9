"""What the rights of a dataset's pictures forbid or leave open."""

from django.utils.translation import gettext_noop, ngettext_lazy

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "rights-end-stays": gettext_noop(
        "The end of the rights of {names} stays as it was: it is past, and something was made of "
        "it already. An admin can extend the rights, with a reason, on its page “What it reached”."
    ),
    "rights-end-admin": gettext_noop(
        "The rights of {name} have ended, and something was made of it already. Only an admin "
        "extends them, with a reason, on its page “What it reached”: leave the end as it was."
    ),
    "rights-stay-narrow": gettext_noop(
        "Uses, territory and terms in words of {names} stay as they were where yours reach "
        "further, as other terms in words may: something that was made of it is approved, or has "
        "left the studio. An admin can widen them here, with a reason."
    ),
    "rights-else-noted": gettext_noop("Everything else you wrote is noted."),
    "rights-widen-admin": gettext_noop(
        "This reaches further than what was noted of {name}, or may, in other words; and something "
        "that was made of it is approved, or has left the studio. Only an admin widens it, with a "
        "reason: leave it as it was, or narrow it."
    ),
    "rights-widen-reason": gettext_noop(
        "Write why the rights of {name} reach further now: something that was made of it is "
        "approved, or has left the studio."
    ),
    "photograph-barred": gettext_noop(
        "{name} is the photograph {other} of {place}: {decided}. That holds for it under every "
        "name, so it was left out. Ask an admin, who can clear its rights there, or leave it out."
    ),
    "photograph-barred-elsewhere": gettext_noop(
        "{name} is a photograph of which it is decided: {decided}. That holds for it under every "
        "name, so it was left out. Ask an admin, who sees where it lies, or leave it out."
    ),
    "photograph-alike": gettext_noop(
        "{name} looks like the photograph {other} of {place}: {decided}. It took over its rights, "
        "and nothing learns from it until an admin says that it is another picture."
    ),
    "photograph-alike-elsewhere": gettext_noop(
        "{name} looks like a photograph of which it is decided: {decided}. It took over its "
        "rights, and nothing learns from it until an admin says that it is another picture."
    ),
    "upload-declined": gettext_noop(
        "This file shows {name} (no. {number}), a picture of this studio that was declined on "
        "{day}: {reason} Nothing is made of it under another name. Choose another picture, or ask "
        "an admin to approve that one."
    ),
    "upload-withdrawn": gettext_noop(
        "This file shows {name} (no. {number}), a picture of this studio that was withdrawn on "
        "{day}: {reason} Nothing is made of it under another name. Choose another picture."
    ),
    "upload-held": gettext_noop(
        "This file shows picture no. {number} of this studio: what it was made from was recalled, "
        "or its rights have ended. Choose another picture, or ask an admin what becomes of it."
    ),
    "upload-several": gettext_noop(
        "This file shows several pictures of this studio that may not be used, being declined, "
        "withdrawn or held: {names}. Nothing is made of them under another name. Choose another "
        "picture."
    ),
    "upload-style-held": gettext_noop(
        "This file was painted in this studio as a trial picture of what was recalled, or whose "
        "rights have ended: {names}. Nothing is made of it. Choose another picture, or ask an "
        "admin what becomes of that."
    ),
    "photographs-held": ngettext_lazy(
        "{count} picture is a photograph that was withdrawn, has expired or is not for training "
        "elsewhere in the studio ({names}). Take it out, or ask an admin to clear its rights.",
        "{count} pictures are photographs that were withdrawn, have expired or are not for "
        "training elsewhere in the studio ({names}). Take them out, or ask an admin to clear "
        "their rights.",
        "count",
    ),
    "photographs-alike": ngettext_lazy(
        "{count} picture looks like a photograph that may not be used ({names}). Take it out, or "
        "let an admin say that it is another picture.",
        "{count} pictures look like photographs that may not be used ({names}). Take them out, or "
        "let an admin say that they are other pictures.",
        "count",
    ),
    "photographs-painted": ngettext_lazy(
        "{count} picture is a file of a picture of this studio that was declined, withdrawn or "
        "recalled ({names}), so that nothing learns from it any more. Take it out of the dataset, "
        "or ask an admin what becomes of that picture.",
        "{count} pictures are files of pictures of this studio that were declined, withdrawn or "
        "recalled ({names}), so that nothing learns from them any more. Take them out of the "
        "dataset, or ask an admin what becomes of those pictures.",
        "count",
    ),
    "rights-carried": gettext_noop(
        "The rights of {names} stay as they are: they are those of the photograph that each looks "
        "like, and follow it. Note them there, or have an admin say on its page that it is another "
        "picture."
    ),
    "rights-read": gettext_noop(
        "The file of {name} speaks of rights: {values}. Confirm them on the page of rights."
    ),
    "rights-conflict": gettext_noop(
        "The file of {name} contradicts itself about {what}: {values}. The stricter or first one "
        "was noted; put it right on the page of rights."
    ),
    "rights-unreadable": gettext_noop(
        "What the file of {name} says of rights can't be read in part ({what}). Note it yourself."
    ),
    "rights-missing": ngettext_lazy(
        "Nobody has noted whose {count} picture is, and this studio trains on nothing else than "
        "pictures of known rights. Note whose it is.",
        "Nobody has noted whose {count} pictures are, and this studio trains on nothing else than "
        "pictures of known rights. Note whose they are.",
        "count",
    ),
    "rights-unknown": ngettext_lazy(
        "Nobody has noted whose {count} picture is. A style that learned from it can be tried, but "
        "not approved: it can't be used for anything that leaves the house until that is noted.",
        "Nobody has noted whose {count} pictures are. A style that learned from them can be tried, "
        "but not approved: it can't be used for anything that leaves the house until that is "
        "noted.",
        "count",
    ),
    "rights-unknown-allowed": ngettext_lazy(
        "Nobody has noted whose {count} picture is. This studio lets styles that learned from it "
        "be approved all the same: whoever starts the run answers for it.",
        "Nobody has noted whose {count} pictures are. This studio lets styles that learned from "
        "them be approved all the same: whoever starts the run answers for it.",
        "count",
    ),
    "rights-unconfirmed": ngettext_lazy(
        "The rights of {count} picture are unknown. Note whose it is, or confirm below that "
        "the run is to start all the same.",
        "The rights of {count} pictures are unknown. Note whose they are, or confirm below that "
        "the run is to start all the same.",
        "count",
    ),
    "rights-unconfirmed-again": ngettext_lazy(
        "The rights of {count} picture are unknown, and nobody confirmed that this run was to "
        "start all the same. Note whose it is, or start it from its settings and confirm it there.",
        "The rights of {count} pictures are unknown, and nobody confirmed that this run was to "
        "start all the same. Note whose they are, or start it from its settings and confirm it "
        "there.",
        "count",
    ),
    "rights-expired": ngettext_lazy(
        "The rights of {count} picture have expired. Renew them, or take the picture out.",
        "The rights of {count} pictures have expired. Renew them, or take the pictures out.",
        "count",
    ),
    "pictures-withdrawn": ngettext_lazy(
        "{count} picture has been withdrawn. Take it out, or clear its rights again.",
        "{count} pictures have been withdrawn. Take them out, or clear their rights again.",
        "count",
    ),
    "rights-not-for-training": ngettext_lazy(
        "{count} picture may not be used for training, as its rights are noted. Take it out, "
        "or have training allowed.",
        "{count} pictures may not be used for training, as their rights are noted. Take them "
        "out, or have training allowed.",
        "count",
    ),
}
