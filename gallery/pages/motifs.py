"""What may be done at once with a scene's pictures and with those that are its motif in the shapes
of other channels."""

from django.urls import reverse
from django.utils.http import urlencode

from gallery.models import AssetReview, AssetState, Rendition


def mark(scenes):
    """Give each scene `.to_review`, the keys of pictures that can be sent for review together, and
    `.deliver_address`, the page on which those that may leave go to their channels, or "".

    scenes: each with `.tiles`, whose `.best` is known. A scene in another's shape has neither: its
    pictures are among those of the first.
    """
    tiles = {asset.pk: asset for scene in scenes for asset in scene.tiles}
    shaped: dict[int, list] = {}
    for asset in tiles.values():
        if asset.shape_of_id in tiles:
            shaped.setdefault(asset.shape_of_id, []).append(asset)
    for scene in scenes:
        first = [asset for asset in scene.tiles if asset.shape_of_id not in tiles]
        motif = [one for asset in first for one in (asset, *shaped.get(asset.pk, ()))]
        scene.to_review = [one.pk for one in motif if _may_be_asked(one)]
        picks = [("pick", one.pk) for one in first if _may_leave(one)]
        scene.deliver_address = f"{reverse('gallery:deliver')}?{urlencode(picks)}" if picks else ""


def _may_be_asked(asset):
    is_private = (asset.state, asset.review) == (AssetState.READY, AssetReview.PRIVATE)
    return is_private and not asset.scene.is_trial


def _may_leave(asset):
    return getattr(asset, "best", "") == Rendition.PUBLICATION
