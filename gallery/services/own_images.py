"""Pictures of this studio that come back as a file: what was decided of them holds for the file.

A file is known by the studio's own mark in it; where that was taken out, by how it looks.
"""

import re

from brandstudio.core.problems import Refused
from gallery.engine import xmp
from gallery.models import Asset, AssetReview, AssetState
from gallery.services import holds, lookalikes, standing
from training.engine.data.images import loaded
from training.engine.errors import EngineError

_NUMBER = re.compile(
    r"studio-([0-9]{1,18})-(?:poster[0-9]{1,18}-)?([0-9a-f]{16})"
)  # as `downloads.mark_of` writes it
SURE = 4  # bits of 64: within them a file is taken for the declined picture itself
_CODES = {
    AssetReview.DECLINED: "upload-declined",
    AssetReview.WITHDRAWN: "upload-withdrawn",
}


def origin_of(path, upright=None):
    """The finished picture that a file from outside was made from; None for a strange one.

    upright: the path of the same picture turned as its metadata say, where there is one. A mark
    names a picture whatever is decided of it; looks find one that was approved. Raises Refused, as
    `check`, for one against which a decision stands; EngineError for no picture.
    """
    marked = _by_its_mark(path)
    if marked:
        check(marked)
    alike = _by_its_looks(upright or path)
    if alike:
        check(alike)
    return marked or alike


def check(asset):
    """Raise Refused for a picture of which no file comes in again, as things stand now:
    upload-declined, upload-withdrawn, upload-held."""
    asset = _finished().get(pk=asset.pk)
    if asset.barred:
        decision = standing.decisions_of([asset])[asset.pk]
        raise Refused(_CODES[decision.what], **decision.facts)
    if holds.is_held(asset):
        raise Refused("upload-held", number=asset.pk)


def _by_its_mark(path):
    try:
        marks = xmp.read_mark(path).marks
    except (EngineError, ValueError):
        return None  # odd metadata marks nothing
    numbers = [str(text) for mark in marks if isinstance(mark, dict) for text in mark.values()]
    for number in filter(None, map(_NUMBER.fullmatch, numbers)):
        # Another studio counts its pictures too; the hash tells whose this one is.
        named = _finished().filter(pk=number[1], image_sha256__startswith=number[2])
        if asset := named.first():
            return asset
    return None


def _by_its_looks(path):
    """The nearest of all that were declined, withdrawn or approved; of two as near the approved."""
    look = look_in(path)
    columns = ("pk", "look", "image_sha256")
    approved = _finished().filter(review=AssetReview.APPROVED).values_list(*columns)
    distances = lookalikes.near(
        look, "", [*approved, *Asset.objects.barred().values_list(*columns)]
    )
    near = list(_finished().filter(pk__in=distances))
    first = min(near, key=lambda asset: (distances[asset.pk], bool(asset.barred)), default=None)
    if first and first.barred and distances[first.pk] > SURE:
        return None  # it may be another one: whoever reviews what is made of it sees both
    return first


def look_in(path):
    """How the picture in a file looks, as `lookalikes` compares it."""
    with loaded(path) as image:
        return lookalikes.look_of(image)


def _finished():
    return Asset.objects.titled().filter(state=AssetState.READY)
