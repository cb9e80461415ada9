"""A picture for every template's card, painted by the base alone."""

from brandstudio.core import blobs
from gallery.engine import prompts, renderer
from gallery.services import orders
from gallery.services.orders import SceneOrder
from gallery.worker import render_jobs
from training.engine.sampling.renderer import SampleRequest


def render_covers(templates, base):
    """Paint each template with the first option of every slot and keep it as its cover."""
    scene_renderer = render_jobs.renderer_of_this_process()
    scene_renderer.ensure_loaded(base.path, base.sha256)
    for number, template in enumerate(templates):
        order = SceneOrder(
            template=template,
            slot_values={s["name"]: s["options"][0]["value"] for s in template.slots},
            base=base,
        )
        request = SampleRequest(
            prompt=prompts.joined(orders.pieces_of(order)),
            negative_prompt=template.negative_prompt,
            guidance=orders.DEFAULT_GUIDANCE,
            steps=orders.DEFAULT_STEPS,
            seed=700 + number,
        )
        image = scene_renderer.render(request)
        # A cover is no content of the template: an approved one gets it too.
        type(template).objects.filter(pk=template.pk).update(
            cover_sha256=blobs.put_bytes(renderer.webp(image, 256))
        )
