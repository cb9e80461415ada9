"""The pictures of a sheet: painted where they are missing, one after the other."""

from brandstudio.core import blobs
from brandstudio.core.queue import stopping, work_queue
from gallery.engine import renderer
from gallery.worker.render_jobs import ensure_loaded, renderer_of_this_process
from training.engine.sampling.renderer import RenderStopped, SampleRequest

AT_A_TURN = 3  # pictures, while others wait


def paint(sheet, base, plan, there, draw, turn):
    """Paint what of a sheet's plan is not there yet, and tell how far it is.

    plan: keys of pictures. there: {key: row}, which is filled. draw(scene_renderer, key) → row.
    Raises GaveWay after a few pictures where others wait, so that nobody waits for a whole sheet.
    """
    at_first = len(there)
    scene_renderer = renderer_of_this_process()
    ensure_loaded(scene_renderer, base)
    for done, key in enumerate(plan, start=1):
        if key not in there:
            if len(there) - at_first >= AT_A_TURN and work_queue.others_wait(sheet):
                raise stopping.GaveWay
            there[key] = draw(scene_renderer, key)
        sheet.note_progress(done=done)
        turn.yield_device()


def image_hash(scene_renderer, sheet, prompt, seed, packs, stopped):
    """The stored picture's hash. packs: [(path, strength)]. Raises Stopped."""
    request = SampleRequest(
        prompt=prompt,
        steps=sheet.plan.get("steps", 20),
        guidance=sheet.plan.get("guidance", 3.0),
        seed=seed,
        packs=packs,
    )
    try:
        image = scene_renderer.render(request, None, stopped)
    except RenderStopped as error:
        raise stopping.Stopped from error
    return blobs.put_bytes(renderer.webp(image, max(image.size), quality=90))


def sound_images(images, key):
    """{key(image): image} of those whose file is there and sound; the others' rows go."""
    there = {}
    for image in images:
        try:
            blobs.local(image.sha256)
        except blobs.BlobMissing:
            image.delete()  # painted anew, from the same seed
        else:
            there[key(image)] = image
    return there
