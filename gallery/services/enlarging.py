"""A finished picture once more at twice the size, as a scene of its own."""

from dataclasses import replace

from brandstudio.core.problems import Refused
from gallery.engine import upscale
from gallery.models import SceneMode
from gallery.services import policy, reuse, scenes
from gallery.services.sources import init_image_of

LARGER = 2  # times, on each side
LARGEST_SIDE = 4096  # px


def enlarge(asset, by):
    """Queue a picture of twice the size, with the same settings, as a scene of its own.

    Raises Refused: as `order_of`, and all that any other order is refused for.
    """
    return scenes.compose_scene(order_of(asset, by), by)


def way_of(scene):
    """The Enlargement by which a scene of this mode is made as things stand."""
    size = (scene.width, scene.height)
    return upscale.enlargement(tuple(side / LARGER for side in size), size)


def order_of(asset, by):
    """The order of a picture at twice its size.

    Raises Refused: as `policy.check_finished`, enlarged-already, too-large-to-enlarge.
    """
    scene = asset.scene
    policy.check_finished(asset)
    if scene.mode == SceneMode.LARGER:
        raise Refused("enlarged-already")
    if LARGER * max(scene.width, scene.height) > LARGEST_SIDE:
        raise Refused("too-large-to-enlarge", limit=LARGEST_SIDE)
    return replace(
        reuse.same(asset, by),
        init_image=init_image_of(asset),
        size=(scene.width * LARGER, scene.height * LARGER),
        is_larger=True,
    )
