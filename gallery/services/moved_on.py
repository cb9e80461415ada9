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
    colleague decided and it came back, and of one that is gone altogether: decided-already.
    """
    now = Asset.objects.filter(pk=asset.pk).values_list("review", "deleted_at").first()
    review, deleted_at = now or (None, None)
    if deleted_at is not None:
        return Refused("binned-already")
    return _refusal(review, sources, _OF_IMAGES | codes)


def refusal_of_row(row, source, **codes):
    """As `refusal_of_image`, of a style version, a template or a poster."""
    rows = type(row)._base_manager.filter(pk=row.pk)
    return _refusal(rows.values_list("state", flat=True).first(), [source], _OF_ROWS | codes)


def _refusal(state, sources, codes):
    if state is None or state in sources:
        return Refused("decided-already")
    return Refused(codes[state])
