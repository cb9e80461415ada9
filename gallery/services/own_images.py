"""Pictures of this studio that come back as a file: what was decided of them holds for the file.

A file is known by the studio's own mark in it; where that was taken out, by how it looks, or, of
what may not come in again, by what it was cut out of. What was painted is no cut-out of a real car.
"""

from brandstudio.core.problems import Refused, in_each_language, name_of
from gallery.models import Asset, AssetReview, AssetState
from gallery.models.asset import NEVER_LEAVES
from gallery.services import downstream, holds, image_marks, lookalikes, standing
from training.engine.data import images
from training.services import copies

SURE = 4  # bits of 64: within them a file is taken for the declined picture itself
_CODES = {
    AssetReview.DECLINED: "upload-declined",
    AssetReview.WITHDRAWN: "upload-withdrawn",
}


def origin_of(path, upright=None):
    """The finished picture that a file from outside was made from; None for a strange one.

    upright: the path of the same picture turned as its metadata say, where there is one. A mark
    names a picture whatever is decided of it; looks find one that was approved. Raises Refused, as
    `check`, for one against which a decision stands, and upload-style-held for what the studio
    painted to try a style that is held; EngineError for no picture.
    """
    marked = _by_its_mark(path)
    image = images.open_rgb(upright or path)
    alike = _by_its_looks(image)
    if alike:
        check(alike.pk)
    _check_copy(image, marked, alike)
    return marked or alike


def check_file(path, image):
    """As `origin_of` raises, for a file that comes into a dataset. image: the picture in it,
    upright, RGB, small."""
    _check_copy(image, _by_its_mark(path))


def check_cutout_file(path, cutout_image):
    """Raise as `origin_of`, or `check_no_cutout`, unless the file shows a car that no picture of
    this studio shows: a cut-out of one is painted, not the real car. cutout_image: its RGBA."""
    if origin := origin_of(path):
        check_no_cutout(origin.pk)
    mask = cutout_image.getchannel("A")
    painted = stored_painted()
    image = images.as_rgb(cutout_image, upright=False)
    if nearest := next(iter(copies.likenesses(image, painted, mask)), None):
        check_no_cutout(painted[nearest])


def check_no_cutout(pk):
    """Raise Refused for a cut-out made of the picture of this key: as `check`, else
    cutout-painted."""
    asset = check(pk)
    raise Refused("cutout-painted", name=name_of(asset), number=asset.pk)


def stored_painted():
    """{SHA-256 of a stored picture: key of the finished picture} of those that left or might have,
    but those in which something stands that a person brought along, such as the real car."""
    decided = _finished().filter(review__in=(AssetReview.APPROVED, *NEVER_LEAVES))
    painted = decided.filter(scene__cutout=None, scene__init_image_sha256="")
    return dict(painted.order_by().values_list("image_sha256", "pk"))


def stored_compared():
    """The SHA-256 of all stored pictures that files are compared with."""
    return stored_barred().keys() | stored_painted().keys()


def stored_barred():
    """{SHA-256 of a stored picture: key of the finished picture} of those that may not come in
    again as things stand now."""
    columns = ("image_sha256", "pk")
    return {
        sha256: pk
        for assets in (*downstream.made_of_held(), _finished().barred())
        for sha256, pk in assets.order_by().values_list(*columns)
    }


def check(pk):
    """The finished picture of this key, as things stand now. Raises Refused for one of which no
    file comes in again: upload-declined, upload-withdrawn, upload-held."""
    asset = _finished().get(pk=pk)
    if asset.barred:
        decision = standing.decisions_of([asset])[asset.pk]
        raise Refused(_CODES[decision.what], **decision.facts)
    if holds.is_held(asset):
        raise Refused("upload-held", number=asset.pk)
    return asset


def _by_its_mark(path):
    marked = image_marks.marked_assets(path)
    for asset in marked:
        check(asset.pk)
    if held := image_marks.holds_by_mark(path):
        names = in_each_language(lambda: holds.names_of(held))
        raise Refused("upload-style-held", names=names)
    return marked[0] if marked else None


def _by_its_looks(image):
    """The nearest of all that were declined, withdrawn or approved; of two as near the approved."""
    look = lookalikes.look_of(image)
    columns = ("pk", "look", "image_sha256")
    approved = _finished().filter(review=AssetReview.APPROVED).values_list(*columns)
    distances = lookalikes.near(
        look, "", [*approved, *Asset.objects.barred().values_list(*columns)]
    )
    near = list(_finished().filter(pk__in=distances))
    first = min(near, key=lambda asset: (distances[asset.pk], bool(asset.barred)), default=None)
    if first and first.barred and distances[first.pk] > SURE:
        return None  # it may be another one: `_check_copy` looks closer
    return first


def _check_copy(image, *known):
    """Raise Refused for a copy of a picture that may not come in again. known: pictures that may,
    or None; what is most like one of them is none, as a sister of one that was declined."""
    barred = stored_barred()
    own = {asset.image_sha256 for asset in known if asset}
    likenesses = copies.likenesses(image, barred.keys() | own)
    nearest = next(iter(likenesses), None)
    if nearest not in {None, *own}:
        check(barred[nearest])


def _finished():
    return Asset.objects.titled().filter(state=AssetState.READY)
