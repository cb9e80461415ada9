from itertools import combinations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.states import move

from .review import OwnWork
from .style import StyleVersion


class PairState(models.TextChoices):
    UNTESTED = "untested", _("untested")
    TESTING = "testing", _("being tested")
    TESTED = "tested", _("tested")
    FORBIDDEN = "forbidden", _("forbidden")


class PackPairQuerySet(models.QuerySet):
    def among(self, versions):
        """Those both of whose versions are among these."""
        keys = {version.pk for version in versions}
        return self.filter(first__in=keys, second__in=keys)

    def of(self, one, other):
        """The pair of two versions, stored or not: an untested one has no row yet."""
        first, second = sorted((one, other), key=lambda version: version.pk)
        pair = self.filter(first=first, second=second).select_related(*_SHOWN).first()
        return pair or PackPair(first=first, second=second)

    def every(self, versions):
        """The pairs of these versions that share a base, stored or not."""
        rows = self.among(versions).select_related(*_SHOWN)
        stored = {(pair.first_id, pair.second_id): pair for pair in rows}
        ordered = sorted(versions, key=lambda version: version.pk)
        return [
            stored.get((first.pk, second.pk)) or PackPair(first=first, second=second)
            for first, second in combinations(ordered, 2)
            if first.base_id == second.base_id and first.pack_id != second.pack_id
        ]


_SHOWN = ("first__pack", "first__base", "second__pack", "second__base", "decided_by")


class PackPair(models.Model):
    """Two style versions of one base, in no order: whether, and how strong, they may be mixed.

    A new version of either pack makes another pair, which nobody has tested.
    """

    first = models.ForeignKey(StyleVersion, models.PROTECT, related_name="+")
    second = models.ForeignKey(StyleVersion, models.PROTECT, related_name="+")
    first_id: int
    second_id: int
    state = models.CharField(max_length=10, choices=PairState, default=PairState.UNTESTED)
    limit = models.FloatField(  # each strength as a share of its band's greatest (engine, mixing)
        _("greatest sum of both shares"), null=True, blank=True
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = PackPairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of packs")
        verbose_name_plural = _("pairs of packs")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="pair_once"),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="pair_in_order"),
            models.CheckConstraint(
                condition=~Q(state=PairState.TESTED) | Q(limit__gt=0, decided_by__isnull=False),
                name="pair_tested_with_limit",
            ),
            models.CheckConstraint(
                condition=~Q(state=PairState.FORBIDDEN)
                | Q(decided_by__isnull=False) & ~Q(reason=""),
                name="pair_forbidden_with_reason",
            ),
        ]

    def __str__(self):
        return f"{self.first.pack} + {self.second.pack}"

    def get_absolute_url(self):
        return reverse("gallery:pair-detail", args=[self.first_id, self.second_id])

    @property
    def versions(self):
        return self.first, self.second

    @property
    def author_ids(self):
        """Keys of the people whose work either version is: none of them decides alone."""
        return self.first.author_ids | self.second.author_ids

    @property
    def is_forbidden(self):
        return self.state == PairState.FORBIDDEN

    @property
    def is_tested(self):
        return self.state == PairState.TESTED

    def begin_test(self, by):
        """Its grid is ordered; until somebody decides, it is held to its bands as before."""
        move(self, PairState.TESTING, sources=[PairState.UNTESTED], by=by)

    def allow(self, by, limit, reason=""):
        """limit: the greatest sum of both strengths' shares of their bands, > 0."""
        self._decide(PairState.TESTED, by, reason, limit=limit)

    def forbid(self, by, reason):
        """Raises ValueError without a reason, for whoever wants to mix them must know it."""
        if not reason.strip():
            raise ValueError("Forbidding a pair needs a reason.")
        self._decide(PairState.FORBIDDEN, by, reason, limit=None)

    def _decide(self, target, by, reason, **changes):
        if by.pk in self.author_ids:
            raise OwnWork(self, target)
        move(
            self,
            target,
            sources=tuple(PairState),
            by=by,
            why=reason,
            # Two admins who look at one page don't undo each other unseen.
            guard={"decided_at": self.decided_at},
            decided_by=by,
            decided_at=timezone.now(),
            reason=reason,
            **changes,
        )
