"""Pictures of this studio that come back as a file: what was decided of them holds for the file.

A file is known by the studio's own mark in it; where that was taken out, by how it looks, or, of
what may not come in again, by what it was cut out of. What was painted is no cut-out of a real car.
Of photographs it is kept what they are (PaintedPhotograph), for what is decided of that later.
"""

import time
from collections import defaultdict
from functools import cached_property

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext

from brandstudio.core import blobs
from brandstudio.core.problems import Refused, in_each_language
from brandstudio.core.queue import work_queue
from gallery.models import Asset, AssetReview, AssetState, Painted, PaintedPhotograph
from gallery.models.asset import NEVER_LEAVES
from gallery.services import downstream, holds, image_marks, lookalikes, standing
from training.engine.data import images
from training.engine.data.spread import first_names
from training.engine.errors import EngineError
from training.models import TrainingImage
from training.services import copies

READ_SECONDS = 60  # then other work of the background has its turn
_MOST_SHOWN = 12  # pictures that a file is like, of which it is told apart what it shows
_NAMED = 5  # pictures that a refusal names
_AT_ONCE = 500  # photographs of one question to the database
SURE = 4  # bits of 64: within them a file is taken for the declined picture itself
_CODES = {
    AssetReview.DECLINED: "upload-declined",
    AssetReview.WITHDRAWN: "upload-withdrawn",
}


class LookUp:
    """What this studio knows of a file from outside, whatever door it comes in by: its marks, its
    looks and the stored pictures are read once, however many questions there are.

    path: of the file. image: the picture in it, upright, RGB.
    """

    def __init__(self, path, image):
        self._path, self._image = path, image
        self._compared = copies.Compared(image)

    @cached_property
    def _named(self):
        return image_marks.rows_named_in(self._path)

    @cached_property
    def _alike(self):
        return _by_its_looks(self._image)

    @cached_property
    def _barred(self):
        return stored_barred()

    @cached_property
    def _painted(self):
        return stored_painted()

    def origin(self):
        """The finished picture that the file was made from; None for a strange one.

        A mark names a picture whatever is decided of it; looks find one that was approved. Raises
        Refused, as `check`, for one against which a decision stands, and upload-style-held for what
        the studio painted to try a style that is held.
        """
        known = {asset.pk: asset for asset in (*self._named.assets, self._alike) if asset}
        for pk in known:
            check(pk)
        _check_trials(self._named.trials)
        self._check_copy({asset.image_sha256 for asset in known.values()})
        return next(iter(known.values()), None)

    def _check_copy(self, own):
        """Raise Refused for a copy of a picture that may not come in again. own: the SHA-256 of
        stored ones that may: what is most like one of them is none, as a sister of one that was
        declined."""
        nearest = next(iter(self._compared.likenesses(self._barred.keys() | own)), None)
        if nearest in {None, *own}:
            return
        approved = _finished().filter(review=AssetReview.APPROVED).order_by()
        everything = {*approved.values_list("image_sha256", flat=True), *self._barred}
        shown = [
            sha256 for sha256 in _shown_in(self._compared, everything) if sha256 in self._barred
        ]
        shown = shown or [nearest]
        if len(shown) == 1:
            check(self._barred[shown[0]])
        else:
            _refuse_several([self._barred[sha256] for sha256 in shown])

    def origins(self):
        """[(Painted, key)] of all that the file is: by its marks; by its looks of what is approved;
        and each that it shows, or was cut out of, of what has no photograph in it that somebody
        brought along."""
        known = [*self._named.assets]
        if self._alike and not self._alike.barred:
            known.append(self._alike)
        keys = {asset.pk for asset in known}
        stored = {**self._painted, **self._barred}
        own = {asset.image_sha256: asset.pk for asset in known}
        shown = _shown_in(self._compared, stored.keys() | own)
        keys.update((stored | own)[sha256] for sha256 in shown)
        return [(Painted.ASSET, pk) for pk in keys] + self._named.trials

    def check_cutout(self, cutout_image):
        """Raise as `origin`, or `check_no_cutout`, unless the file shows a car that no picture of
        this studio shows: a cut-out of one is painted, not the real car. cutout_image: its RGBA."""
        if origin := self.origin():
            check_no_cutout(origin.pk)
        mask = cutout_image.getchannel("A")
        image = images.as_rgb(cutout_image, upright=False)
        nearest = next(iter(copies.Compared(image, mask).likenesses(self._painted)), None)
        if nearest := nearest or copies.shown_in(self._painted, image, mask):
            check_no_cutout(self._painted[nearest])

    def note_origins(self, pixels):
        """Keep what a picture of these pixels is, for what is decided of that later."""
        keep(pixels, self.origins())


def look_up(path, upright=None):
    """The LookUp of a file. upright: the path of the same picture turned as its metadata say, where
    there is one. Raises EngineError for no picture."""
    return LookUp(path, images.open_rgb(upright or path))


def check_file(path, image, pixels):
    """As `LookUp.origin` raises, for a file that comes into a dataset. What it is a picture of is
    kept.

    image: the picture in it, upright, RGB, small. pixels: the SHA-256 of its pixels.
    """
    of_it = LookUp(path, image)
    of_it.origin()
    of_it.note_origins(pixels)


