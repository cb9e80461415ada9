"""The one door for pictures: an order is validated, then frozen as rows that a renderer paints.

Nothing else makes a Scene or an Asset that waits to be painted, or lets one be painted once more.
"""

import random

from django.db import transaction
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.models import AuditEntry, WrongState
from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from gallery.engine.compositing import PlacedProduct
from gallery.models import Asset, AssetState, Scene, ScenePack
from gallery.services import glossary, orders, painted_again, quota, reuse, words
from gallery.services.orders import DEFAULT_DENOISING_STRENGTH, LARGEST_SEED, Placement, SceneOrder
from gallery.services.validation import validate

__all__ = [  # with what callers of the door need to ask
    "DEFAULT_DENOISING_STRENGTH",
    "LARGEST_SEED",
    "Placement",
    "SceneOrder",
    "cancel",
    "compose_scene",
    "render_first",
    "product_of",
    "retry",
    "waiting_of",
]

URGENT = 1  # priority in the queue; everybody's is 0


def compose_scene(order, by):
    """Freeze the order as a Scene with one Asset per picture, and queue them after the commit.

    A picture that was declined or withdrawn is not painted again: alone it ends failed. Raises
    Refused or EngineError, as `validate`, `quota.check` and `painted_again` do; nothing is kept
    then.
    """
    with transaction.atomic():
        valid = validate(order, by)
        quota.check(by, order.image_count, new=order.image_count)
        scene = _scene_of(valid)
        ScenePack.objects.bulk_create(
            ScenePack(scene=scene, version=version, strength=strength)
            for version, strength in valid.packs
        )
        words.note_scene(scene)
        assets = _assets_of(scene, order)
        work_queue.enqueue_together(painted_again.pass_over_decided(assets))
    return scene


def retry(asset, by):
    """Let a failed picture be painted once more, if its order still passes."""
    with transaction.atomic():
        validate(reuse.same(asset, by), by)
        painted_again.check(asset)
        quota.check(by, 1, new=0 if quota.is_of_today(asset) else 1)
        asset.requeue(by=by, why="again")
        work_queue.enqueue_work(asset)


def render_first(scene, by):
    """Let what waits of a scene be taken before everybody else's pictures; an admin's act.

    Its maker must still be allowed to have it: what was retired meanwhile is not hurried.
    """
    with transaction.atomic():
        quota.check(scene.owner, 0, new=0)
        for asset in scene.assets.waiting():
            validate(reuse.same(asset, scene.owner), scene.owner)
            painted_again.check(asset)
            AuditEntry.objects.record(asset, asset.state, asset.state, by=by, why="painted-first")
        scene.assets.waiting().update(priority=URGENT)


def _scene_of(valid):
    order = valid.order
    width, height = valid.size
    return Scene.objects.create(
        owner=valid.by,
        template=order.template,
        slot_values=order.slot_values if order.template else {},
        title=orders.title_of(order),
        prompt=valid.prompt,
        negative_prompt=valid.negative,
        own_words=_as_typed(order.free, valid.base),
        own_negative=_as_typed(order.negative or "", valid.base),
        base=valid.base,
        channel=order.channel,
        width=width,
        height=height,
        steps=order.steps,
        guidance=order.guidance,
        scheduler=order.scheduler,
        seed=random.randint(0, LARGEST_SEED) if order.seed is None else order.seed,
        count=order.image_count,
        reason=order.reason,
        made_from=order.made_from,
        is_trial=orders.is_trial(order),
        **_origin_of(order),
    )


def _as_typed(words, base):
    """The words, where they were put into English; else "", since what was sent says it."""
    return words if glossary.in_english(words, base).text != words else ""


def _origin_of(order):
    """The columns that say what a scene starts from."""
    columns = {"mode": order.mode}
    if order.init_image:
        columns |= {
            "init_image_sha256": order.init_image.sha256,
            "init_image_asset": order.init_image.origin,
            "init_image_name": order.init_image.upload.name if order.init_image.upload else "",
            "denoising_strength": None if order.is_larger else order.denoising_strength,
        }
    if placement := order.placement:
        columns |= {
            "cutout": placement.cutout,
            "cutout_x": placement.x,
            "cutout_y": placement.y,
            "cutout_width": placement.width,
        }
    return columns


def _assets_of(scene, order):
    """One row per picture: seeds count up, unless a sweep holds the seed and moves the strength."""
    now, strengths = timezone.now(), order.strengths
    return Asset.objects.bulk_create(
        Asset(
            scene=scene,
            index=index,
            seed=scene.seed if strengths else (scene.seed + index) % (LARGEST_SEED + 1),
            strength=strengths[index] if strengths else None,
            campaign=order.campaign,
            shape_of=order.shape_of[index] if order.shape_of else None,
            attempt=1,
            queued_at=now,
        )
        for index in range(scene.count)
    )


def product_of(scene):
    """The real car of a scene as the engine places it, or None. Raises Refused("cutout-gone")."""
    if scene.cutout is None:
        return None
    try:
        path = blobs.local(scene.cutout.sha256)
    except blobs.BlobMissing as error:
        raise Refused("cutout-gone") from error
    return PlacedProduct(path, scene.cutout_x, scene.cutout_y, scene.cutout_width)


def cancel(assets, by):
    """Stop or drop these pictures; those that ended meanwhile stay. Returns how many."""
    stopped = 0
    for asset in assets:
        try:
            asset.cancel(by)
        except WrongState:
            continue
        stopped += 1
        # The row tells the renderer by itself; this only spares the wait.
        transaction.on_commit(lambda a=asset: work_queue.withdraw(a.QUEUE, a.job_id))
    return stopped


def waiting_of(person):
    return Asset.objects.filter(scene__owner=person, state=AssetState.WAITING)
