"""The four-eyes rule, shared by style versions and prompt templates."""

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import WrongState
from brandstudio.core.models.states import move, update_as_last_seen

HELD_NOW = "held"  # how a list shows what was approved and may not be used or leave now


class ReviewState(models.TextChoices):
    DRAFT = "draft", _("draft")
    IN_REVIEW = "in_review", _("in review")
    APPROVED = "approved", _("approved")
    RETIRED = "retired", _("retired")


class ReviewQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(state=ReviewState.APPROVED)

    def in_review(self):
        return self.filter(state=ReviewState.IN_REVIEW)


class OwnWork(WrongState):
    """Nobody approves what they made, last edited or submitted themselves."""


class Reviewed(models.Model):
    """draft → in review → approved → retired; in review → draft with a reason."""

    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.DRAFT)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    edited_by = models.ForeignKey(  # last; the maker at first. None: from before this was noted
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    edited_by_id: int | None
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    remarks = models.TextField(_("remarks"), blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        if self._state.adding and self.edited_by_id is None:
            self.edited_by_id = self.made_by_id
        super().save(*args, **kwargs)

    @property
    def author_ids(self):
        """Keys of the people whose work this is: none of them may approve it."""
        return {self.made_by_id, self.edited_by_id, self.submitted_by_id} - {None}

    def edit(self, by, **changes):
        """Write columns of a draft, as they stand in `changes`. Raises WrongState elsewhere."""
        update_as_last_seen(
            self, {"state": ReviewState.DRAFT}, {**changes, "edited_by": by}, target="edited"
        )

    def submit(self, by):
        move(
            self,
            ReviewState.IN_REVIEW,
            sources=[ReviewState.DRAFT],
            by=by,
            submitted_by=by,
            submitted_at=timezone.now(),
            remarks="",
        )

    def approve(self, by, remarks="", *, facts=None, **changes):
        """facts: kept with the decision. changes: columns that the reviewer sets with it."""
        if by.pk in self.author_ids:
            raise OwnWork(self, ReviewState.APPROVED)
        self._decide(ReviewState.APPROVED, by, remarks, facts=facts, **changes)

    def send_back(self, by, reason):
        """Back to draft. Raises ValueError without a reason, for the designer must know it."""
        if not reason.strip():
            raise ValueError("Sending back needs a reason.")
        self._decide(ReviewState.DRAFT, by, reason)

    def retire(self, by, reason):
        """No longer to be used. Raises ValueError without a reason: those who used it will ask."""
        if not reason.strip():
            raise ValueError("Retiring needs a reason.")
        move(self, ReviewState.RETIRED, sources=[ReviewState.APPROVED], by=by, why=reason)

    def bring_back(self, by, reason):
        """Approved again, as it was before it was retired."""
        move(self, ReviewState.APPROVED, sources=[ReviewState.RETIRED], by=by, why=reason)

    def _decide(self, target, by, remarks, *, facts=None, **changes):
        move(
            self,
            target,
            sources=[ReviewState.IN_REVIEW],
            by=by,
            why=remarks,
            facts=facts,
            # Sent back, edited and submitted anew, it is not what was decided on any more.
            guard={
                "submitted_at": self.submitted_at,
                "submitted_by": self.submitted_by_id,
                "edited_by": self.edited_by_id,
            },
            reviewed_by=by,
            reviewed_at=timezone.now(),
            remarks=remarks,
            **changes,
        )

    @staticmethod
    def four_eyes(name):
        return models.CheckConstraint(
            condition=~models.Q(state=ReviewState.APPROVED)
            | models.Q(reviewed_by__isnull=False)
            & ~models.Q(reviewed_by=models.F("submitted_by"))
            & (
                # Rows from before the editor was noted are as they were approved.
                models.Q(edited_by__isnull=True)
                | ~models.Q(reviewed_by=models.F("edited_by"))
                & ~models.Q(reviewed_by=models.F("made_by"))
            ),
            name=name,
        )
