"""Remarks that reviewers pin to a point of a picture, for its maker to see."""

from brandstudio.core.input.names import without_unseen
from brandstudio.core.problems import Refused
from gallery.models import Asset, Remark


def pin(image, by, x, y, text):
    """Pin a remark to a point of a picture under review: an asset, or one of a style's sheet.

    x, y: shares of its width and height as it is shown. Raises Refused: pin-not-now, pin-outside,
    pin-empty.
    """
    if not image.takes_remarks:
        raise Refused("pin-not-now")
    if not (0 <= x <= 1 and 0 <= y <= 1):
        raise Refused("pin-outside")
    text = without_unseen(text).strip()
    if not text:
        raise Refused("pin-empty")
    kind = "asset" if isinstance(image, Asset) else "evidence"
    return Remark.objects.create(author=by, x=x, y=y, text=text, **{kind: image})


def unpin(remark, by):
    """Take one's own remark off, while the picture is under review. Raises Refused(pin-not-now)."""
    if not remark.image.takes_remarks or remark.author_id != by.pk:
        raise Refused("pin-not-now")
    remark.delete()
