"""What those who painted with a style think of it.

Who may see a version sees its ratings too, with the names of those who gave them: a word about a
colleague's work is said openly, and only by who has used it.
"""

from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetState, StyleRating


def may_rate(person, version):
    """Whether the person has a finished picture made with this very version."""
    made = Asset.objects.filter(
        scene__owner=person, scene__packs__version=version, state=AssetState.READY
    )
    return made.exists()


def rate(version, person, stars, words=""):
    """The person's StyleRating of the version, made or changed. Raises Refused("rating-unused")."""
    if not may_rate(person, version):
        raise Refused("rating-unused", name=str(version))
    rating, _is_new = StyleRating.objects.update_or_create(
        version=version, person=person, defaults={"stars": stars, "words": words}
    )
    return rating


def take_back(version, person):
    """The person has no rating of this version any more."""
    StyleRating.objects.filter(version=version, person=person).delete()
