"""One motif in the shapes of several channels: ordered together, delivered together."""

from dataclasses import dataclass

from django.db import transaction

from gallery.models import Asset, AssetState, Channel, Scene
from gallery.services import car_placement, reuse, scenes

_NEVER_READY = (AssetState.FAILED, AssetState.CANCELLED)


@dataclass(frozen=True)
class FurtherChannel:
    """A channel that pictures go to besides their own: cut for it, or painted anew in its shape."""

    channel: Channel
    is_anew: bool = False


@transaction.atomic
def compose(order, further, by):
    """The Scene of an order; FurtherChannels that are painted anew get scenes of their own, with
    the same words, styles and seeds. All are ordered or none; raises as `scenes.compose_scene`."""
    scene = scenes.compose_scene(order, by)
    scene.further_channels.set([one.channel for one in further])
    assets = tuple(scene.assets.order_by("index"))
    for one in further:
        if one.is_anew:
            shaped = car_placement.in_shape(order, one.channel, seed=scene.seed, shape_of=assets)
            scenes.compose_scene(shaped, by)
    return scene


@transaction.atomic
def paint_anew(cells, by):
    """Order all of these or none: the same prompt, packs and seed in the channel's shape.

    cells: [(asset, channel)]. Raises as `scenes.compose_scene`.
    """
    for asset, channel in cells:
        scenes.compose_scene(reuse.in_shape_of(asset, channel, by), by)


def stand_ins(assets, channels, person):
    """{(asset.pk, channel.pk): the newest picture painted of it in that channel's shape}.

    Of those that the person may see; one that won't be ready, or never leaves, stands in for none.
    """
    shaped = (
        Asset.objects.visible_to(person)
        .may_leave()
        .filter(shape_of__in=assets, scene__channel__in=channels)
        .exclude(state__in=_NEVER_READY)
        .titled()
        .select_related("scene__channel", "scene__cutout__vehicle", "scene__owner", "scene__base")
    )
    return {(row.shape_of_id, row.scene.channel_id): row for row in shaped.order_by("pk")}


def without_stand_ins(assets):
    """The pictures without those that stand in for another of them."""
    pks = {asset.pk for asset in assets}
    return [asset for asset in assets if asset.shape_of_id not in pks]


def channels_of(assets):
    """The slugs of all channels that the pictures were ordered for."""
    ordered = Scene.objects.filter(pk__in={asset.scene_id for asset in assets})
    further = ordered.values_list("further_channels__slug", flat=True)
    return {asset.scene.channel.slug for asset in assets if asset.scene.channel} | set(further)
