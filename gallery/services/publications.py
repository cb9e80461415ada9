"""Where files were published: noted, taken back, and told as a table."""

from django.db import transaction
from django.db.models import Prefetch
from django.utils import timezone
from django.utils.translation import gettext as _

from brandstudio.core.input import territories
from brandstudio.core.models import AuditEntry
from brandstudio.core.problems import Refused
from brandstudio.core.services import spreadsheet
from gallery.models import Asset, Download, Publication, Rendition
from gallery.services import finishing


def files_that_left(asset):
    """The publication files of a picture that left, the newest first."""
    files = Download.objects.filter(asset=asset, rendition=Rendition.PUBLICATION)
    return files.select_related("channel", "person", "poster")


@transaction.atomic
def note(form, by):
    """Store a valid PublicationForm. Raises Refused("publication-twice")."""
    row = form.instance
    row.by = by
    twice = Publication.objects.filter(
        download__asset=row.download.asset_id,
        download__channel=row.download.channel_id,
        address=row.address,
        place=row.place,
    )
    if twice.exists():
        raise Refused("publication-twice", where=row.where)
    row.save(force_insert=True)
    AuditEntry.objects.record(row.download.asset, "", "published", by=by, **_facts(row))
    return row


@transaction.atomic
def take_back(row, by):
    """Remove a publication that was noted wrongly; the history keeps it."""
    AuditEntry.objects.record(row.download.asset, "published", "unpublished", by=by, **_facts(row))
    row.delete()


def _facts(row):
    return {"where": row.where, "day": row.day.isoformat()}


def report_csv(campaign, person):
    """The bytes of a table: each file of the campaign's pictures that left, with each place where
    it was published; of the pictures that this person may see."""
    assets = Asset.objects.visible_to(person).filter(campaign=campaign)
    downloads = (
        Download.objects.filter(asset__in=assets.values("pk"))
        .select_related("person", "channel", "rule", "poster")
        .prefetch_related(
            "publications__by",
            Prefetch("asset", Asset.objects.titled().select_related("scene__init_image_asset")),
        )
        .order_by("at", "pk")
    )
    rows = [
        _row(download, publication)
        for download in downloads
        for publication in list(download.publications.all()) or [None]
    ]
    return spreadsheet.csv_bytes([str(heading) for heading in _headings()], rows)


def _headings():
    return (
        _("picture no."),
        _("picture"),
        _("vehicle"),
        _("state now"),
        _("channel"),
        _("form"),
        _("width, px"),
        _("height, px"),
        _("downloaded by"),
        _("downloaded at (time in %(zone)s)") % {"zone": timezone.get_current_timezone_name()},
        _("content"),
        _("kind of file"),
        _("let through by"),
        _("use"),
        _("territory"),
        _("visible label"),
        _("producer"),
        _("number in the mark"),
        _("SHA-256 of the file"),
        _("address of the post"),
        _("place in words"),
        _("published on"),
        _("noted by"),
    )


def _row(download, publication):
    asset = download.asset
    return (
        asset.pk,
        str(asset),
        str(asset.scene.vehicle or ""),
        str(asset.get_review_display()),
        str(download.channel or ""),
        download.form,
        download.width,
        download.height,
        download.person.shown_name,
        timezone.localtime(download.at).isoformat(timespec="seconds"),
        download.content,
        str(download.get_rendition_display()),
        str(download.rule or ""),
        str(download.get_use_display()),
        territories.shown(download.territory),
        download.label,
        download.producer,
        finishing.produce_id_of(asset, download.poster),
        download.sha256,
        publication.address if publication else "",
        publication.place if publication else "",
        publication.day.isoformat() if publication else "",
        publication.by.shown_name if publication else "",
    )
