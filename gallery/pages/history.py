"""What happened to a row, in words for its page."""

from django.utils.translation import gettext, gettext_noop

from brandstudio.core.models import AuditEntry
from gallery import problems
from gallery.models.asset import TAKEN_BACK
from gallery.models.style import CommercialUse, StyleVersion
from gallery.services import checklist, claims

ACTS = {
    "draft": gettext_noop("sent it back"),
    "in_review": gettext_noop("submitted it"),
    "approved": gettext_noop("approved it"),
    "retired": gettext_noop("retired it"),
    "asked": gettext_noop("sent it for review"),
    TAKEN_BACK: gettext_noop("took back its request for review"),
    "declined": gettext_noop("declined it"),
    "withdrawn": gettext_noop("withdrew it"),
    "waiting": gettext_noop("put it in the queue"),
    "loading": gettext_noop("began with it"),
    "rendering": gettext_noop("began to paint"),
    "ready": gettext_noop("painted it"),
    "failed": gettext_noop("could not paint it"),
    "cancelled": gettext_noop("stopped it"),
    "composed": gettext_noop("composed it"),
    "edited": gettext_noop("changed it"),
    "testing": gettext_noop("ordered its test"),
    "tested": gettext_noop("allowed the pair"),
    "forbidden": gettext_noop("forbade the pair"),
    "binned": gettext_noop("put it in the bin"),
    claims.NOTED: gettext_noop("changed what is claimed of its rights"),
    "tagged": gettext_noop("changed its tags"),
    "titled": gettext_noop("gave it another title"),
    "dismissed": gettext_noop("let it pass though it strays"),
    "joined": gettext_noop("put it into a campaign"),
    "left": gettext_noop("took it out of its campaign"),
    "published": gettext_noop("noted where it was published"),
    "unpublished": gettext_noop("took back where it was published"),
    "added": gettext_noop("made it"),
    "changed": gettext_noop("changed it"),
    "kept": gettext_noop("took it out of the bin"),
}
_QUIET = ("loading", "rendering")  # steps of the machine that tell a reader nothing


def history_of(row, limit=12):
    """The row's audit entries, newest first, each with .act, .why_sentence, .answers, those to
    the checklist of an approval, and .claims, [(label, before, after)] of rights."""
    entries = list(AuditEntry.objects.about(row).exclude(target__in=_QUIET)[:limit])
    for entry in entries:
        entry.act = gettext(ACTS[entry.target]) if entry.target in ACTS else entry.target
        entry.why_sentence = problems.sentence(entry.why, entry.facts) if entry.why else ""
        entry.claims = _claims_in_words(entry.facts.get("claims", {}))
        entry.answers = checklist.in_words(entry.facts.get("checklist", {}))
    return entries


def claims_noted(version):
    """The entries of `history_of` that tell of a change of the claims, all of them."""
    return [entry for entry in history_of(version, None) if entry.claims]


def _claims_in_words(changed):
    labels = {name: StyleVersion._meta.get_field(name).verbose_name for name in claims.CLAIMS}
    return [
        (labels[name], *(_in_words(name, value) for value in changed[name]))
        for name in claims.CLAIMS
        if name in changed
    ]


def _in_words(name, value):
    if name == "commercial_use":
        return str(CommercialUse(value).label)
    return value or gettext("not known")
