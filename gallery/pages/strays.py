"""Pictures that stray from their campaign, in words."""

from dataclasses import dataclass

from django.utils.translation import gettext, gettext_noop

from brandstudio.core.models import User
from gallery.engine import drift
from gallery.models import Asset, DriftCheck

_WORDS = {
    drift.PALETTE: gettext_noop("Its colours are unlike those of the campaign."),
    drift.STYLE: gettext_noop("Its style is unlike that of the campaign."),
    drift.VEHICLE: gettext_noop("It shows a vehicle that is not one of the campaign's."),
    drift.BODY: gettext_noop("Its car looks like another body than that of its vehicle."),
}


@dataclass(frozen=True)
class Stray:
    """A picture that strays. words: sentences that say why. why, by: who let it pass, or None."""

    asset: Asset
    words: list[str]
    why: str
    by: User | None


def strays_of(campaign, person):
    """The Strays of a campaign that this person may see, those that nobody let pass first."""
    visible = Asset.objects.visible_to(person).titled().select_related("scene__channel")
    checks = DriftCheck.objects.filter(campaign=campaign).exclude(reasons={})
    checks = {check.asset_id: check for check in checks.select_related("dismissed_by")}
    assets = visible.defer("preview", "lineage").filter(pk__in=checks).order_by("-made_at", "-pk")
    strays = [_stray(asset, checks[asset.pk]) for asset in assets]
    return sorted(strays, key=lambda stray: bool(stray.why))


def mark_strays(assets):
    """Give each picture `.stray`: its Stray that nobody let pass, or None."""
    checks = DriftCheck.objects.marked().filter(asset__in=[asset.pk for asset in assets])
    by_asset = {check.asset_id: check for check in checks}
    for asset in assets:
        asset.stray = _stray(asset, by_asset[asset.pk]) if asset.pk in by_asset else None


def _stray(asset, check):
    words = [gettext(_WORDS[reason]) for reason in _WORDS if reason in check.reasons]
    return Stray(asset, words, check.dismissed_why, check.dismissed_by)
