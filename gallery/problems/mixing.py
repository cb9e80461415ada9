"""Which styles go together, and how strongly."""

from django.utils.translation import gettext_noop

from brandstudio.core.problems import Text

SENTENCES: dict[str, Text] = {
    "packs-too-many": gettext_noop("At most {limit} style packs go together. Take one away."),
    "pair-forbidden": gettext_noop(
        "{first} and {second} may not be mixed: {reason} Take one of them away."
    ),
    "mix-limit": gettext_noop("Together at most {limit} %."),
    "mix-within": gettext_noop("Together {total} %, at most {limit} %."),
    "mix-too-strong": gettext_noop(
        "Too strong together: each style counts by how much of its highest allowed strength it "
        "uses; that makes {total} %, at most {limit} %. Lower one of them."
    ),
    "mix-three-untested": gettext_noop(
        "Three styles go together only when every two of them were tested, and {first} with "
        "{second} was not. Take one of the three away, or ask an admin to have that pair tested."
    ),
    "mix-needs-test": gettext_noop(
        "Too strong together: each style counts by how much of its highest allowed strength it "
        "uses; that makes {total} %, at most {limit} %. Even their lowest strengths are too much: "
        "take one away, or have the pair tested."
    ),
    "mix-reason-missing": gettext_noop(
        "Too strong together: each style counts by how much of its highest allowed strength it "
        "uses; that makes {total} %, at most {limit} %. You may go beyond: write the reason, it "
        "stays with the picture."
    ),
    "packs-of-two-bases": gettext_noop(
        "{first} and {second} are made for different base models. Choose packs of one base."
    ),
    "pair-not-approved": gettext_noop(
        "{name} is not approved (any more), so the pair is not tested. Choose approved styles."
    ),
    "pair-untested": gettext_noop(
        "There is no grid to decide by yet. Have the pair tested, or forbid it with a reason."
    ),
    "pair-lost": gettext_noop(
        "No mixture of the grid keeps the scene, so the pair can't be allowed. Forbid it."
    ),
    "pair-limit-too-great": gettext_noop(
        "The grid keeps the scene up to {limit} %. You may narrow that, never widen it."
    ),
    "pair-reason": gettext_noop("Write why the two may not be mixed: whoever tries will read it."),
}
