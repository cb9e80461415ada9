"""How a picture leaves the studio: let through, cut for its channel, labelled, and noted."""

import hashlib
from dataclasses import dataclass
from functools import cached_property, partial

from django.conf import settings
from django.db import transaction

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.engine import compositing, sizes, upscale
from gallery.engine.file_forms import FileForm
from gallery.models import Download, MetadataProfile, Rendition
from gallery.services import (
    brand,
    cuts,
    file_names,
    finishing,
    origins,
    policy,
    shown,
    use_limits,
)
from gallery.services.scenes import product_of
from training.engine.data.images import loaded
from training.engine.tools import upscaler

FORMS = ("png", "jpg")  # that a person chooses between where no channel decides
LARGE = 9_000_000  # px: what takes longer than a person waits at a page; 3840 × 2160 does not


@dataclass(frozen=True)
class OutgoingFile:
    """The bytes of a finished picture. name: a file name without spaces; width, height: px."""

    content: bytes
    name: str
    content_type: str
    width: int
    height: int

    @cached_property
    def sha256(self):
        """Of the bytes; posters have hundreds of megabytes of them."""
        return hashlib.sha256(self.content).hexdigest()


def deliver(asset, person, rendition, channel, form="", profile=MetadataProfile.EXTERNAL):
    """The file of an asset for this person, and its Download, which names the rule.

    rendition: of LABELLED. channel: None for the scene's own, else as painted. form: one of FORMS,
    "" for the channel's. profile: a MetadataProfile. Raises Refused, as `policy.rule_for` does,
    publication-tells-nothing, and file-large for what `channel_files` makes; EngineError as
    `finishing.finished`. Nothing is noted then.
    """
    policy.rule_for(asset, person, rendition, channel)
    where = channel or asset.scene.channel
    if rendition == Rendition.PUBLICATION and is_large(where):
        raise Refused("file-large", channel=str(where))
    if rendition == Rendition.PUBLICATION and profile != MetadataProfile.EXTERNAL:
        raise Refused("publication-tells-nothing")
    labelled = labelled_file(
        asset, channel, form, rendition, packet=origins.packet_of(asset, profile)
    )
    note(asset, person, rendition, where, labelled, metadata=profile)
    return labelled


def is_large(channel):
    """Whether a channel's files are made by a worker."""
    return channel is not None and channel.file_size[0] * channel.file_size[1] > LARGE


def labelled_file(asset, channel, form="", rendition=Rendition.PUBLICATION, focus=None, packet=""):
    """The asset as a file for a channel (None: its scene's own, else as painted), both marks in it.

    A proof is small and has a watermark. form: one of FORMS, "" for the channel's. focus: as
    `cuts.cut_for`. packet: XMP of a proof beside its marks. Raises Refused as
    `policy.check_finished`, EngineError as `finishing.finished`.
    """
    if rendition == Rendition.PROOF:
        limited = _at_most(settings.PROOF_SIDE)
        watermark = shown.watermark_of(asset)
        finish = partial(finishing.finished, packet=packet)
        return _labelled(asset, channel, FileForm(form or "png"), limited, finish, watermark)
    where = channel or asset.scene.channel
    return _labelled(
        asset, channel, file_form(where, form), lambda size, _master: size, focus=focus
    )


def file_form(channel, form=""):
    """The FileForm of a channel's files; form: another one that a person asked for."""
    if channel is None:
        return FileForm(form or "png")
    cmyk = channel.profile_sha256
    return FileForm(
        form or channel.form,
        dpi=channel.dpi,
        max_bytes=channel.max_bytes,
        cmyk=blobs.local(cmyk, channel.profile_name).read_bytes() if cmyk else b"",
        bleed=channel.bleed,
    )


def shown_file(asset, person):
    """The asset for the scene's own channel, to look at: no larger than the master.

    Who may not have it for publication sees the proof; who may have no form of it, a small one.
    """
    form = FileForm("jpg")
    try:
        if policy.best_for(asset, person) == Rendition.PUBLICATION:
            return _labelled(asset, None, form, _within, finish=finishing.marked)
        longest = settings.PROOF_SIDE
    except Refused:
        longest = shown.THUMB_SIDE
    watermark = shown.watermark_of(asset)
    limited = _at_most(longest, inside_master=True)
    return _labelled(asset, None, form, limited, finishing.marked, watermark)


