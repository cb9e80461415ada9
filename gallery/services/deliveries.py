"""Several pictures for several channels in one zip, made while it is sent."""

import csv
import io
import itertools
import json
import logging
import zipfile
from dataclasses import asdict, dataclass, replace

from django.db import DatabaseError
from django.utils import timezone
from django.utils.translation import gettext as _

from brandstudio.core import blobs
from brandstudio.core.blobs import disk
from brandstudio.core.problems import Refused
from brandstudio.core.services import sending
from gallery import problems
from gallery.models import Asset, Rendition
from gallery.problems import REFUSALS
from gallery.services import (
    channel_files,
    cuts,
    downloads,
    finishing,
    posters,
    zip_deliveries,
)

logger = logging.getLogger(__name__)

MOST_IMAGES, MOST_CHANNELS = 60, 20  # in one zip


@dataclass(frozen=True)
class Line:
    """A file of the manifest, or why there is none. It travels: no prompts, no people's names.

    car_cut_off, car_covered: percent of the car that its cut leaves out, and that the platform's
    own buttons and words hide. wheels_cut: whether it goes through the wheels. None for a poster,
    which is laid out by a person, and for what has no picture. being_made: whether a worker was
    asked for it.
    """

    file: str
    asset: int
    poster: int | None
    channel: str
    channel_name: str
    width: int
    height: int
    dpi: int
    bytes: int
    sha256: str
    producer: str
    produce_id: str
    source_type: str
    car_cut_off: int | None
    car_covered: int | None
    wheels_cut: bool | None
    left_out: str = ""
    being_made: bool = False


class _Outlet(io.RawIOBase):
    """What a zip is written to; `taken` gives what came since and forgets it."""

    def __init__(self):
        self._parts = []
        self._written = 0

    def writable(self):
        return True

    def write(self, data):
        self._parts.append(bytes(data))
        self._written += len(data)
        return len(data)

    def tell(self):
        return self._written

    def taken(self):
        parts, self._parts = self._parts, []
        return b"".join(parts)


def zip_parts(cells, delivery, anew=(), carless=(), chosen_posters=()):
    """The zip's bytes in parts: each file, then manifest.csv, manifest.json and what to declare.

    The first file is made at once, so that a zip without any is refused: raises Refused, zip-empty;
    zip-being-made where a worker makes some of them now.

    cells: [(asset, channel)]. chosen_posters: Posters. One that may not leave (any
    more), or can't be made for its channel, is left out and named in the manifest; so is a large
    file that is not made yet, which is ordered. anew: cells that wait for their own picture and are
    left out too. carless: those that are sent though the cut leaves no car; others are left out.
    delivery: the ZipDelivery of who asked, which says how far it is. It ends with the zip; a notice
    tells besides what is not in it, since the page may be gone by then.
    """
    items = [(asset, channel, None) for asset, channel in cells]
    items += [(poster.asset, poster.channel, poster) for poster in chosen_posters]
    made = _noted(_made(items, delivery.person, anew, carless), delivery)
    begun = []
    for one in made:
        begun.append(one)
        if one[0]:
            channels = dict.fromkeys(channel for _asset, channel, _poster in items)
            return _parts(itertools.chain(begun, made), channels, delivery)
    if ordered := [line.channel_name for _file, line in begun if line.being_made]:
        raise Refused("zip-being-made", channels=", ".join(dict.fromkeys(ordered)))
    raise Refused("zip-empty", why=begun[0][1].left_out)


def _made(items, person, anew, carless):
    """Yield (OutgoingFile or None, Line) of each (asset, channel, Poster or None)."""
    for asset, channel, poster in items:
        if poster is None and (asset, channel) in anew:
            yield _waits(asset, channel)
        else:
            needs_car = poster is None and (asset, channel) not in carless
            yield _one(asset, channel, person, poster, needs_car=needs_car)


def _noted(made, delivery):
    """Pass on what `_made` yields, and note each in the delivery."""
    for labelled, line in made:
        zip_deliveries.note(delivery, line)
        yield labelled, line


def _parts(made, channels, delivery):
    is_whole = False
    try:
        yield from _written(made, channels, delivery)
        is_whole = True
    finally:  # who asked may leave in the middle
        zip_deliveries.end(delivery, is_whole=is_whole)


def _written(made, channels, delivery):
    outlet = _Outlet()
    lines = []
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for labelled, line in made:
            lines.append(line)
            if labelled:
                archive.writestr(labelled.name, labelled.content)
                yield outlet.taken()
        for paper, content in _papers(lines, channels).items():
            archive.writestr(paper, content, zipfile.ZIP_DEFLATED)
    yield outlet.taken()
    try:
        _tell_of_missing(lines, delivery)
    except DatabaseError as error:
        if not disk.is_full(error):
            raise
        logger.warning("No notice tells what the zip %s leaves out: %s", delivery.name, error)


