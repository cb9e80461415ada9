"""The one rule for machine-made pictures in a browser, whatever row they belong to.

The metadata mark is in every file; the visible label is in it from half the native size on; and
no file is larger than the picture it was made from.
"""

import io
from dataclasses import replace
from functools import lru_cache

from django.utils.crypto import salted_hmac

from brandstudio.core import blobs
from brandstudio.core.ui.serving import MadeImage
from gallery.engine import labelling, xmp
from gallery.engine.xmp import Mark
from gallery.models import AssetReview, ReviewState
from gallery.services import brand
from training.engine.data.images import loaded
from training.engine.errors import EngineError

THUMB_SIDE = 480  # px of the longer side of what lists show, at most
_THUMB_QUALITY = 75
_CLEARLY_LESS = 0.96  # so that the shorter side, rounded, is less than half too
_PROOF = "样稿 PROOF"
_WATERMARKS = {
    AssetReview.DECLINED: "未批准 DECLINED",
    AssetReview.WITHDRAWN: "已撤回 WITHDRAWN",
}
WATERMARKS = (_PROOF, *_WATERMARKS.values())


def mark(number, sha256):
    """The metadata mark of a machine-made picture: unique, and leading back to its row.

    number: such as "studio-12" of asset 12. sha256: of the picture it was made from.
    """
    return Mark(producer=brand.producer(), produce_id=produce_id(number, sha256))


def produce_id(number, sha256):
    """The number in such a mark."""
    return f"{number}-{sha256[:16]}"


def watermark_of(asset):
    """The words across a picture that may not be published: why it may not, in two languages."""
    return _WATERMARKS.get(asset.barred, _PROOF)


def made_asset(asset):
    """A finished asset as lists show it: with a watermark until it is approved."""
    number = f"studio-{asset.pk}"
    if asset.review == AssetReview.APPROVED:
        return MadeImage(asset.image_sha256, number, THUMB_SIDE, ready_sha256=asset.thumb_sha256)
    return MadeImage(asset.image_sha256, number, THUMB_SIDE, watermark=watermark_of(asset))


def bare_asset(asset):
    """As `made_asset`, so small that the label is not due: a page draws on it where that stands."""
    size = (asset.scene.width, asset.scene.height)
    side = min(THUMB_SIDE, int(labelling.LABELLED_FROM * max(size) * _CLEARLY_LESS))
    return replace(made_asset(asset), longest=side, ready_sha256="")


def made_cover(template):
    """The picture on a template's card, which is approved with the template."""
    is_reviewed = template.state in (ReviewState.APPROVED, ReviewState.RETIRED)
    return MadeImage(
        template.cover_sha256, f"cover-{template.pk}", watermark="" if is_reviewed else _PROOF
    )


def thumb(asset, image, sha256):
    """What `made_asset` is served as, made once, with the picture still in memory.

    image: the master. sha256: of the master's file.
    """
    return labelling.for_screens(
        image,
        mark(f"studio-{asset.pk}", sha256),
        longest=THUMB_SIDE,
        quality=_THUMB_QUALITY,
        place=brand.label_place(),
    )


def preview_sign(asset):
    """What stands in a preview's mark in place of the SHA-256 of a picture that isn't there yet."""
    return salted_hmac("gallery.preview", str(asset.pk), algorithm="sha256").hexdigest()


def preview(asset):
    """What an asset under way is becoming, as bytes of a WebP."""
    scene = asset.scene
    with loaded(io.BytesIO(bytes(asset.preview))) as latest:
        return labelling.for_screens(
            latest,
            mark(f"studio-{asset.pk}", preview_sign(asset)),
            native=(scene.width, scene.height),
            quality=_THUMB_QUALITY,
            place=brand.label_place(),
        )


def marked_thumb(path, stored_image):
    """The blob of a thumbnail that carries the mark of the file at path; "" if that has none.

    For pictures that people bring along and a machine made: downloads of this studio, others' too.
    stored_image: the same file as image_store.take_in has taken it in.
    """
    if not (file_mark := _mark_in(path)):
        return ""
    with loaded(blobs.local(stored_image.image_sha256)) as image:
        thumb = labelling.for_screens(
            image,
            file_mark,
            longest=THUMB_SIDE,
            quality=_THUMB_QUALITY,
            place=brand.label_place(),
        )
    return blobs.put_bytes(thumb)


def _mark_in(path):
    """The Mark of a file from outside, or None. One that can't be kept as it is becomes ours."""
    try:
        marks = xmp.read_mark(path).marks
    except (EngineError, ValueError):
        return None  # odd metadata marks nothing
    if not marks:
        return None
    try:
        return Mark.from_dict(marks[0])
    except (ValueError, TypeError, AttributeError):
        return Mark(producer=brand.producer(), produce_id="foreign")


def content_of(made_image):
    """The bytes of a WebP that may be shown. Raises blobs.BlobMissing.

    made_image: a MadeImage; settings.MADE_IMAGES leads here.
    """
    own_mark = mark(made_image.number, made_image.sha256)
    if made_image.ready_sha256 and (ready := _ready(made_image.ready_sha256, own_mark)):
        return ready
    return _made_ready(
        str(blobs.local(made_image.sha256)),
        own_mark,
        made_image.longest,
        made_image.watermark,
        brand.label_place(),
    )


def _ready(sha256, own_mark):
    """The blob's bytes, if they were written by this rule with this mark; else None.

    Older thumbnails have no mark, nor have those made before the producer's code was set.
    """
    try:
        content = blobs.local(sha256).read_bytes()
    except blobs.BlobMissing:
        return None
    try:
        reading = xmp.read_mark(io.BytesIO(content))
    except (EngineError, ValueError):
        return None
    return content if reading.marks == (own_mark.as_dict(),) else None


@lru_cache(maxsize=200)
def _made_ready(path, own_mark, longest, watermark, place):
    # Encoding costs 10 to 100 ms, and a sheet's pictures are looked at again and again.
    quality = _THUMB_QUALITY if longest else 90
    with loaded(path) as master:
        return labelling.for_screens(
            master,
            own_mark,
            longest=longest,
            quality=quality,
            watermark=watermark,
            place=place,
        )