def read_origins(photographs, seconds=None):
    """Keep what these photographs (a queryset of TrainingImages) are of which that was never done,
    until the seconds have passed (None: all)."""
    end = None if seconds is None else time.monotonic() + seconds
    for row in _unread(photographs).iterator(chunk_size=100):
        keep(row.pixels_sha256, origins_of(row))
        if end is not None and time.monotonic() >= end:
            return


def check_pixels(pixels):
    """Raise Refused, as `LookUp.origin`, for a picture of these pixels as things stand now: by what
    is kept of it as a start picture or as a photograph of a dataset."""
    painted = PaintedPhotograph.objects.filter(pixels_sha256=pixels).exclude(kind=Painted.NONE)
    origins = list(painted.order_by("pk").values_list("kind", "key"))
    keys = [key for kind, key in origins if kind == Painted.ASSET]
    for pk in _finished().filter(pk__in=keys).values_list("pk", flat=True):
        check(pk)
    _check_trials([trial for trial in origins if trial[0] != Painted.ASSET])


def barred_among(all_pixels):
    """{pixels: key of the finished picture, None for a trial's} of those photographs that are
    pictures of this studio of which nothing is made any more, as things stand now."""
    barred: dict[str, int | None] = {}
    of_asset: dict[int, set[str]] = defaultdict(set)
    for start in range(0, len(all_pixels), _AT_ONCE):
        some = PaintedPhotograph.objects.filter(pixels_sha256__in=all_pixels[start:][:_AT_ONCE])
        for painted in some.exclude(kind=Painted.NONE):
            if painted.kind == Painted.ASSET:
                of_asset[painted.key].add(painted.pixels_sha256)
            elif image_marks.holds_of_trial(painted.kind, painted.key):
                barred[painted.pixels_sha256] = None
    assets = list(_finished().filter(pk__in=of_asset))
    held = holds.held_among(assets)
    for asset in assets:
        if asset.barred or asset.pk in held:
            barred |= dict.fromkeys(of_asset[asset.pk], asset.pk)
    return barred


def photographs_of(assets):
    """The TrainingImages, taken out or not, that are files of these finished pictures (a queryset
    of them)."""
    painted = PaintedPhotograph.objects.filter(
        kind=Painted.ASSET, key__in=assets.order_by().values("pk")
    )
    return TrainingImage.with_removed.filter(pixels_sha256__in=painted.values("pixels_sha256"))


def order_reading():
    """Have it read what photographs of before are. Safe to call at any time."""
    if _unread(TrainingImage.with_removed.all()).exists():
        job = "gallery.jobs.read_origins"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="read-origins")
    return []


def read_waiting(seconds=READ_SECONDS):
    """Read such photographs until all are read or the seconds have passed."""
    read_origins(TrainingImage.with_removed.all(), seconds)


def _unread(photographs):
    painted = PaintedPhotograph.objects.filter(pixels_sha256=OuterRef("pixels_sha256"))
    return photographs.filter(~Exists(painted)).exclude(pixels_sha256="")


def origins_of(row):
    """[(Painted, key)] of what a photograph (a TrainingImage) is a file of as things stand now; []
    of one that can't be opened, from which nothing is learned."""
    try:
        image = images.open_rgb(blobs.local(row.thumb_sha256))
        return LookUp(blobs.local(row.original_sha256), image).origins()
    except (EngineError, OSError, blobs.BlobMissing):
        return []


def keep(pixels, origins):
    """Keep of a picture of these pixels what it is a file of, beside what is kept already."""
    PaintedPhotograph.objects.bulk_create(
        (
            PaintedPhotograph(pixels_sha256=pixels, kind=kind, key=key)
            for kind, key in origins or [(Painted.NONE, 0)]
        ),
        ignore_conflicts=True,
    )


def check_no_cutout(pk):
    """Raise Refused for a cut-out made of the picture of this key: as `check`, else
    cutout-painted."""
    asset = check(pk)
    name = in_each_language(lambda: asset.title)
    raise Refused("cutout-painted", name=name, number=asset.pk)


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


def _check_trials(trials):
    if held := [hold for trial in trials for hold in image_marks.holds_of_trial(*trial)]:
        names = in_each_language(lambda: holds.names_of(held))
        raise Refused("upload-style-held", names=names)


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
    if first and distances[first.pk] > SURE and (first.barred or holds.is_held(first)):
        return None  # it may be another one: a closer look tells
    return first


def _shown_in(compared, all_sha256):
    """The SHA-256 of those of these stored pictures that a file shows, the most alike first.

    A sister of what it shows is alike too: of pictures that are copies of each other the one counts
    that is most like the file.
    """
    alike = list(compared.likenesses(all_sha256))[:_MOST_SHOWN]
    apart: list[str] = []
    while alike:
        nearest, *alike = alike
        apart.append(nearest)
        if alike and (stored := copies.compared(nearest)):
            sisters = stored.likenesses(alike)
            alike = [sha256 for sha256 in alike if sha256 not in sisters]
    return apart


def _refuse_several(pks):
    assets = list(_finished().filter(pk__in=pks).order_by("pk"))
    names = in_each_language(lambda: first_names([_numbered(one) for one in assets], _NAMED))
    raise Refused("upload-several", names=names)


def _numbered(asset):
    facts = {"name": asset.title, "number": asset.pk}
    return gettext("“{name}” (no. {number})").format(**facts)


def _finished():
    return Asset.objects.titled().filter(state=AssetState.READY)
