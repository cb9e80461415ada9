"""What happened to a row, in words for its page."""

from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from brandstudio.core.models import AuditEntry
from gallery import problems
from gallery.models.asset import TAKEN_BACK, Asset, AssetReview
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
# Of a picture's acts those that the history of its campaign tells too.
_OF_CAMPAIGNS = (
    AssetReview.ASKED,
    AssetReview.APPROVED,
    AssetReview.DECLINED,
    AssetReview.WITHDRAWN,
    "joined",
    "published",
    "unpublished",
)
_QUIET = ("loading", "rendering")  # steps of the machine that tell a reader nothing


def history_of(row, limit=12):
    """The row's audit entries, newest first, each with .act, .why_sentence, .answers, those to
    the checklist of an approval, and .claims, [(label, before, after)] of rights."""
    return _in_sentences(AuditEntry.objects.about(row).exclude(target__in=_QUIET)[:limit])


def history_of_campaign(campaign, assets, limit):
    """As `history_of`, with what befell these pictures of it: each of those entries has .asset.

    assets: a queryset of those that its reader may see.
    """
    by_key = {str(asset.pk): asset for asset in assets}
    kind = Asset._meta.label_lower
    own = Q(subject_kind=campaign._meta.label_lower, subject_id=str(campaign.pk))
    theirs = Q(subject_kind=kind, subject_id__in=list(by_key), target__in=_OF_CAMPAIGNS)
    rows = AuditEntry.objects.filter(own | theirs).select_related("actor")
    entries = _in_sentences(rows[:limit])
    for entry in entries:
        entry.asset = by_key.get(entry.subject_id) if entry.subject_kind == kind else None
    return entries


def _in_sentences(rows):
    entries = list(rows)
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
