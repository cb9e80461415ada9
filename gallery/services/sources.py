"""Taking in the pictures that scenes start from, and finding them again."""

import io
from dataclasses import dataclass

from django.urls import reverse
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.input.numbers import parse_id
from gallery.engine import compositing
from gallery.models import Asset, AssetState, ProductCutout, Scene, StartPicture
from gallery.problems import REFUSALS, Refused
from gallery.services import shown
from training.engine.data import images
from training.services import image_store

THUMB_SIDE = 720  # px of the longer side: what a page shows of a cut-out
LARGEST_SOURCE = 64 * 2**20  # bytes
REFUSED_FILES = (*REFUSALS, image_store.Refused)  # what taking in a file may raise


@dataclass(frozen=True)
class Start:
    """A picture to start from. key: as the form carries it, such as "asset-12" or "own-3"."""

    key: str
    sha256: str
    name: str
    asset: Asset | None = None
    upload: StartPicture | None = None

    @property
    def thumb_url(self):
        """A small picture of it, for pages."""
        if self.asset:
            return reverse("gallery:asset-thumb", args=[self.asset.pk])
        return reverse("gallery:start-thumb", args=[self.upload.pk]) if self.upload else ""


def find_start(key, person):
    """The Start of this key, or None where the person may not see it (any more)."""
    kind, _, number = str(key or "").partition("-")
    number = parse_id(number)
    if number is None:
        return None
    if kind == "own":
        upload = StartPicture.objects.filter(owner=person, pk=number).first()
        return upload and Start(key, upload.sha256, upload.name, upload=upload)
    visible = Asset.objects.visible_to(person).filter(state=AssetState.READY)
    asset = visible.select_related("scene__template").filter(pk=number).first()
    return start_of(asset) if kind == "asset" and asset else None


def start_of(asset):
    """A finished picture as a Start."""
    return Start(f"asset-{asset.pk}", asset.picture_sha256, str(asset), asset=asset)


def kept_start(scene):
    """What a scene started from, as a Start; its picture stays even when its row is gone."""
    if scene.start_asset:
        return start_of(scene.start_asset)
    mine = StartPicture.objects.filter(owner=scene.owner_id, sha256=scene.start_sha256)
    upload = mine.first()
    key = f"own-{upload.pk}" if upload else ""
    return Start(key, scene.start_sha256, scene.start_name, upload=upload)


def check_start(start, person):
    """Raise Refused unless the picture is there and this person's to start from.

    A shared picture may come from one that its maker never shared.
    """
    if start.asset:
        ready = Asset.objects.visible_to(person).filter(state=AssetState.READY)
        if not ready.filter(pk=start.asset.pk).exists():
            raise Refused("start-not-yours")
    elif start.upload:
        if start.upload.owner_id != person.pk:
            raise Refused("start-not-yours")
    elif not Scene.objects.filter(owner=person, start_sha256=start.sha256).exists():
        raise Refused("start-not-yours")


def recent_pictures(person, chosen=None, most=5):
    """What the page offers to start from: the one chosen, then the person's newest pictures."""
    mine = Asset.objects.kept().filter(scene__owner=person, state=AssetState.READY)
    newest = mine.select_related("scene__template").order_by("-pk")[:most]
    offered = [start_of(asset) for asset in newest]
    if chosen is None or chosen.key in {start.key for start in offered}:
        return offered
    return [chosen, *offered[: most - 1]]


def take_start(upload, person):
    """Keep an uploaded picture to start from. Raises pictures.Refused."""
    _check_size(upload)
    name = image_store.safe_name(upload.name)
    path = upload.temporary_file_path()
    taken = image_store.take_in(path, name, images.check_shape)
    return StartPicture.objects.create(
        owner=person,
        name=name,
        sha256=taken.picture_sha256,
        thumb_sha256=shown.marked_thumb(path, taken) or taken.thumb_sha256,
        width=taken.width,
        height=taken.height,
    )


def take_cutout(upload, person, vehicle=None):
    """Keep the cut-out of a real car, under its vehicle or as the person's own.

    Raises one of REFUSED_FILES for a file that is no cut-out.
    """
    _check_size(upload)
    name = image_store.safe_name(upload.name)
    return keep_cutout(upload.temporary_file_path(), name, person, vehicle)


def keep_cutout(path, name, person, vehicle=None):
    """As take_cutout, for a file on this machine. name: the file's own."""
    with images.one_at_a_time():
        picture = compositing.open_cutout(path, name)
        size, thumb = picture.size, _thumb(picture)
        del picture  # before the next one's turn
    return ProductCutout.objects.create(
        vehicle=vehicle,
        name=name.rpartition(".")[0][:120] or name[:120],
        sha256=blobs.put(path),
        thumb_sha256=blobs.put_bytes(thumb),
        width=size[0],
        height=size[1],
        made_by=person,
    )


def cutouts_for(person):
    """What the person may place: the range first, then their own."""
    return ProductCutout.objects.usable_by(person).select_related("vehicle")


def _check_size(upload):
    if upload.size > LARGEST_SOURCE:
        raise image_store.Refused(
            "file-too-large",
            name=upload.name,
            megabytes=round(upload.size / 2**20),
            limit=LARGEST_SOURCE // 2**20,
        )


def _thumb(picture):
    """A small WebP of the picture, which is made small itself."""
    picture.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    picture.save(file, "WEBP", quality=85, method=3)
    return file.getvalue()
