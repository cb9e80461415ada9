"""Publication files that a worker makes: posters, large screens.

A file counts as long as everything that decided its bytes is as it was: picture, cut, channel,
producer code, label, and by what it is enlarged. One that no longer does is stale: it is offered to
nobody, made anew when somebody asks, and let go of with the old ones.
"""

import hashlib
import json
from dataclasses import asdict
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.problems import Refused, in_each_language, name_of
from brandstudio.core.queue import housekeeping, work_queue
from brandstudio.core.services import sending
from gallery import problems
from gallery.models import ChannelFile, ChannelFileState, Rendition
from gallery.services import brand, cuts, downloads, policy, posters
from gallery.services.downloads import OutgoingFile
from training.engine.errors import EngineError

# For a megapixel scaled, written, signed and read back; docs/performance.md has the figures.
_SECONDS_TO_WRITE = {"png": 0.4, "jpg": 0.1, "tiff": 0.2, "pdf": 0.1}


def order(asset, channel, by):
    """The ChannelFile of a picture for a channel: as it was made before, else queued now.

    Raises Refused as `policy.rule_for`.
    """
    policy.rule_for(asset, by, Rendition.PUBLICATION, channel)
    cut = cuts.cut_for(asset, channel)
    facts = {"asset": asset, "channel": channel, "x": cut.focus[0], "y": cut.focus[1]}
    return _ordered(_key_of_cut(asset, cut), by, facts)


def order_poster(poster, by):
    """As `order`, for a poster. Raises Refused as `policy.rule_for_poster`, EngineError as
    `posters.composed`."""
    policy.rule_for_poster(poster, by, Rendition.PUBLICATION)
    composition = posters.composed(poster)
    facts = {"asset": poster.asset, "channel": poster.channel, "poster": poster}
    facts |= {"x": composition.focus[0], "y": composition.focus[1]}
    return _ordered(_key_of_poster(poster, composition), by, facts)


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
    return ChannelFile.objects.filter(key=_key_of_cut(asset, cut)).first()


def is_stale(row):
    """Whether a file ordered today would be another one."""
    try:
        if row.poster is None:
            return row.key != _key_of_cut(row.asset, cuts.cut_for(row.asset, row.channel))
        return row.key != _key_of_poster(row.poster, posters.composed(row.poster))
    except EngineError:  # its words don't fit any more: no such file would be made
        return True
    except blobs.BlobMissing:  # nobody can say; whoever wants the file hears of the missing picture
        return False


def enlargement_of(row):
    """The Enlargement by which a file is made. Raises as `posters.composed`."""
    if row.poster:
        return posters.enlargement_for(row.poster, posters.composed(row.poster))
    return _enlargement_of_cut(row.asset, row.channel, (row.x, row.y))


def seconds_for(way, channel):
    """About how many seconds a worker takes for a file that is enlarged this way."""
    width, height = channel.file_size
    return way.seconds + width * height / 1e6 * _SECONDS_TO_WRITE[channel.form]


def _enlargement_of_cut(asset, channel, focus):
    size = channel.file_size
    return downloads.enlargement_for(asset.scene, size, focus, downloads.most_pixels(size))


def _key_of_cut(asset, cut):
    way = _enlargement_of_cut(asset, cut.channel, cut.focus)
    return _key(asset, cut.channel, cut.focus, cut.place, enlarged_by=way.facts)


def _key_of_poster(poster, composition):
    place = composition.plan.label
    way = posters.enlargement_for(poster, composition)
    more = {"poster": poster.pk, "enlarged_by": way.facts}
    return _key(poster.asset, poster.channel, composition.focus, place, **more)


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
            for name in ("slug", "form", "max_bytes", "dpi", "profile_sha256")
        },
        "bleed_mm": float(channel.bleed_mm),  # 0 and 0.0 are written in two ways
    }
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()


def make(row):
    """What the worker does: make, sign and store the file.

    Raises EngineError, Refused: file-stale where a setting was changed since it was ordered.
    """
    if row.poster:
        policy.rule_for_poster(row.poster, row.asked_by, Rendition.PUBLICATION)
        labelled = posters.labelled_file(row.poster, Rendition.PUBLICATION)
    else:
        policy.rule_for(row.asset, row.asked_by, Rendition.PUBLICATION, row.channel)
        labelled = downloads.labelled_file(row.asset, row.channel, focus=(row.x, row.y))
    _check_current(row)
    way = enlargement_of(row)
    sha256 = blobs.put_bytes(labelled.content)
    row.finish(
        content_sha256=sha256,
        name=labelled.name,
        byte_count=len(labelled.content),
        made_at=timezone.now(),
        enlarged_by=way.facts,
    )
    _tell(row, "file-ready")


def fail(row, code, **facts):
    """Note why it was not made, and tell who asked for it."""
    with transaction.atomic():
        row.fail(code, **facts)
        _tell(row, "file-failed", why=in_each_language(lambda: str(problems.sentence(code, facts))))


def _tell(row, code, **facts):
    of = row.poster or row.asset
    url, channel = of.get_absolute_url(), name_of(row.channel)
    sending.tell([row.asked_by], code, url=url, name=name_of(of), channel=channel, **facts)


def deliver(row, person):
    """The OutgoingFile of a row that is ready, and its Download. Raises Refused as `rule_for`,
    and file-stale."""
    _check_current(row)
    form = downloads.file_form(row.channel)
    content = blobs.local(row.content_sha256, row.name).read_bytes()
    labelled = OutgoingFile(content, row.name, form.content_type, *row.channel.file_size)
    if row.poster:
        posters.note(row.poster, person, Rendition.PUBLICATION, labelled)
    else:
        downloads.note(row.asset, person, Rendition.PUBLICATION, row.channel, labelled)
    return labelled


def _check_current(row):
    if is_stale(row):
        raise Refused("file-stale", channel=str(row.channel))


def forget_old():
    """Let go of files that nobody needs kept: old ones can be made again, stale ones are no use."""
    ended = timezone.now() - timedelta(days=settings.CHANNEL_FILE_DAYS)
    finished = ChannelFile.objects.filter(
        state__in=(ChannelFileState.READY, ChannelFileState.FAILED)
    ).select_related("asset__scene__cutout", "channel", "poster")
    gone = [row.pk for row in finished if _is_old(row, ended) or is_stale(row)]
    rows = ChannelFile.objects.filter(pk__in=gone)
    hashes = list(rows.values_list("content_sha256", flat=True))
    rows.delete()
    return housekeeping.discard_unnamed(hashes)


def _is_old(row, ended):
    return row.made_at is not None and row.made_at < ended
