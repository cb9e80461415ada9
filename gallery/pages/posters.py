"""What a person may have of a poster now, and why not the rest."""

from brandstudio.core.problems import Refused
from gallery import problems
from gallery.models import Rendition
from gallery.pages.offers import Offer
from gallery.services import policy


def offers_of(poster, person):
    """[Offer] of both forms; the first alone where one reason holds for both."""
    offers = [
        Offer(rendition, why_not(poster, person, rendition))
        for rendition in (Rendition.PUBLICATION, Rendition.PROOF)
    ]
    first, second = offers
    return offers if first.why != second.why or not first.why else [first]


def why_not(poster, person, rendition):
    """The sentence that says why this person can't have it in this form; "" if they can."""
    try:
        policy.rule_for_poster(poster, person, rendition)
    except Refused as error:
        return problems.of(error)
    return ""
