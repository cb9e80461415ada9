"""What a search says of a picture's state, and of a real car in it: 已批准, 真车, approved."""

import re

from django.db.models import Q

from gallery.models import AssetReview, Scene, SceneMode
from gallery.services.search import fold

_REVIEWS = {
    AssetReview.APPROVED: r"已批准|\bapproved\b",
    AssetReview.ASKED: r"待审核?|审核中|\bwaiting for review\b|\bin review\b",
    AssetReview.DECLINED: r"未批准|\bdeclined\b",
    AssetReview.WITHDRAWN: r"已撤回|\bwithdrawn\b",
}
_REAL_CAR = r"真车|实车|\breal cars?\b"


def read(text):
    """(the text without such words, a Q of the pictures that they mean; empty without any).

    Several states mean pictures in any of them.
    """
    rest, reviews, fits = fold(text), [], Q()
    for review, words in _REVIEWS.items():
        rest, count = re.subn(words, " ", rest)
        reviews += [review] if count else []
    rest, is_of_real_car = re.subn(_REAL_CAR, " ", rest)
    if reviews:
        fits &= Q(review__in=reviews)
    if is_of_real_car:
        scenes = Scene.objects.filter(mode=SceneMode.PRODUCT).order_by().values("pk")
        fits &= Q(scene__in=scenes)
    return (" ".join(rest.split()), fits) if fits else (text, fits)
