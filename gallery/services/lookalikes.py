"""Pictures that look like one against which a decision stands, however they came to be.

Told by the screening's perceptual hashes: a few steps more or another seed of a strong start make
other pixels, and still the picture that was declined.
"""

import time
from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from brandstudio.core import blobs
from brandstudio.core.input import reasons
from brandstudio.core.problems import Refused
from brandstudio.core.queue import work_queue
from gallery.engine import labelling
from gallery.models import Asset, AssetState, Scene
from gallery.services import downstream, holds, standing
from gallery.services.standing import Decision
from training.engine.data.images import loaded
from training.engine.errors import EngineError

PLAIN = "plain"  # the look of a picture that can't be told from others
READ_SECONDS = 60  # then other work of the background has its turn


@dataclass(frozen=True)
class Lookalike:
    """A picture near another one. bits: of 64 that differ between them, or between the other and
    what the picture was made from; 0 for the same."""

    decision: Decision
    bits: int


def _duplicates():
    """The comparison of pictures, with scipy: a process pays for it once it compares."""
    from training.engine.screening import duplicates  # noqa: PLC0415

    return duplicates


def look_of(image):
    """What `near` compares of a picture of any size, or PLAIN; the same of its labelled file."""
    duplicates = _duplicates()
    small = image.convert("RGB")
    small.thumbnail((duplicates.SIDE, duplicates.SIDE))
    return duplicates.fingerprint_of(labelling.without_corners(small, image.size)) or PLAIN


def near(look, sha256, rows, settings=None):
    """{key: bits that differ} of those that look like a picture, nearest first.

    look, sha256: the picture's. rows: (key, look, sha256) of the others.
    """
    distances = {pk: 0 for pk, _look, other in rows if other == sha256}
    looks = {str(pk): other for pk, other, _sha256 in rows if other not in ("", PLAIN)}
    for duplicate in _duplicates().near_ones("" if look == PLAIN else look, looks, settings):
        distances.setdefault(int(duplicate.other), duplicate.distance)
    return distances


def earlier(assets):
    """{key: [Lookalike]} of all these finished assets: decisions on the same picture, or on one
    that it was made from, nearest first, of equally near ones the latest. One's own are not among
    them, nor its sisters'."""
    rows = list(Asset.objects.barred().values_list("pk", "look", "image_sha256", "scene", "seed"))
    starts = _starts_of(assets) if rows else {}
    distances = {asset.pk: _bits_of(asset, starts.get(asset.pk, ()), rows) for asset in assets}
    keys = {pk for bits in distances.values() for pk in bits}
    if not keys:
        return {pk: [] for pk in distances}
    barred = Asset.objects.barred().titled().filter(pk__in=keys)
    decisions = standing.decisions_of(barred)
    likes_of = {
        pk: [Lookalike(decisions[other], n) for other, n in bits.items() if other in decisions]
        for pk, bits in distances.items()
    }
    return {pk: sorted(likes, key=_nearest_and_latest) for pk, likes in likes_of.items()}


def _nearest_and_latest(like):
    return like.bits, -like.decision.moment


def _bits_of(asset, starts, rows):
    """{key: bits that differ} of what looks like an asset or like one of its starts."""
    others = [
        (pk, look, sha256)
        for pk, look, sha256, scene, seed in rows
        if pk != asset.pk and (sha256 == asset.image_sha256 or not _is_sister(asset, scene, seed))
    ]
    if not others:
        return {}
    bits = near(note(asset), asset.image_sha256, others)
    for sha256, first in starts:
        like_it = near(_look_in(sha256), sha256, others)
        if first in {pk for pk, _look, _sha256 in others}:
            like_it[first] = 0
        bits |= {pk: min(n, bits.get(pk, n)) for pk, n in like_it.items()}
    return bits


def _is_sister(asset, scene, seed):
    """Whether a picture is of the same order with another seed, and so another picture, however
    alike one style makes them. One start picture makes the same picture with every seed."""
    same_order = asset.scene_id == scene and asset.seed != seed
    return same_order and not asset.scene.init_image_sha256


def _starts_of(assets):
    """{asset's key: [(SHA-256 of a picture, key of the asset that it is or None)]} of all that
    assets were started from, however far back, cut-outs among it."""
    pairs = holds.scenes_behind(assets)
    columns = ("pk", "init_image_sha256", "init_image_asset", "cutout__sha256")
    rows = Scene.objects.filter(pk__in={scene for _asset, scene in pairs})
    scenes = list(rows.values_list(*columns))
    shown: dict[str, list] = defaultdict(list)
    if any(start for _pk, start, _first, _cutout in scenes):
        barred = Asset.objects.barred().order_by().values("pk")
        for start, first in downstream.starts_showing(barred):
            shown[start].append((start, first))
    of_scene = {
        pk: [(start, first)] * bool(start) + shown[start] + [(cutout, None)] * bool(cutout)
        for pk, start, first, cutout in scenes
    }
    starts: dict[int, list] = defaultdict(list)
    for asset, scene in pairs:
        starts[asset] += of_scene[scene]
    return starts


@lru_cache(maxsize=512)
def _look_in(sha256):
    """The look of a stored picture; PLAIN where it is gone."""
    try:
        with loaded(blobs.local(sha256)) as image:
            return look_of(image)
    except (blobs.BlobMissing, EngineError):
        return PLAIN


def check_reason(asset, reason):
    """What is kept with the approval of a picture: {} or {"in_spite_of": keys of the others}.

    Raises Refused("decided-before") where a decision stands against the same picture and no reason
    says why this one is right all the same.
    """
    others = earlier([asset])[asset.pk]
    if not others:
        return {}
    if not reasons.written(reason):
        raise Refused("decided-before", **others[0].decision.facts)
    return {"in_spite_of": [other.decision.asset.pk for other in others]}


def note(asset):
    """The look of a finished asset, read from its picture where nobody has yet."""
    if not asset.look:
        asset.look = _look_in(asset.image_sha256)
        Asset.objects.filter(pk=asset.pk).update(look=asset.look)
    return asset.look


def order_reading():
    """Have the looks read of pictures from before they were noted. Safe to call at any time."""
    if _unread().exists():
        job = "gallery.jobs.read_looks"
        work_queue.enqueue(work_queue.BACKGROUND, job, job_id="read-looks")
    return []


def read_waiting(seconds=READ_SECONDS):
    """Note such looks, of barred pictures first, until all are read or the seconds have passed."""
    end = time.monotonic() + seconds
    for assets in (_unread().barred(), _unread()):
        for asset in assets.only("look", "image_sha256").iterator():
            note(asset)
            if time.monotonic() >= end:
                return


def _unread():
    return Asset.objects.filter(state=AssetState.READY, look="")
