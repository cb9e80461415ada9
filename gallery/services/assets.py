"""What happens to a picture after it is painted: review, favourites, the bin."""

from dataclasses import dataclass, field

from django.db import transaction
from django.urls import reverse

from brandstudio.core.input import reasons
from brandstudio.core.input.names import unseen_sign
from brandstudio.core.models import AuditEntry, Notice, User, WrongState
from brandstudio.core.problems import Refused, in_each_language, name_of
from brandstudio.core.queue import housekeeping
from brandstudio.core.services import sending
from gallery.models import Asset, AssetReview, OwnWork
from gallery.models.asset import ASKS_FROM
from gallery.problems import REFUSALS
from gallery.services import (
    checklist,
    downstream,
    holds,
    learned,
    lookalikes,
    moved_on,
    policy,
    posters,
    source_rights,
    vehicle_words,
    words,
)
from training.engine.data.spread import first_names

NAMED = 5  # pictures that a notice of several names

_CANT_BE_ASKED = {AssetReview.WITHDRAWN: "withdrawn-not-asked"}
_CANT_BE_WITHDRAWN = dict.fromkeys(
    (AssetReview.PRIVATE, AssetReview.ASKED, AssetReview.DECLINED), "not-approved"
)


def ask_review(asset, by, why=""):
    """Put a picture before the admins. why: what is different now, of one that was declined.

    Raises as `_ask_review`.
    """
    with transaction.atomic():
        _ask_review(asset, by, why)
        _tell_asked([asset], by)


def ask_review_together(assets, by):
    """Put pictures of one person before the admins, who get one notice of all.

    Returns as `refused_of`, of `_ask_review`.
    """
    refused = refused_of(assets, by, _ask_review)
    stays = {asset.pk for asset, _error in refused}
    _tell_asked([asset for asset in assets if asset.pk not in stays], by)
    return refused


def refused_of(assets, by, act):
    """Do act(asset, by) for each picture that is theirs; one refused stops no other.

    Returns [(asset, what refused it)], of which each stays as it is: asset-not-yours, or as act.
    """
    refused = []
    for asset in assets:
        try:
            if asset.scene.owner_id != by.pk:
                raise Refused("asset-not-yours")
            act(asset, by)
        except REFUSALS as error:
            refused.append((asset, error))
    return refused


def _ask_review(asset, by, why=""):
    """As `ask_review`, without a word to the admins.

    Raises Refused: as `policy.check_finished`, trial-stays, what `moved_on` says, asset-held,
    ask-again-reason.
    """
    policy.check_finished(asset)
    if asset.scene.is_trial:
        raise Refused("trial-stays")
    if asset.review not in ASKS_FROM:
        raise moved_on.refusal_of_image(asset, *ASKS_FROM, **_CANT_BE_ASKED)
    holds.check_asset(asset)
    is_again = asset.review == AssetReview.DECLINED
    why = reasons.written(why) if is_again else ""
    if is_again and not why:
        raise Refused("ask-again-reason")
    with transaction.atomic():
        try:
            asset.ask_review(by, why)
        except WrongState as error:
            raise moved_on.refusal_of_image(asset, *ASKS_FROM, **_CANT_BE_ASKED) from error
        _settle(asset, "asset-declined")


def _tell_asked(assets, by):
    _tell(User.objects.reviewers(besides=by), assets, "asked", reverse("gallery:review-pictures"))


def share(asset, is_shared):
    """Let colleagues see the scene of a picture, or not any more. Raises Refused, as
    `policy.check_whole`, where it would be shown to them now."""
    scene = asset.scene
    if is_shared and not scene.is_shared:
        policy.check_whole(asset)
    scene.is_shared = is_shared
    scene.save(update_fields=["is_shared"])


def name(asset, by, title):
    """Give one's picture a title of its own; an empty one brings back the scene's.

    Raises Refused: unseen-sign.
    """
    former = asset.own_title
    asset.own_title = " ".join(title.split())
    if sign := unseen_sign(asset.own_title):
        raise Refused("unseen-sign", sign=sign)
    with transaction.atomic():
        asset.save(update_fields=["own_title"])
        words.note_title(asset)
        facts = {"former": former, "title": asset.own_title}
        AuditEntry.objects.record(asset, "", "titled", by=by, **facts)


def approve(asset, by, answers, reason=""):
    """Approve a picture for publication. answers: to the checklist; kept with the decision.

    reason: why, where a decision stands against the same picture. Raises as `_approve`.
    """
    with transaction.atomic():
        _approve(asset, by, answers, reason)
        _tell_makers([asset], "approved")


def _approve(asset, by, answers, reason):
    """As `approve`, without a word to the maker.

    Raises Refused: own-work, asset-held, sources-unknown, checklist-open, vehicle-applies,
    decided-before, and what `moved_on` says.
    """
    holds.check_asset(asset)
    source_rights.check(asset)
    in_spite = lookalikes.check_reason(asset, reason)
    facts = {"checklist": _answers_to(asset, answers), **in_spite}
    with transaction.atomic():
        try:
            asset.approve(by, facts=facts, why=reasons.written(reason) if in_spite else "")
        except OwnWork as error:
            raise Refused("own-work") from error
        except WrongState as error:
            raise moved_on.refusal_of_image(asset, AssetReview.ASKED) from error
        _settle(asset, "asset-asked")


def _answers_to(asset, answers):
    return checklist.check(answers, vehicle_words.vehicles_in(asset), name_of(asset))


