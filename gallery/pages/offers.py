"""What a person may have of a picture now, and why not the rest."""

from contextlib import suppress
from dataclasses import dataclass, field

from django.db.models import prefetch_related_objects

from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import AssetReview, Channel, Rendition
from gallery.pages import enlargement
from gallery.pages.estimates import estimate
from gallery.services import (
    base_rights,
    channel_files,
    finishing,
    holds,
    originals,
    policy,
    source_rights,
    use_limits,
)

_LARGE_FILES, _LOOKED_AT = 8, 24


@dataclass(frozen=True)
class Place:
    """A channel, or None for as painted. why: the sentence that keeps the picture from it, "" for
    none. is_own: whether the scene was painted for it."""

    channel: Channel | None
    why: str
    is_own: bool


@dataclass(frozen=True)
class Offer:
    """One form of a picture. why: the sentence that says why it can't be had, "" where it can.
    places: where it may go, and where not."""

    rendition: str
    why: str
    places: list[Place] = field(default_factory=list)

    @property
    def closed(self):
        """The places where it may not go."""
        return [place for place in self.places if place.why]

    @property
    def label(self):
        return Rendition(self.rendition).label


def offers_of(asset, person, channels, known):
    """[Offer] of both forms; the first alone, with its reason, where neither can be had.

    known: its policy.Known, of `known_of`.
    """
    offers = [
        _offer(asset, person, rendition, channels, known)
        for rendition in (Rendition.PUBLICATION, Rendition.PROOF)
    ]
    return offers[:1] if all(offer.why for offer in offers) else offers


def _offer(asset, person, rendition, channels, known):
    if why := why_not(asset, person, rendition, known):
        return Offer(rendition, why)
    as_painted = [] if asset.scene.channel else [None]
    places = [
        Place(
            channel,
            why_not_there(asset, rendition, channel, known.limits),
            is_own=channel == asset.scene.channel,
        )
        for channel in [*as_painted, *channels]
    ]
    is_open = any(not place.why for place in places)
    return Offer(rendition, "" if is_open else places[0].why, places)


def known_of(assets):
    """[Known] of these pictures, in as many queries as for one; each is marked (`holds.mark`)."""
    allowed = policy.allowed_rules() if assets else []
    holds.mark(assets)
    barred = base_rights.barred_bases() if assets else frozenset()
    # What is not approved is published in no case.
    approved = [asset for asset in assets if asset.review == AssetReview.APPROVED]
    unknown = source_rights.unknown_among(approved)
    limits = use_limits.limits_of(assets)
    return [
        policy.Known(
            allowed,
            held=asset.is_held,
            unknown=asset.pk in unknown,
            barred=asset.scene.base_id in barred,
            limits=limits[asset.pk],
        )
        for asset in assets
    ]


def beyond_rights(asset, files):
    """The sentences that say why it could not go where these Downloads of it went."""
    limits = use_limits.limits_of([asset])[asset.pk]
    channels = dict.fromkeys(file.channel for file in files)
    said = (why_not_there(asset, Rendition.PUBLICATION, one, limits) for one in channels)
    return [why for why in said if why]


def original_duty(asset, person, known):
    """What this person agrees to for the original without label; "" where they can't have it.

    known: its policy.Known, of `known_of`.
    """
    return "" if why_not(asset, person, Rendition.ORIGINAL, known) else originals.duty()


def large_files_of(asset):
    """The newest ChannelFiles of a picture that are still right, each with .problem_sentence."""
    prefetch_related_objects([asset], "cuts")
    newest = asset.channel_files.select_related("channel", "poster__asset__scene")[:_LOOKED_AT]
    rows = [row for row in newest if not channel_files.is_stale(row)][:_LARGE_FILES]
    for row in rows:
        describe_large(row)
    return rows


def describe_large(row):
    """Give a ChannelFile that is still right .problem_sentence, .enlarged_words (by what it was
    enlarged) and, until it is made, .making_seconds, (low, high)."""
    row.problem_sentence = problems.sentence(row.problem, row.problem_facts) if row.problem else ""
    row.enlarged_words = enlargement.words_of(row.enlarged_by)
    row.making_seconds = ()
    if row.is_active:
        seconds = channel_files.seconds_for(channel_files.enlargement_of(row), row.channel)
        row.making_seconds = estimate(seconds)


def why_nothing_leaves():
    """The sentence that says why no file can be signed now; "" where it can."""
    fault = finishing.signing_fault()
    return problems.of(fault) if fault else ""


def mark_downloads(assets, person):
    """Give each finished picture `.best`: the form that its download button hands out, or ""."""
    for asset, known in zip(assets, known_of(assets), strict=True):
        asset.best = ""
        if known.held:
            continue
        with suppress(Refused):
            asset.best = policy.best_for(asset, person, known=known)


def why_not(asset, person, rendition, known=None):
    """The sentence that says why this person can't have it in this form, wherever it goes; "" if
    they can.

    known: as `policy.rule_for`.
    """
    try:
        policy.rule_wherever(asset, person, rendition, known)
    except Refused as error:
        return problems.of(error)
    return ""


def why_not_there(asset, rendition, channel, limits):
    """The sentence that says why it can't go to a channel (None: as `use_limits.obstacle_of`) in
    this form; "" if it can."""
    obstacle = use_limits.obstacle_of(asset, rendition, channel, limits)
    return problems.of(obstacle) if obstacle else ""
