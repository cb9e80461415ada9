"""Decisions that stand against a picture: what was decided, why, by whom and when."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format

from brandstudio.core.models import AuditEntry, User
from brandstudio.core.problems import in_each_language
from gallery.models import Asset, AssetReview


@dataclass(frozen=True)
class Decision:
    """what: DECLINED or WITHDRAWN. by, at: None where nobody noted it."""

    asset: Asset
    what: AssetReview
    reason: str
    by: User | None
    at: datetime | None

    @property
    def facts(self):
        """What a sentence about it names, to be kept for readers of each language."""
        return {
            "name": in_each_language(lambda: self.asset.title),
            "number": self.asset.pk,
            "reason": self.reason or "–",
            "day": in_each_language(self._day) if self.at else "–",
        }

    @property
    def moment(self):
        """Seconds since the epoch, to sort by; 0 where nobody noted when."""
        return self.at.timestamp() if self.at else 0

    def _day(self):
        return date_format(timezone.localtime(self.at), "SHORT_DATE_FORMAT")


def latest(decisions):
    """The one that was made last."""
    return max(decisions, key=lambda decision: decision.moment)


def decisions_of(assets):
    """{key: Decision} of those of these assets that are barred, in one query for all."""
    barred = {str(asset.pk): asset for asset in assets if asset.barred}
    entries = AuditEntry.objects.filter(
        subject_kind=Asset._meta.label_lower,
        subject_id__in=barred,
        target__in=[asset.barred for asset in barred.values()],
    )
    latest = {}
    for entry in entries.select_related("actor").order_by("pk"):
        if entry.target == barred[entry.subject_id].barred:
            latest[entry.subject_id] = entry
    return {asset.pk: _decision(asset, latest.get(key)) for key, asset in barred.items()}


def _decision(asset, entry):
    declined = asset.barred == AssetReview.DECLINED
    return Decision(
        asset,
        asset.barred,
        asset.declined_why if declined else asset.review_reason,
        entry.actor if entry else None,
        entry.at if entry else None,
    )
