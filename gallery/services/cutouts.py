"""The cut-outs of real cars: taking them in, in what light they are, and who may place which."""

import io
from dataclasses import replace

from django.db import transaction
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery.engine import compositing
from gallery.engine.daylight import light_of
from gallery.models import Daylight, ProductCutout
from gallery.services import own_images, sources
from training.engine.data import images
from training.services import image_store, photographs, rights_read

THUMB_SIDE = 720  # px of the longer side: what a page shows of a cut-out
SHAPES_DIFFER = 0.02  # of the ratio of width to height: more, and the car would jump


def take_cutout(upload, person, vehicle=None, light=""):
    """Keep the cut-out of a real car, under its vehicle or as the person's own.

    light: of Daylight; "" where nobody says. Raises one of REFUSALS for a file that is no cut-out,
    or one of a picture of this studio, which shows no real car (`own_images.LookUp`).
    """
    sources.check_size(upload)
    name = image_store.safe_name(upload.name)
    return take_file(upload.temporary_file_path(), name, person, vehicle, light)


def take_file(path, name, person, vehicle=None, light="", rights=None):
    """As take_cutout, for a file that lies on this machine. name: as messages call it. rights:
    columns of the photograph that it was cut out of, in place of what the file says."""
    seen = _small(path, name)  # first: what it refuses, it calls by the file's own name
    sources.check_fit(images.as_rgb(seen, upright=False), name)
    own_images.look_up(path).check_cutout(seen)
    return keep_cutout(path, name, person, vehicle, light, rights=rights)


def take_other_light(upload, person, first, light):
    """Keep the cut-out of a car that is offered already, in another light.

    first: the ProductCutout that stands for the car. Raises as take_cutout; Refused for a picture
    of another shape, in which the car would change its place, and for a light that is there.
    """
    if light not in Daylight.values:
        raise Refused("light-missing")
    with transaction.atomic():
        cutout = take_cutout(upload, person, first.vehicle, light)
        join_light(cutout, first)
    return cutout


def keep_cutout(path, name, person, vehicle=None, light="", name_en="", rights=None):
    """As take_file, of a file that is known to show a real car. name_en: what readers of English
    see in place of the file's own name."""
    with images.one_at_a_time():
        cutout_image = compositing.open_cutout(path, name)
        stored_image = _stored(path, cutout_image)
        del cutout_image  # before the next one's turn
    known, _alike = photographs.columns_for(stored_image, name, person, for_training=False)
    return ProductCutout.objects.create(
        vehicle=vehicle,
        name=name.rpartition(".")[0][:120] or name[:120],
        name_en=name_en,
        sha256=stored_image.original_sha256,
        thumb_sha256=stored_image.thumb_sha256,
        width=stored_image.width,
        height=stored_image.height,
        light=light,
        made_by=person,
        **{**(rights or rights_read.columns_of(path)[0]), **known},
    )


def _stored(path, cutout_image):
    """The StoredImage of a cut-out's file; its pixels are those seen on white."""
    pixels, fingerprint = image_store.pixels_of(images.as_rgb(cutout_image, upright=False))
    width, height = cutout_image.size
    original = blobs.put(path)
    return image_store.StoredImage(
        original_sha256=original,
        image_sha256=original,
        thumb_sha256=blobs.put_bytes(_thumb(cutout_image)),
        width=width,
        height=height,
        pixels_sha256=pixels,
        fingerprint=fingerprint,
    )


def join_light(cutout, first):
    """Let a cut-out be the same car as `first`, in its own light. Raises as take_other_light."""
    if abs(cutout.width / cutout.height / (first.width / first.height) - 1) > SHAPES_DIFFER:
        raise Refused(
            "light-of-another-shape",
            size=f"{cutout.width} × {cutout.height}",
            name=str(first),
            other=f"{first.width} × {first.height}",
        )
    offered = ProductCutout.objects.of_the_car(first).filter(is_retired=False)
    if offered.filter(light=cutout.light).exists():
        raise Refused("light-twice", name=str(first), light=cutout.get_light_display())
    cutout.same_car = first
    cutout.save(update_fields=["same_car"])


def in_its_light(placement, prompt, person):
    """The Placement with the cut-out of the same car that fits its scene.

    In the light the person chose, else in that of the prompt's words; where there is none, the one
    that stands for the car. What may not be used any more is passed over.
    """
    if placement.is_fixed:
        return placement
    light = placement.light or light_of(prompt)
    family = ProductCutout.objects.usable_by(person).of_the_car(placement.cutout)
    usable = family.exclude(pk__in=ProductCutout.objects.holding().values("pk"))
    fitting = usable.select_related("vehicle").filter(light=light).first()
    return replace(placement, cutout=fitting or first_of_car(placement.cutout))


def first_of_car(cutout):
    """The cut-out that stands for the car in lists."""
    return cutout.same_car or cutout


def chosen_light(placement, prompt, person):
    """The light that somebody chose for this placed cut-out, or "" where it follows the prompt."""
    following = in_its_light(replace(placement, light="", is_fixed=False), prompt, person)
    return "" if following.cutout == placement.cutout else placement.cutout.light


def offered_to(person):
    """What the person may place, one for each car: the range first, then their own."""
    return ProductCutout.objects.usable_by(person).first_of_cars().select_related("vehicle")


def _small(path, name):
    """The RGBA of what is seen of a cut-out, as small as a thumbnail."""
    with images.one_at_a_time():
        image = compositing.open_cutout(path, name)
        seen = image.crop(image.getchannel("A").getbbox())
        seen.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    return seen


def _thumb(image):
    """A small WebP of the picture, which is made small itself."""
    image.thumbnail((THUMB_SIDE, THUMB_SIDE), Image.Resampling.LANCZOS)
    file = io.BytesIO()
    image.save(file, "WEBP", quality=85, method=3)
    return file.getvalue()
