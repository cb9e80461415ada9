"""What the page that asked for a zip says of it, while it is made and afterwards."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from gallery.models import Asset
from gallery.services import zip_deliveries


@dataclass(frozen=True)
class ZipTold:
    """What has become of a zip. is_made: it is under way. is_good: all files are in it. left_out:
    [(Asset, or None where the person may not see it any more, channel's name, why)]."""

    sentence: str
    is_made: bool = False
    is_good: bool = False
    left_out: list = field(default_factory=list)


def zip_told(person, token):
    """The ZipTold of the zip that a person's page asked for under this token."""
    row = zip_deliveries.of_page(person, token)
    if row is None:
        return ZipTold(_("The zip is being made …"), is_made=True)
    return ZipTold(
        _sentence_of(row),
        is_made=not row.is_over,
        is_good=row.is_whole and not row.left_out,
        left_out=_named(row.left_out, person) if row.is_over else [],
    )


def tag_of(person, token):
    """What changes with what `zip_told` says; None where no such zip has begun."""
    row = zip_deliveries.of_page(person, token)
    return row and f"{token}-{row.sent}-{len(row.left_out)}-{row.is_over}-{row.is_whole}"


def _named(left_out, person):
    keys = {line["asset"] for line in left_out}
    assets = Asset.objects.visible_to(person).titled().in_bulk(keys)
    return [(assets.get(line["asset"]), line["channel"], line["why"]) for line in left_out]


def _sentence_of(row):
    if not row.is_over:
        said = _("The zip is being made: {sent} of {asked} files are in it.")
    elif row.is_whole and row.left_out:
        said = _("{name}: {sent} of {asked} files are in it. Left out:")
    elif row.is_whole:
        said = ngettext(
            "{name}: the one file is in it.", "{name}: all {asked} files are in it.", row.asked
        )
    elif row.sent:
        said = _("The zip broke off after {sent} of {asked} files. Download it once more.")
    else:
        said = _("No zip was made.")
    return said.format(name=row.name, sent=row.sent, asked=row.asked)
