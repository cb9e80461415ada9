"""Why an act was not done that a row's state does not take: what it is by now, and the way on.

Asked where the row did not change as it was last seen: then its present state is read anew.
"""

from brandstudio.core.problems import Refused
from gallery.models import Asset, AssetReview, ReviewState

_OF_IMAGES = {
    AssetReview.PRIVATE: "not-asked",
    AssetReview.ASKED: "asked-already",
    AssetReview.APPROVED: "approved-already",
    AssetReview.DECLINED: "declined-already",
    AssetReview.WITHDRAWN: "withdrawn-already",
}
_OF_ROWS = {
    ReviewState.DRAFT: "not-submitted",
    ReviewState.IN_REVIEW: "asked-already",
    ReviewState.APPROVED: "approved-already",
    ReviewState.RETIRED: "retired-already",
}


def refusal_of_image(asset, *sources, **codes):
    """The Refused of an act on a picture that is taken from these states of review.

    codes: {state of review: what is said of it instead}. Of one in such a state all the same, a
    colleague decided and it came back: decided-already.
    """
    now = Asset.objects.get(pk=asset.pk)
    if now.deleted_at is not None:
        return Refused("binned-already")
    if now.review in sources:
        return Refused("decided-already")
    return Refused(codes.get(now.review, _OF_IMAGES[AssetReview(now.review)]))


def refusal_of_row(row, source, **codes):
    """As `refusal_of_image`, of a style version, a template or a poster."""
    state = type(row)._base_manager.values_list("state", flat=True).get(pk=row.pk)
    if state == source:
        return Refused("decided-already")
    return Refused(codes.get(state, _OF_ROWS[ReviewState(state)]))