def _labelled(asset, channel, form, limited, finish=finishing.finished, watermark="", focus=None):
    """limited(size, master): the file's size in px, from the channel's and the master's.

    finish: of `finishing`.
    """
    policy.check_finished(asset)
    where = channel or asset.scene.channel
    cut = cuts.cut_for(asset, where, focus) if where else None
    name = str(asset)
    with loaded(blobs.local(asset.image_sha256, name), name=name) as master:
        image = master.convert("RGB")
    size = limited(delivered_size(asset, channel), image.size)
    focus = cut.focus if cut else (0.5, 0.5)
    image = cut_and_scaled(image, asset.scene, size, focus, most_pixels(size))
    # Proofs and what a page shows are smaller than the channel's file.
    factor = image.width / where.file_size[0] if where else 1
    place = cut.place.scaled(factor) if cut else brand.label_place()
    content = finish(image, asset, form, watermark=watermark, place=place)
    name = file_names.of(asset, where, image.size, cut.version if cut else 1)
    name += "_proof" if watermark else ""
    return OutgoingFile(content, f"{name}.{form.form}", form.content_type, *image.size)


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


def cut_and_scaled(image, scene, size: tuple[int, int], focus, most: int):
    """The RGB master cut around a point, at this size in px. A real car is put on at that size.

    Its file is far larger than what a small base paints, so it would be soft otherwise.
    most: as `upscaler.passes`.
    """
    product = product_of(scene)
    if product is None:
        return upscale.cut_to(image, *size, focus, most)
    grown = max(1.0, size[0] / image.width, size[1] / image.height)
    whole = (round(image.width * grown), round(image.height * grown))
    larger = upscale.enlarged(compositing.without(image, product), whole, most=most)
    return upscale.cut_to(compositing.put_on(larger, product), *size, focus, most)


def enlargement_for(scene, size: tuple[int, int], focus, most: int):
    """The Enlargement by which `cut_and_scaled` makes a scene's picture so large."""
    whole = (scene.width, scene.height)
    if scene.cutout:
        grown = max(1.0, size[0] / whole[0], size[1] / whole[1])
        return upscale.enlargement(whole, tuple(round(side * grown) for side in whole), most)
    box = sizes.cut_box(whole, *size, focus)
    return upscale.enlargement((box[2] - box[0], box[3] - box[1]), size, most)


def most_pixels(size):
    """How many px of a picture may go through the network for a file of this size in px."""
    return upscaler.IN_BACKGROUND if size[0] * size[1] > LARGE else upscaler.AT_ONCE


def delivered_size(asset, channel=None):
    """(width, height) in px in which the asset leaves for a channel, bleed included."""
    channel = channel or asset.scene.channel
    if channel is not None:
        return channel.file_size
    # Small bases paint small; nobody wants a stamp.
    scale = max(1, round(1024 / max(asset.scene.width, asset.scene.height)))
    return asset.scene.width * scale, asset.scene.height * scale


@transaction.atomic
def note(asset, person, rendition, channel, file, **more):
    """Write down that a file leaves, with the rule that lets it. Raises Refused as `rule_for`.

    Making it took a while, in which an admin may have decided. more: further fields of Download.
    """
    asset.refresh_from_db(fields=["review", "declined_why", "deleted_at", "campaign"])
    rule = policy.rule_for(asset, person, rendition, channel)
    return Download.objects.create(
        asset=asset,
        person=person,
        channel=channel,
        form=file.name.rpartition(".")[2],
        rendition=rule.rendition,
        rule=rule,
        width=file.width,
        height=file.height,
        sha256=file.sha256,
        producer=brand.producer(),
        label="" if rendition == Rendition.ORIGINAL else brand.label_words(),
        **use_limits.purpose_of(asset, rendition, channel),
        **more,
    )
