"""Taking in the pictures that scenes start from, and finding them again; cut-outs: `cutouts`."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from brandstudio.core import blobs
from brandstudio.core.input.numbers import parse_id
from brandstudio.core.problems import Refused
from gallery.models import (
    Asset,
    AssetState,
    InitImageUpload,
    Scene,
)
from gallery.services import own_images, policy, shown
from training.engine.data import images
from training.engine.tools import open_nsfw
from training.services import image_store, photographs, rights_read

LARGEST_SOURCE = 64 * 2**20  # bytes


@dataclass(frozen=True)
class InitImage:
    """A picture to start from. key: as the form carries it, such as "asset-12" or "own-3"."""

    key: str
    sha256: str
    name: str
    asset: Asset | None = None
    upload: InitImageUpload | None = None

    @property
    def origin(self):
        """The picture of the gallery that it is or was made from, or None."""
        return self.asset or (self.upload.made_from if self.upload else None)

    @property
    def thumb_url(self):
        """A small picture of it, for pages."""
        if self.asset:
            return reverse("gallery:asset-thumb", args=[self.asset.pk])
        return self.upload.get_absolute_url() if self.upload else ""


def find_init_image(key, person):
    """The InitImage of this key, or None where the person may not see it (any more)."""
    kind, _, number = str(key or "").partition("-")
    number = parse_id(number)
    if number is None:
        return None
    if kind == "own":
        upload = InitImageUpload.objects.filter(owner=person, pk=number).first()
        return upload and InitImage(key, upload.sha256, upload.name, upload=upload)
    visible = Asset.objects.visible_to(person).filter(state=AssetState.READY)
    asset = visible.titled().filter(pk=number).first()
    return init_image_of(asset) if kind == "asset" and asset else None


def init_image_of(asset):
    """A finished picture as an InitImage."""
    return InitImage(f"asset-{asset.pk}", asset.image_sha256, str(asset), asset=asset)


def former_init_image(scene):
    """What a scene started from, as an InitImage; its picture stays even when its row is gone."""
    if scene.init_image_asset and not scene.starts_from_upload:
        return init_image_of(scene.init_image_asset)
    mine = InitImageUpload.objects.filter(owner=scene.owner_id, sha256=scene.init_image_sha256)
    upload = mine.first()
    key = f"own-{upload.pk}" if upload else ""
    return InitImage(key, scene.init_image_sha256, scene.init_image_name, upload=upload)


def check_init_image(init_image, person):
    """Raise Refused unless the picture is there and this person's to start from.

    Nothing is built upon what was declined or withdrawn. A shared picture may come from one that
    its maker never shared.
    """
    if init_image.asset:
        ready = Asset.objects.visible_to(person).filter(state=AssetState.READY)
        asset = ready.filter(pk=init_image.asset.pk).first()
        if asset is None:
            raise Refused("init-image-not-yours")
        policy.check_whole(asset)
        if asset.scene.is_trial and asset.scene.owner_id != person.pk:
            raise Refused("init-image-not-yours")
    elif init_image.upload:
        if init_image.upload.owner_id != person.pk:
            raise Refused("init-image-not-yours")
        check_upload(init_image.upload)
    elif not Scene.objects.filter(owner=person, init_image_sha256=init_image.sha256).exists():
        raise Refused("init-image-not-yours")


def check_upload(upload):
    """Raise Refused for an uploaded picture that is one of this studio's of which nothing is made
    any more, as things stand now."""
    if upload.made_from_id:
        own_images.check(upload.made_from_id)
    own_images.check_pixels(upload.pixels_sha256)


def recent_images(person, choice=None, most=5):
    """What the page offers to start from: the one chosen, then the person's newest pictures."""
    finished = Asset.objects.not_binned().filter(scene__owner=person, state=AssetState.READY)
    mine = finished.may_leave()
    newest = mine.titled().order_by("-pk")[:most]
    offered = [init_image_of(asset) for asset in newest]
    if choice is None or choice.key in {init_image.key for init_image in offered}:
        return offered
    return [choice, *offered[: most - 1]]


def take_init_image(upload, person):
    """Keep an uploaded picture to start from.

    Raises Refused, for what was decided of a picture of this studio too: `own_images.LookUp`.
    """
    check_size(upload)
    name = image_store.safe_name(upload.name)
    path = upload.temporary_file_path()
    image = image_store.take_in(path, name, images.check_shape)
    try:
        stored = blobs.local(image.image_sha256)
        check_fit(images.open_rgb(stored), name)
        of_it = own_images.look_up(path, stored)
        made_from = of_it.origin()
    except Refused:
        image.discard()
        raise
    known, _alike = photographs.columns_for(image, name, person, for_training=False)
    of_it.note_origins(image.pixels_sha256)
    return InitImageUpload.objects.create(
        owner=person,
        name=name,
        made_from=made_from,
        sha256=image.image_sha256,
        thumb_sha256=shown.marked_thumb(path, image) or image.thumb_sha256,
        width=image.width,
        height=image.height,
        **{**rights_read.columns_of(path)[0], **known},
    )


def check_fit(image, name):
    """Raise Refused for an RGB picture that is likely unfit to be seen at work.

    name: its file's.
    """
    probability = open_nsfw.probability_of(image)
    if probability is not None and probability >= settings.SAFETY_WITHHELD_FROM:
        raise Refused("upload-unfit", name=name, chance=round(100 * probability))


def check_size(upload):
    """Raise Refused for an upload that is too large to be opened."""
    if upload.size > LARGEST_SOURCE:
        raise Refused(
            "file-too-large",
            name=upload.name,
            megabytes=round(upload.size / 2**20),
            limit=LARGEST_SOURCE // 2**20,
        )
