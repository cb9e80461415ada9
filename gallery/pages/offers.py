"""What a person may have of a picture now, and why not the rest."""

from dataclasses import dataclass

from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import Rendition
from gallery.services import policy


@dataclass(frozen=True)
class Offer:
    """One form of a picture. why: the sentence that says why it can't be had, "" where it can."""

    rendition: str
    why: str

    @property
    def label(self):
        return Rendition(self.rendition).label


def offers_of(asset, person):
    """[Offer] of both forms; the first alone where one reason holds for both."""
    allowed = policy.allowed_rules()
    offers = [
        Offer(rendition, _why_not(asset, person, rendition, allowed))
        for rendition in (Rendition.PUBLICATION, Rendition.PROOF)
    ]
    first, second = offers
    return offers if first.why != second.why or not first.why else [first]


def mark_downloads(assets, person):
    """Give each finished picture `.best`: the form that its download button hands out, or ""."""
    allowed = policy.allowed_rules() if assets else []
    for asset in assets:
        try:
            asset.best = policy.best_for(asset, person, allowed)
        except Refused:
            asset.best = ""


def _why_not(asset, person, rendition, allowed):
    try:
        policy.rule_for(asset, person, rendition, allowed)
    except Refused as error:
        return problems.of(error)
    return ""