def _tell_of_missing(lines, delivery):
    """A notice, since who asked may have left the page by then."""
    missing = [line for line in lines if line.left_out]
    if missing:
        first = missing[0]
        sending.tell(
            [delivery.person],
            "zip-left-out",
            url=Asset.objects.get(pk=first.asset).get_absolute_url(),
            name=delivery.name,
            missing=len(missing),
            count=len(lines),
            channel=first.channel_name,
            why=first.left_out,
        )


def among(cells, keys):
    """Those of the cells, [(asset, channel)], that a form's keys name.

    keys: "12-moments", the asset's number and the channel's slug. Others are passed over.
    """
    return [cell for cell in cells if f"{cell[0].pk}-{cell[1].slug}" in keys]


def _waits(asset, channel):
    return None, _line(asset, channel, None, _("It is to be painted anew in this shape."))


def _one(asset, channel, person, poster, *, needs_car):
    """(OutgoingFile or None, Line) of a picture, or of a poster with it, for a channel."""
    try:
        is_painted = bool(asset.image_sha256)
        if needs_car and is_painted and cuts.cut_for(asset, channel).is_gone:
            raise Refused("car-cut-off")
        labelled = _delivered(asset, channel, person, poster)
    except (*REFUSALS, blobs.BlobMissing, OSError, DatabaseError) as error:
        line = _line(asset, channel, None, _why_left_out(error), poster)
        return None, replace(line, being_made=getattr(error, "code", "") == "file-large")
    return labelled, _line(asset, channel, labelled, poster=poster)


def _why_left_out(error):
    """The sentence for a fault of one file; a zip that breaks off in the middle would be worse."""
    if isinstance(error, blobs.BlobMissing):
        return problems.sentence("picture-file-missing", {})
    if disk.is_full(error):
        return problems.sentence("no-room-for-file", {})
    if not isinstance(error, REFUSALS):
        raise error
    return str(problems.of(error))


def _delivered(asset, channel, person, poster):
    if not downloads.is_large(channel):
        if poster:
            return posters.deliver(poster, person, Rendition.PUBLICATION)
        return downloads.deliver(asset, person, Rendition.PUBLICATION, channel)
    if poster:
        row = channel_files.order_poster(poster, person)
    else:
        row = channel_files.order(asset, channel, person)
    if not row.is_ready:
        raise Refused("file-large", channel=str(channel))
    return channel_files.deliver(row, person)


def _line(asset, channel, labelled, left_out="", poster=None):
    mark = finishing.mark_of(asset, poster)
    width, height = (labelled.width, labelled.height) if labelled else channel.file_size
    return Line(
        file=labelled.name if labelled else "",
        asset=asset.pk,
        poster=poster.pk if poster else None,
        channel=channel.slug,
        channel_name=str(channel),
        width=width,
        height=height,
        dpi=channel.dpi,
        bytes=len(labelled.content) if labelled else 0,
        sha256=labelled.sha256 if labelled else "",
        producer=mark.producer,
        produce_id=mark.produce_id,
        source_type=finishing.source_type_of(asset.scene, poster),
        **_of_the_car(asset, channel, poster),
        left_out=left_out,
    )


def _of_the_car(asset, channel, poster):
    """{column of a Line: what the cut and the platform leave of the car}."""
    nothing = dict.fromkeys(("car_cut_off", "car_covered", "wheels_cut"))
    if poster or not asset.image_sha256:
        return nothing
    try:
        cut = cuts.cut_for(asset, channel)
    except (blobs.BlobMissing, OSError):  # named as what is left out
        return nothing
    return {
        "car_cut_off": round(cut.lost * 100),
        "car_covered": round(cut.hidden * 100),
        "wheels_cut": cut.loses_wheels,
    }


def _papers(lines, channels):
    """{name: text} of what goes along with the files."""
    rows = [asdict(line) for line in lines]
    table = io.StringIO()
    writer = csv.DictWriter(table, fieldnames=list(rows[0]) if rows else [])
    writer.writeheader()
    writer.writerows(rows)
    made = {"made_at": timezone.localtime().isoformat(timespec="seconds"), "files": rows}
    papers = {
        "manifest.csv": "\ufeff" + table.getvalue(),  # so that spreadsheets read it as UTF-8
        "manifest.json": json.dumps(made, ensure_ascii=False, indent=2),
    }
    words = [f"{channel}\n{channel.declaration}\n" for channel in channels if channel.declaration]
    if words:
        heading = _("What to declare where these files are published")
        papers["declarations.txt"] = "\n".join([heading, "", *words])
    return papers


def zip_name(assets, moment):
    """What the zip is called: "studio-3-pictures-20260501-1430.zip"."""
    return f"studio-{len(assets)}-pictures-{timezone.localtime(moment):%Y%m%d-%H%M}.zip"
