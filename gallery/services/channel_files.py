"""Publication files that a worker makes: posters, large screens."""

import hashlib
import json
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.queue import housekeeping, work_queue
from gallery.models import ChannelFile, ChannelFileState, Rendition
from gallery.services import brand, cuts, downloads, policy, posters
from gallery.services.downloads import OutgoingFile


def order(asset, channel, by):
    """The ChannelFile of a picture for a channel: as it was made before, else queued now.

    Raises Refused as `policy.rule_for`.
    """
    policy.rule_for(asset, by, Rendition.PUBLICATION, channel)
    cut = cuts.cut_for(asset, channel)
    facts = {"asset": asset, "channel": channel, "x": cut.focus[0], "y": cut.focus[1]}
    return _ordered(_key(asset, channel, cut.focus, cut.place), by, facts)


def order_poster(poster, by):
    """As `order`, for a poster. Raises Refused as `policy.rule_for_poster`, EngineError as
    `posters.composed`."""
    policy.rule_for_poster(poster, by, Rendition.PUBLICATION)
    composition = posters.composed(poster)
    facts = {"asset": poster.asset, "channel": poster.channel, "poster": poster}
    facts |= {"x": composition.focus[0], "y": composition.focus[1]}
    place = composition.plan.label
    key = _key(poster.asset, poster.channel, composition.focus, place, poster=poster.pk)
    return _ordered(key, by, facts)


def _ordered(key, by, facts):
    with transaction.atomic():
        row, is_new = ChannelFile.objects.get_or_create(key=key, defaults={**facts, "asked_by": by})
        if is_new:
            work_queue.enqueue_work(row)
        elif row.state == ChannelFileState.FAILED:
            row.requeue(by=by, why="again")
            work_queue.enqueue_work(row)
    return row


def made_before(asset, channel, cut):
    """The ChannelFile of this cut, in whatever state; None if nobody asked for it."""
    return ChannelFile.objects.filter(key=_key(asset, channel, cut.focus, cut.place)).first()


def _key(asset, channel, focus, place, **more):
    """Of all that decides the file's bytes, save the moment it is signed at."""
    facts = {
        "picture": asset.image_sha256,
        "asset": asset.pk,
        "focus": [round(share, 4) for share in focus],
        "size": channel.file_size,
        "label": asdict(place),
        "producer": brand.producer(),
        **more,
        **{
            name: getattr(channel, name)
            for name in ("slug", "form", "max_bytes", "dpi", "bleed_mm", "profile_sha256")
        },
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def make(row):
    """What the worker does: make, sign and store the file. Raises Refused, EngineError."""
    if row.poster:
        policy.rule_for_poster(row.poster, row.asked_by, Rendition.PUBLICATION)
        labelled = posters.labelled_file(row.poster, Rendition.PUBLICATION)
    else:
        policy.rule_for(row.asset, row.asked_by, Rendition.PUBLICATION, row.channel)
        labelled = downloads.labelled_file(row.asset, row.channel, focus=(row.x, row.y))
    sha256 = blobs.put_bytes(labelled.content)
    row.finish(
        content_sha256=sha256,
        name=labelled.name,
        byte_count=len(labelled.content),
        made_at=timezone.now(),
    )


def deliver(row, person):
    """The OutgoingFile of a row that is ready, and its Download. Raises Refused as `rule_for`."""
    form = downloads.file_form(row.channel)
    content = blobs.local(row.content_sha256, row.name).read_bytes()
    labelled = OutgoingFile(content, row.name, form.content_type, *row.channel.file_size)
    if row.poster:
        posters.note(row.poster, person, Rendition.PUBLICATION, labelled)
    else:
        downloads.note(row.asset, person, Rendition.PUBLICATION, row.channel, labelled)
    return labelled


def forget_old():
    """Let go of files that nobody needs kept: they can be made again."""
    ended = timezone.now() - timedelta(days=settings.CHANNEL_FILE_DAYS)
    rows = ChannelFile.objects.filter(made_at__lt=ended)
    hashes = list(rows.values_list("content_sha256", flat=True))
    rows.delete()
    return housekeeping.discard_unnamed(hashes)
