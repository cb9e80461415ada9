"""How a picture leaves the studio: let through, cut for its channel, labelled, and noted."""

import hashlib
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.engine import compositing, sizes
from gallery.engine.file_forms import FileForm
from gallery.models import Download, Rendition
from gallery.services import finishing, policy, shown
from gallery.services.scenes import product_of
from training.engine.data.images import loaded

FORMS = ("png", "jpg")  # that a person chooses between
LARGEST_SIDE = 4096  # px: what a request may scale to while a person waits


@dataclass(frozen=True)
class LabelledFile:
    """The bytes of a labelled picture. name: a file name without spaces; width, height: px."""

    content: bytes
    name: str
    content_type: str
    width: int
    height: int


def is_demo_code():
    """Whether labels say DEMO, because no producer code is set."""
    return not settings.AIGC_PRODUCER_CODE


def deliver(asset, person, rendition, channel, form):
    """The file of an asset for this person, and its Download, which names the rule.

    rendition: a Rendition. channel: None for the scene's own, else as painted. form: one of
    FORMS. Raises Refused, as `policy.rule_for` does; nothing is noted then.
    """
    policy.rule_for(asset, person, rendition)
    labelled = labelled_file(asset, channel, form, rendition)
    with transaction.atomic():
        # Making it took a moment, in which an admin may have decided.
        asset.refresh_from_db(fields=["review", "declined_why", "deleted_at"])
        rule = policy.rule_for(asset, person, rendition)
        _note(rule, asset, person, channel, form, labelled)
    return labelled


def labelled_file(asset, channel, form, rendition=Rendition.PUBLICATION):
    """The asset as a file for a channel (None: its scene's own, else as painted), both marks in it.

    A proof is small and has a watermark. form: one of FORMS. Raises Refused as
    `policy.check_finished`.
    """
    if rendition == Rendition.PROOF:
        limited = _at_most(settings.PROOF_SIDE)
        watermark = shown.watermark_of(asset)
        return _labelled(asset, channel, form, limited, watermark=watermark)
    return _labelled(asset, channel, form, lambda size, _master: size)


def shown_file(asset, person):
    """The asset for the scene's own channel, to look at: no larger than the master.

    Who may not have it for publication sees the proof; who may have no form of it, a small one.
    """
    try:
        if policy.best_for(asset, person) == Rendition.PUBLICATION:
            return _labelled(asset, None, "jpg", _within, finish=finishing.marked)
        longest = settings.PROOF_SIDE
    except Refused:
        longest = shown.THUMB_SIDE
    watermark = shown.watermark_of(asset)
    limited = _at_most(longest, inside_master=True)
    return _labelled(asset, None, "jpg", limited, finishing.marked, watermark)


def _labelled(asset, channel, form, limited, finish=finishing.finished, watermark=""):
    """limited(size, master): the file's size in px, from the channel's and the master's.

    finish: of `finishing`.
    """
    policy.check_finished(asset)
    name = str(asset)
    with loaded(blobs.local(asset.image_sha256, name), name=name) as master:
        image = master.convert("RGB")
    size = limited(delivered_size(asset, channel), image.size)
    image = _delivered(image, asset.scene, size)
    where = channel or asset.scene.channel
    name = "-".join(
        filter(None, ["studio", str(asset.pk), where and where.slug, "proof" if watermark else ""])
    )
    file_form = FileForm(form)
    content = finish(image, asset, file_form, watermark=watermark)
    return LabelledFile(content, f"{name}.{form}", file_form.content_type, *image.size)


def _at_most(longest, inside_master=False):
    """As `limited` of `_labelled`: no side longer than so many px, nor than the master's."""

    def limited(size, master):
        if inside_master:
            size = _within(size, master)
        return _within(size, [longest * side / max(size) for side in size])

    return limited


def _within(size, master):
    shrink = min(1, *(whole / side for side, whole in zip(size, master, strict=True)))
    return tuple(max(1, round(side * shrink)) for side in size)


def _delivered(image, scene, size: tuple[int, int]):
    """The master cut to its channel. A real car is put on again at the size that leaves.

    Its file is far larger than what a small base paints, so it would be soft otherwise.
    """
    product = product_of(scene)
    if product is None:
        return sizes.cut_to(image, *size)
    grown = max(1.0, size[0] / image.width, size[1] / image.height)
    scene_alone = compositing.without(image, product)
    larger = scene_alone.resize(
        [round(side * grown) for side in image.size], Image.Resampling.LANCZOS
    )
    # The channel's cut goes around the car, not around the middle.
    shape = scene.cutout.height / scene.cutout.width * image.width / image.height
    focus = (scene.cutout_x, scene.cutout_y - scene.cutout_width * shape / 2)
    return sizes.cut_to(compositing.put_on(larger, product), *size, focus=focus)


def delivered_size(asset, channel=None):
    """(width, height) in px in which the asset leaves for a channel."""
    channel = channel or asset.scene.channel
    if channel is None:
        # Small bases paint small; nobody wants a stamp.
        scale = max(1, round(1024 / max(asset.scene.width, asset.scene.height)))
        return asset.scene.width * scale, asset.scene.height * scale
    shrink = min(1, LARGEST_SIDE / max(channel.width, channel.height))
    return round(channel.width * shrink), round(channel.height * shrink)


def _note(rule, asset, person, channel, form, labelled):
    Download.objects.create(
        asset=asset,
        person=person,
        channel=channel or asset.scene.channel,
        form=form,
        rendition=rule.rendition,
        rule=rule,
        width=labelled.width,
        height=labelled.height,
        sha256=hashlib.sha256(labelled.content).hexdigest(),
    )
