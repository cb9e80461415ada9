"""The one judgement on what leaves: may this person have this picture in this form?

Every door asks here: downloads of every channel, what a page shows, pictures to start from or to
enlarge, styles for other houses. The answer comes from the table of `DownloadRule`.
"""

import hashlib
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from brandstudio.core.models import AuditEntry, User, WrongState
from brandstudio.core.models.states import update_as_last_seen
from brandstudio.core.problems import Refused
from gallery.models import (
    AssetReview,
    AssetState,
    Audience,
    DownloadRule,
    Rendition,
    ReviewState,
)
from gallery.services import base_rights, holds, source_rights, use_limits

_EVERYBODY = frozenset(Audience)
# What a new studio allows; everything else it does not.
STRICT = {
    (AssetReview.PRIVATE, Rendition.PROOF): {Audience.OWNER, Audience.ADMIN},
    (AssetReview.ASKED, Rendition.PROOF): {Audience.OWNER, Audience.ADMIN},
    (AssetReview.APPROVED, Rendition.PROOF): _EVERYBODY,
    (AssetReview.APPROVED, Rendition.PUBLICATION): _EVERYBODY - {Audience.OWNER},
    (AssetReview.APPROVED, Rendition.ORIGINAL): {Audience.ADMIN},
}
_HATS = {
    Audience.MARKETER: "is_marketer",
    Audience.DESIGNER: "is_designer",
    Audience.ADMIN: "is_brand_admin",
}


def seed_rules():
    """The cells of the table that are missing, as strict as a new studio's."""
    DownloadRule.objects.bulk_create(
        (
            DownloadRule(
                review=review,
                audience=audience,
                rendition=rendition,
                is_allowed=audience in STRICT.get((review, rendition), ()),
            )
            for review in AssetReview
            for rendition in Rendition
            for audience in Audience
        ),
        ignore_conflicts=True,
    )


@dataclass(frozen=True)
class Known:
    """What a page knows of a picture already. allowed: the table's rules that allow something.
    held, unknown: whether `holds` and `source_rights` count it among theirs. barred: whether its
    base is one of `base_rights.barred_bases`. limits: of `use_limits`."""

    allowed: list
    held: bool
    unknown: bool
    barred: bool
    limits: list


def rule_for(asset, person, rendition, channel=None, known=None):
    """The DownloadRule that lets this person have this picture in this form for a channel.

    channel: None for the scene's own, else as painted. known: a Known; without one all of it is
    asked. Raises Refused: as `rule_wherever`, and of `use_limits.obstacle_of`.
    """
    rule = rule_wherever(asset, person, rendition, known)
    use_limits.check(asset, rendition, channel, known.limits if known else None)
    return rule


def rule_wherever(asset, person, rendition, known=None):
    """As `rule_for`, wherever the file goes: there may be no channel that it may go to.

    Raises Refused: as `check_whole`, sources-unknown, base-not-commercial, picture-private,
    picture-asked, trial-stays, rule-forbids.
    """
    check_whole(asset, known.held if known else None)
    if rendition != Rendition.PROOF and asset.scene.is_trial:
        raise Refused("trial-stays")
    audiences = _audiences_of(asset, person)
    for rule in known.allowed if known else allowed_rules():
        cell = (rule.review, rule.rendition)
        if cell == (asset.review, rendition) and rule.audience in audiences:
            if rendition != Rendition.PROOF:
                _check_publishable(asset, known)
            return rule
    if rendition != Rendition.PROOF and asset.review != AssetReview.APPROVED:
        raise Refused("picture-asked" if asset.review == AssetReview.ASKED else "picture-private")
    raise Refused("rule-forbids")


def _check_publishable(asset, known):
    if known is None or known.barred:
        base_rights.check(asset.scene.base)
    if known is None or known.unknown:
        source_rights.check(asset)


def rule_for_poster(poster, person, rendition):
    """As `rule_for` of its picture, for a poster: its words are claims of the brand, so a
    publication file needs its own approval besides.

    Raises Refused as `rule_for`, and poster-retired, poster-waits, poster-not-approved.
    """
    rule = rule_for(poster.asset, person, rendition, poster.channel)
    if poster.state == ReviewState.RETIRED:
        raise Refused("poster-retired")
    if rendition != Rendition.PROOF and poster.state != ReviewState.APPROVED:
        waits = poster.state == ReviewState.IN_REVIEW
        raise Refused("poster-waits" if waits else "poster-not-approved")
    return rule


