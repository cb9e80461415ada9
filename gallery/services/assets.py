"""What happens to a picture after it is painted: review, favourites, the bin."""

from django.db import transaction

from brandstudio.core.models import User, WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.queue import housekeeping
from brandstudio.core.services import sending
from gallery.models import Asset, OwnWork


def ask_review(asset, by):
    """Put a picture before the admins."""
    with transaction.atomic():
        try:
            asset.ask_review(by)
        except WrongState as error:
            raise Refused("decided-already") from error
        sending.tell(
            User.objects.reviewers(besides=by),
            "asset-asked",
            url=asset.get_absolute_url(),
            name=str(asset),
        )


def approve(asset, by):
    """Approve a picture for publication. Raises Refused: own-work, decided-already."""
    with transaction.atomic():
        try:
            asset.approve(by)
        except OwnWork as error:
            raise Refused("own-work") from error
        except WrongState as error:
            raise Refused("decided-already") from error
        _tell(asset, "approved")


def decline(asset, by, reason):
    """Decline a picture with a reason for its maker."""
    if not reason.strip():
        raise Refused("decline-reason")
    with transaction.atomic():
        try:
            asset.decline(by, reason)
        except WrongState as error:
            raise Refused("decided-already") from error
        _tell(asset, "declined", reason=reason)


def withdraw(asset, by, reason):
    """Take back an approval, so that the picture is used no longer."""
    if not reason.strip():
        raise Refused("withdraw-reason")
    with transaction.atomic():
        try:
            asset.withdraw(by, reason)
        except WrongState as error:
            raise Refused("decided-already") from error
        _tell(asset, "withdrawn", reason=reason)


def discard(asset, by):
    """Into the bin; an approved picture can't go there. Raises decided-already."""
    try:
        asset.discard(by)
    except WrongState as error:
        raise Refused("decided-already") from error


def restore(asset, by):
    """Out of the bin. Raises decided-already."""
    try:
        asset.restore(by)
    except WrongState as error:
        raise Refused("decided-already") from error


def empty_bin():
    """Remove for good what has been in the bin for settings.BIN_DAYS.

    What was downloaded stays, since the file that left must remain traceable; and so does what
    another picture was started from.
    """
    for asset in Asset.objects.overdue().filter(downloads=None, continued=None):
        hashes = [asset.image_sha256, asset.thumb_sha256]
        asset.delete_from_bin()
        housekeeping.discard_unnamed(hashes)


def _tell(asset, what, **facts):
    sending.tell(
        [asset.scene.owner],
        f"asset-{what}",
        url=asset.get_absolute_url(),
        name=str(asset),
        **facts,
    )