def decline(asset, by, reason):
    """Decline a picture with a reason for its maker. Raises Refused: decline-reason,
    and what `moved_on` says."""
    if not (reason := reasons.written(reason)):
        raise Refused("decline-reason")
    with transaction.atomic():
        _decline(asset, by, reason)
        _tell_makers([asset], "declined", reason=reason)


def _decline(asset, by, reason):
    """As `decline`, of a reason that was checked, and without a word to the maker."""
    with transaction.atomic():
        try:
            asset.decline(by, reason)
        except WrongState as error:
            raise moved_on.refusal_of_image(asset, AssetReview.ASKED) from error
        lookalikes.note(asset)
        _settle(asset, "asset-asked")
        _tell_learned(asset, reason)


@dataclass
class Decided:
    """What became of several pictures decided at once. refused: [(asset, Refused)]."""

    done: list = field(default_factory=list)
    refused: list = field(default_factory=list)


def decide_together(assets, by, *, approves, answers=None, reason=""):
    """Approve each of these pictures, or decline each; one refused stops no other. Each maker gets
    one notice of all of theirs.

    answers: to the checklist, to approve; reason: as `approve` and `decline` take it; one for all
    of them. Raises Refused before any is decided: checklist-open, decline-reason.
    """
    if approves:
        checklist.check(answers)
    elif not (reason := reasons.written(reason)):
        raise Refused("decline-reason")
    decided = Decided()
    for asset in assets:
        try:
            if approves:
                _approve(asset, by, answers, reason)
            else:
                _decline(asset, by, reason)
        except Refused as error:
            decided.refused.append((asset, error))
        else:
            decided.done.append(asset)
    if approves:
        _tell_makers(decided.done, "approved")
    else:
        _tell_makers(decided.done, "declined", reason=reason)
    return decided


def withdraw(asset, by, reason):
    """Take back an approval, and those of pictures made from this one: they are used no longer.

    Returns how many others were withdrawn with it.
    """
    if not (reason := reasons.written(reason)):
        raise Refused("withdraw-reason")
    with transaction.atomic():
        made = downstream.made_from(asset).filter(review=AssetReview.APPROVED)
        others = list(made.titled().select_related("scene__owner").order_by("pk"))
        _withdraw(asset, by, reason)
        for other in others:
            _withdraw(other, by, f"#{asset.pk}: {reason}")
    return len(others)


def _withdraw(asset, by, reason):
    try:
        asset.withdraw(by, reason)
    except WrongState as error:
        refusal = moved_on.refusal_of_image(asset, AssetReview.APPROVED, **_CANT_BE_WITHDRAWN)
        raise refusal from error
    lookalikes.note(asset)
    _settle(asset, "asset-approved")
    _tell_makers([asset], "withdrawn", reason=reason)
    _tell_learned(asset, reason)
    for poster in posters.of_assets([asset]).select_related("made_by"):
        sending.tell(
            [poster.made_by],
            "poster-withdrawn",
            url=poster.get_absolute_url(),
            name=name_of(poster),
            reason=reason,
        )


def discard(asset, by):
    """Into the bin, and out of the review it waits for; an approved picture can't go there.

    Raises Refused: approved-not-binned, binned-already, decided-already.
    """
    if asset.review == AssetReview.APPROVED:
        raise Refused("approved-not-binned")
    with transaction.atomic():
        try:
            if asset.review == AssetReview.ASKED:
                asset.take_back(by)
            asset.discard(by)
        except WrongState as error:
            others = [state for state in AssetReview if state != AssetReview.APPROVED]
            codes = {AssetReview.APPROVED: "approved-not-binned"}
            raise moved_on.refusal_of_image(asset, *others, **codes) from error
        _settle(asset, "asset-asked")


def restore(asset, by):
    """Out of the bin. Raises Refused: not-binned."""
    try:
        asset.restore(by)
    except WrongState as error:
        raise Refused("not-binned") from error


def empty_bin():
    """Remove for good what has been in the bin for settings.BIN_DAYS.

    What was downloaded stays, since the file that left must remain traceable; and so does what
    another picture was started from, and what was declined or withdrawn, by which the same picture
    is known when it comes again.
    """
    for asset in Asset.objects.overdue().may_leave().filter(downloads=None, continued=None):
        hashes = [asset.image_sha256, asset.thumb_sha256]
        asset.delete_from_bin()
        housekeeping.discard_unnamed(hashes)


def _settle(asset, code):
    Notice.objects.settle(asset.get_absolute_url(), [code])
    if code == "asset-asked" and not Asset.objects.asked().exists():
        Notice.objects.settle(reverse("gallery:review-pictures"), ["assets-asked"])


def _tell_makers(assets, what, **facts):
    """Say what became of pictures to those who made them."""
    by_maker: dict[User, list[Asset]] = {}
    for asset in assets:
        by_maker.setdefault(asset.scene.owner, []).append(asset)
    for maker, own in by_maker.items():
        _tell([maker], own, what, f"{reverse('gallery:asset-list')}?review={what}", **facts)


def _tell(people, assets, what, list_url, **facts):
    """One notice of one act, however many pictures it was about. list_url: where several stand."""
    if len(assets) == 1:
        url, name = assets[0].get_absolute_url(), name_of(assets[0])
        sending.tell(people, f"asset-{what}", url=url, name=name, **facts)
    elif assets:
        names = in_each_language(lambda: first_names([str(one) for one in assets], NAMED))
        facts |= {"names": names, "count": len(assets)}
        sending.tell(people, f"assets-{what}", url=list_url, **facts)


def _tell_learned(asset, reason):
    learned.tell(learned.learned_from(Asset.objects.filter(pk=asset.pk)), asset, reason)
