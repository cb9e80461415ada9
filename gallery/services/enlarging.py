"""A finished picture once more at twice the size, as a scene of its own."""

from django.db import transaction

from brandstudio.core import queue
from gallery.models import AssetState, Scene, ScenePack, Way
from gallery.problems import Refused
from gallery.services import quota, scenes
from gallery.services.sources import start_of
from training.engine import base_models

LARGER = 2  # times, on each side
LARGEST_SIDE = 4096  # px


def enlarge(asset, by):
    """Queue a picture of twice the size, with the same settings, as a scene of its own.

    Raises Refused: picture-not-ready, enlarged-already, picture-too-large, and those of quota.
    """
    scene = asset.scene
    if asset.state != AssetState.READY:
        raise Refused("picture-not-ready")
    if scene.way == Way.LARGER:
        raise Refused("enlarged-already")
    if LARGER * max(scene.width, scene.height) > LARGEST_SIDE:
        raise Refused("too-large-to-enlarge", limit=LARGEST_SIDE)
    if not scene.base.is_present:
        raise Refused("base-absent", name=scene.base.name)
    change = base_models.describe(scene.base.path).upscale_change
    packs = [(p.version, p.strength) for p in scene.packs.select_related("version__pack")]
    for version, _strength in packs:
        scenes.check_pack(version)
    if packs and asset.strength is not None:
        packs[0] = (packs[0][0], asset.strength)
    kept = ("template", "slot_values", "title", "prompt", "negative_prompt", "base", "channel")
    kept += ("campaign", "steps", "guidance", "scheduler", "reason", "plate", "plate_x", "plate_y")
    with transaction.atomic():
        quota.check(by, 1)
        larger = Scene.objects.create(
            owner=by,
            **{name: getattr(scene, name) for name in (*kept, "plate_width")},
            seed=asset.seed,
            count=1,
            width=scene.width * LARGER,
            height=scene.height * LARGER,
            made_from=asset,
            **{
                **scenes.origin_of(scenes.SceneOrder(start=start_of(asset), change=change)),
                "way": Way.LARGER,
            },
        )
        ScenePack.objects.bulk_create(
            ScenePack(scene=larger, version=version, strength=strength)
            for version, strength in packs
        )
        queue.enqueue_together(scenes.make_assets(larger, ()))
    return larger
