"""What a person may have of a picture now, and why not the rest."""

from contextlib import suppress
from dataclasses import dataclass

from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import AssetReview, Rendition
from gallery.services import base_rights, holds, originals, policy, source_rights


@dataclass(frozen=True)
class Offer:
    """One form of a picture. why: the sentence that says why it can't be had, "" where it can."""

    rendition: str
    why: str

    @property
    def label(self):
        return Rendition(self.rendition).label


def known_of(asset):
    """What `offers_of` and `original_duty` judge by, asked once for both: a policy.Known."""
    unknown = bool(source_rights.unknown_among([asset]))
    barred = asset.scene.base_id in base_rights.barred_bases()
    return policy.Known(policy.allowed_rules(), holds.is_held(asset), unknown, barred)


def offers_of(asset, person, known):
    """[Offer] of both forms; the first alone, with its reason, where neither can be had.

    known: `known_of`.
    """
    offers = [
        Offer(rendition, why_not(asset, person, rendition, known))
        for rendition in (Rendition.PUBLICATION, Rendition.PROOF)
    ]
    return offers[:1] if all(offer.why for offer in offers) else offers


def original_duty(asset, person, known):
    """What this person agrees to for the original without label; "" where they can't have it.

    known: `known_of`.
    """
    return "" if why_not(asset, person, Rendition.ORIGINAL, known) else originals.duty()


def large_files_of(asset):
    """The newest ChannelFiles of a picture, each with .problem_sentence."""
    rows = list(asset.channel_files.select_related("channel")[:8])
    for row in rows:
        row.problem_sentence = (
            problems.sentence(row.problem, row.problem_facts) if row.problem else ""
        )
    return rows


def mark_downloads(assets, person):
    """Give each finished picture `.best`: the form that its download button hands out, or ""."""
    allowed = policy.allowed_rules() if assets else []
    held = holds.held_among(assets)
    barred = base_rights.barred_bases() if assets else frozenset()
    # What is not approved is published in no case.
    unknown = source_rights.unknown_among([a for a in assets if a.review == AssetReview.APPROVED])
    for asset in assets:
        asset.best = ""
        if asset.pk in held:
            continue
        known = policy.Known(
            allowed,
            held=False,
            unknown=asset.pk in unknown,
            barred=asset.scene.base_id in barred,
        )
        with suppress(Refused):
            asset.best = policy.best_for(asset, person, known)


def why_not(asset, person, rendition, known=None):
    """The sentence that says why this person can't have it in this form; "" if they can.

    known: as `policy.rule_for`.
    """
    try:
        policy.rule_for(asset, person, rendition, known)
    except Refused as error:
        return problems.of(error)
    return ""
