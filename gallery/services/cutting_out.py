"""A car cut out of a photograph in the browser: the draft, the strokes, and what it is saved as.

The photograph is taken in as a start picture, with its gates and its rights; the cut-out has the
rights of its photograph and follows them. An outline is kept as the draft's and the strokes since.
"""

import io
import json
import math
import tempfile
from functools import lru_cache

import numpy as np
from django.conf import settings
from django.db import transaction
from PIL import Image

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from brandstudio.core.queue import housekeeping, work_queue
from gallery.engine import compositing
from gallery.models import CutoutDraft
from gallery.services import cutouts, holds, own_images, sources
from training.engine.data import images
from training.engine.tools import cutting_out, salience
from training.engine.tools.cutting_out import Kind, Outline, Stroke
from training.services import image_store

MOST_STROKES = 300
MOST_POINTS = 500  # of a stroke
_LARGEST_RADIUS = 0.25  # of the longer side
_COPIES_KEPT = 4  # in memory, 3 MB each: as many people draw at one time
_OUTLINES_KEPT = 12  # in memory, 2 MB each: those of the newest strokes


def is_off():
    """Whether the package or the network by which cars are cut out is not there."""
    return not (salience.is_installed() and salience.BUNDLED.exists())


def begin(upload, person, vehicle):
    """The CutoutDraft of an uploaded photograph of a vehicle, queued.

    Raises EngineError as `salience.check`, Refused as `sources.take_init_image`, and cutout-painted
    for a picture of this studio, which shows no real car.
    """
    salience.check()
    with transaction.atomic():
        photograph = sources.take_init_image(upload, person)
        if photograph.made_from_id:
            hashes = [photograph.sha256, photograph.thumb_sha256]
            photograph.delete()
            housekeeping.discard_unnamed(hashes)
            own_images.check_no_cutout(photograph.made_from_id)
        draft = CutoutDraft.objects.create(vehicle=vehicle, photograph=photograph, owner=person)
        work_queue.enqueue_work(draft)
    return draft


def make(draft):
    """What the worker does: find what stands out. Raises EngineError as `cutting_out.draft`."""
    name = draft.photograph.name
    with images.one_at_a_time():
        image = images.open_rgb(blobs.local(draft.photograph.sha256), name)
        copy = cutting_out.working_copy(image)
        del image
    outline = cutting_out.draft(copy, name)
    draft.finish(
        copy_sha256=_stored(Image.fromarray(copy), "WEBP", quality=92, method=3),
        outline_sha256=_stored(Image.fromarray(outline.car), "PNG"),
    )


def strokes_of(text):
    """The strokes that a page sends, as JSON. Raises Refused: strokes-unreadable."""
    try:
        rows = json.loads(text)
        strokes = [_stroke(one) for one in rows]
    except (TypeError, ValueError, KeyError, RecursionError, OverflowError) as error:
        raise Refused("strokes-unreadable") from error
    if len(strokes) > MOST_STROKES:
        raise Refused("strokes-too-many", limit=MOST_STROKES)
    return strokes


def _stroke(row):
    radius = float(row["radius"])
    points = tuple((float(x), float(y)) for x, y in row["points"])
    if not (0 < radius <= _LARGEST_RADIUS and 0 < len(points) <= MOST_POINTS):
        raise ValueError("no such stroke")
    if not all(math.isfinite(side) and -1 <= side <= 2 for point in points for side in point):
        raise ValueError("a stroke far outside")
    return Stroke(Kind(row["kind"]), radius, points)


def keep_strokes(draft, strokes):
    """Remember the strokes, so that the page shows them again. Raises Refused: cut-out-saved."""
    rows = [{"kind": one.kind.value, "radius": one.radius, "points": one.points} for one in strokes]
    open_ones = CutoutDraft.objects.filter(pk=draft.pk, cutout=None)
    if not open_ones.update(strokes=rows):
        raise Refused("cut-out-saved", name=str(draft))
    draft.strokes = rows


def kept_strokes(draft):
    """The strokes of a draft as they were kept."""
    return [_stroke(one) for one in draft.strokes]


def opacity_file(draft, strokes):
    """A PNG, as large as the copy, whose transparency is that of the cut-out so far."""
    outline = _outline_after(draft.copy_sha256, draft.outline_sha256, tuple(strokes))
    opacity = Image.fromarray(cutting_out.opacity(_copy(draft.copy_sha256), outline), "L")
    file = io.BytesIO()
    Image.merge("LA", (Image.new("L", opacity.size), opacity)).save(file, "PNG", compress_level=1)
    return file.getvalue()


def save(draft, person, strokes, *, with_shadow):
    """The ProductCutout of a draft after these strokes, offered with its vehicle from now on.

    Raises Refused: cut-out-saved, as `holds.check_start` of the photograph, and as
    `cutouts.take_file`; EngineError: cutout-nothing-left.
    """
    holds.check_start(sources.find_init_image(f"own-{draft.photograph_id}", person), person)
    keep_strokes(draft, strokes)
    outline = _outline_after(draft.copy_sha256, draft.outline_sha256, tuple(strokes))
    with tempfile.NamedTemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR, suffix=".png") as file:
        _write(draft, outline, with_shadow, file)
        with transaction.atomic():
            name = f"{image_store.safe_name(draft.photograph.name).rpartition('.')[0]}.png"
            cutout = cutouts.take_file(
                file.name,
                name,
                person,
                draft.vehicle,
                rights=draft.photograph.carried_rights(),
            )
            if not CutoutDraft.objects.filter(pk=draft.pk, cutout=None).update(cutout=cutout):
                raise Refused("cut-out-saved", name=str(draft))
    return cutout


def discard(draft):
    """Forget a draft; its photograph stays among the person's start pictures."""
    hashes = [draft.copy_sha256, draft.outline_sha256]
    draft.delete()
    housekeeping.discard_unnamed(hashes)


def _write(draft, outline, with_shadow, file):
    with images.one_at_a_time():
        image = images.open_rgb(blobs.local(draft.photograph.sha256), draft.photograph.name)
        if (growth := image.width * image.height / (compositing.MAX_MEGAPIXELS * 1e6)) > 1:
            side = math.sqrt(growth)
            size = (int(image.width / side), int(image.height / side))
            image = image.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)
        car = cutting_out.finished(image, outline, with_shadow=with_shadow)
        del image
        car.save(file, "PNG", compress_level=3)
        file.flush()


@lru_cache(maxsize=_OUTLINES_KEPT)
def _outline_after(copy_sha256, outline_sha256, strokes):
    """The Outline after a tuple of strokes: that before the last one is mostly known already."""
    if not strokes:
        with images.loaded(blobs.local(outline_sha256)) as image:
            car = np.array(image.convert("1"))
        return Outline(car, np.zeros_like(car))
    before = _outline_after(copy_sha256, outline_sha256, strokes[:-1])
    return cutting_out.mended(_copy(copy_sha256), before, strokes[-1:])


@lru_cache(maxsize=_COPIES_KEPT)
def _copy(sha256):
    """The working copy of a photograph, which nobody changes."""
    return np.array(images.open_rgb(blobs.local(sha256)))


def _stored(image, kind, **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return blobs.put_bytes(file.getvalue())
