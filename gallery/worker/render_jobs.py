"""The acts of the renderer's jobs: rows in, pictures out, progress on the way.

It imports torch, so no process but a worker that renders loads it: `gallery.jobs` asks for it late.
"""

import time
from dataclasses import replace

from django.conf import settings

from brandstudio.core import blobs
from brandstudio.core.problems import Refused, in_each_language
from brandstudio.core.queue import stopping
from gallery.engine import renderer, safety, soundness
from gallery.models import SceneMode
from gallery.services import cuts, enlarging, lookalikes, shown, validation, vehicle_words
from gallery.services.orders import default_base
from gallery.services.scenes import product_of
from gallery.services.style_files import weights_of
from training.engine.data.images import open_rgb
from training.engine.sampling.renderer import RenderStopped, SampleRequest


def renderer_of_this_process():
    """The renderer that this process keeps, as the settings want it."""
    folder = settings.BASE_MODELS_DIR / safety.FOLDER
    return renderer.shared(
        settings.RENDER_COMPILE, safety.Safety(settings.SAFETY_WITHHELD_FROM, folder)
    )


def load_default_base():
    """Take the base that scenes without a pack use, where there is one, into memory."""
    if base := default_base():
        ensure_loaded(renderer_of_this_process(), base)


def render_asset(asset, turn, stopped):
    """Paint one asset, already claimed; its row ends ready. turn: the device, held by us.

    Raises WrongState when the row was cancelled or taken over, Stopped when stopped() said so,
    EngineError or Refused for what a person can mend.
    """
    packs = validation.check_still_allowed(asset)  # much may have been decided while it waited
    scene = asset.scene
    scene_renderer = renderer_of_this_process()
    if scene.mode != SceneMode.LARGER:
        ensure_loaded(scene_renderer, scene.base)
    asset.begin_rendering()
    began = time.monotonic()

    def on_step(step, total, preview):
        # Raises WrongState once the row was cancelled, and so ends the picture at this step.
        news = {"preview": preview} if preview else {}
        asset.note_progress(steps_done=step, steps_total=total, **news)
        turn.yield_device()

    try:
        if scene.mode == SceneMode.LARGER:
            image = _enlarge(scene_renderer, scene, on_step, stopped)
        else:
            request = _request_of(asset, packs)
            image = _render(scene_renderer, scene, request, on_step, stopped)
    except RenderStopped as error:
        raise stopping.Stopped from error
    image_sha256 = blobs.put_bytes(renderer.png(image))
    asset.finish(
        image_sha256=image_sha256,
        thumb_sha256=blobs.put_bytes(shown.thumb(asset, image, image_sha256)),
        seconds=time.monotonic() - began,
        lineage=lineage_of(asset, packs, renderer.versions()),
        look=lookalikes.look_of(image),
        doubts=_doubts_of(scene, image),
    )


def _doubts_of(scene, image):
    asks = scene.vehicle_id is not None or bool(vehicle_words.by_words_only(scene))
    return soundness.doubts_of(
        image,
        family=scene.base.family,
        asks_for_vehicle=asks,
        product=cuts.real_car_of(scene),
        unfit_from=settings.SAFETY_DOUBTED_FROM,
    )


def _request_of(asset, packs):
    scene = asset.scene
    return SampleRequest(
        prompt=scene.prompt,
        negative_prompt=scene.negative_prompt,
        width=scene.width,
        height=scene.height,
        steps=scene.steps,
        guidance=scene.guidance,
        scheduler=scene.scheduler,
        seed=asset.seed,
        packs=[(weights_of(version), strength) for version, strength in packs],
    )


def _render(scene_renderer, scene, request, on_step, stopped):
    """The picture, by the scene's mode."""
    if scene.mode == SceneMode.PRODUCT:
        return scene_renderer.render_product(product_of(scene), request, on_step, stopped)
    if scene.mode == SceneMode.IMAGE:
        request = replace(
            request, init_image=init_image_path(scene), denoising_strength=scene.denoising_strength
        )
    return scene_renderer.render(request, on_step, stopped)


def _enlarge(scene_renderer, scene, on_step, stopped):
    """The picture before, at the scene's size."""
    first = open_rgb(init_image_path(scene), name=scene.init_image_name)
    size = (scene.width, scene.height)
    return scene_renderer.enlarge(first, size, on_step, stopped, product_of(scene))


def init_image_path(scene):
    """The path of the picture that a scene starts from. Raises Refused("init-image-gone")."""
    try:
        return blobs.local(scene.init_image_sha256)
    except blobs.BlobMissing as error:
        raise Refused("init-image-gone") from error


def lineage_of(asset, packs, versions):
    """Everything that is needed to make the picture again and to trace it, as JSON."""
    scene = asset.scene
    return {
        "seed": asset.seed,
        "prompt": scene.prompt,
        "negative_prompt": scene.negative_prompt,
        "width": scene.width,
        "height": scene.height,
        "steps": scene.steps,
        "guidance": scene.guidance,
        "scheduler": scene.scheduler,
        "base": {"name": scene.base.name, "sha256": scene.base.sha256},
        "packs": [
            {
                "pack": version.pack.slug,
                "version": version.number,
                "sha256": version.weights_sha256,
                "strength": strength,
            }
            for version, strength in packs
        ],
        "template": (
            {"slug": scene.template.slug, "version": scene.template.number}
            if scene.template
            else None
        ),
        "own_words": scene.own_words,
        "by_words_only": [vehicle.slug for vehicle in vehicle_words.by_words_only(scene)],
        **origin_of(scene),
        "software": versions,
    }


def origin_of(scene):
    """What a picture was painted from besides words: pictures by their hash, places by numbers."""
    origin = {"mode": scene.mode}
    if scene.init_image_sha256:
        origin["init_image"] = {
            "sha256": scene.init_image_sha256,
            "asset": scene.init_image_asset_id,
            "name": scene.init_image_name,
        }
        if scene.mode != SceneMode.LARGER:
            origin["init_image"]["denoising_strength"] = scene.denoising_strength
    if scene.mode == SceneMode.LARGER:
        origin["enlarged_by"] = enlarging.way_of(scene).facts
    if scene.cutout:
        origin["cutout"] = {
            "sha256": scene.cutout.sha256,
            "vehicle": scene.cutout.vehicle.slug if scene.cutout.vehicle else None,
            "name": in_each_language(lambda: scene.cutout.shown_name),
            "x": scene.cutout_x,
            "y": scene.cutout_y,
            "width": scene.cutout_width,
        }
    return origin


def ensure_loaded(scene_renderer, base):
    """Take a base into memory. Raises Refused("base-absent"), EngineError as loading does."""
    if not base.is_present:
        raise Refused("base-absent", name=base.name)
    scene_renderer.ensure_loaded(base.path, base.sha256)