def allowed_rules():
    """The rules of the table that allow something."""
    return list(DownloadRule.objects.filter(is_allowed=True))


def best_for(asset, person, channel=None, known=None):
    """The best Rendition that this person may have for a channel (None: as `rule_for`).

    Raises Refused, as `rule_for`, for none.
    """
    try:
        rule_for(asset, person, Rendition.PUBLICATION, channel, known)
    except Refused:
        rule_for(asset, person, Rendition.PROOF, channel, known)
        return Rendition.PROOF
    return Rendition.PUBLICATION


def check_whole(asset, held=None):
    """Raise Refused for a picture that nobody may have in any form, nor build upon.

    As `check_finished`, and picture-binned, picture-declined, picture-withdrawn, asset-held.
    """
    check_finished(asset)
    if asset.deleted_at is not None:
        raise Refused("picture-binned")
    if asset.barred:
        raise Refused(f"picture-{asset.barred}")
    if held is None or held:
        holds.check_asset(asset)


def check_finished(asset):
    """Raise Refused for a picture that isn't there (yet): picture-waiting, picture-loading,
    picture-rendering, picture-failed, picture-cancelled."""
    if asset.state != AssetState.READY:
        raise Refused(f"picture-{asset.state}")


def check_style_leaves(version):
    """Raise Refused unless this style may go to other houses: pack-not-approved, pack-held,
    base-not-commercial, and of `use_limits.check_style`."""
    if version.state != ReviewState.APPROVED:
        raise Refused("pack-not-approved", name=str(version))
    holds.check_version(version)
    base_rights.check(version.base)
    use_limits.check_style(version)


def _audiences_of(asset, person):
    hats = {audience for audience, hat in _HATS.items() if getattr(person, hat)}
    return hats | ({Audience.OWNER} if asset.scene.owner_id == person.pk else set())


# The table itself
def table_tag(rules):
    """Changes with every change of the table, so that a page of before is known."""
    cells = sorted((rule.pk, rule.is_allowed) for rule in rules)
    return hashlib.sha256(repr(cells).encode()).hexdigest()[:16]


def change(numbers, by, tag, why=""):
    """Allow exactly the rules with these keys. Returns how many cells changed.

    numbers: primary keys. tag: the `table_tag` of the page it was decided on. Raises Refused:
    policy-changed, policy-fixed, policy-locks-out; nothing is changed then.
    """
    with transaction.atomic():
        rules = list(DownloadRule.objects.select_for_update())
        if table_tag(rules) != tag:
            raise Refused("policy-changed")
        for rule in rules:
            if rule.is_fixed and rule.pk in numbers:
                raise Refused("policy-fixed", rule=str(rule))
        _check_open([rule for rule in rules if rule.pk in numbers])
        changed = [rule for rule in rules if rule.is_allowed != (rule.pk in numbers)]
        for rule in changed:
            _flip(rule, by, why)
    return len(changed)


def _check_open(allowed):
    """Raise unless somebody still gets publication files of approved pictures."""
    cell = (AssetReview.APPROVED, Rendition.PUBLICATION)
    audiences = {rule.audience for rule in allowed if (rule.review, rule.rendition) == cell}
    people = User.objects.filter(is_active=True)
    if Audience.OWNER not in audiences:
        hats = Q(pk__in=())
        for audience in audiences:
            hats |= Q(**{_HATS[audience]: True})
        people = people.filter(hats)
    if not audiences or not people.exists():
        raise Refused("policy-locks-out")


def _flip(rule, by, why):
    names = {True: "allowed", False: "refused"}
    before, after = rule.is_allowed, not rule.is_allowed
    try:
        update_as_last_seen(rule, {"is_allowed": before}, {"is_allowed": after})
    except WrongState as error:
        raise Refused("policy-changed") from error
    AuditEntry.objects.record(rule, names[before], names[after], by=by, why=why)
