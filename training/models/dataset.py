from collections.abc import Callable
from functools import reduce
from operator import or_

from django.conf import settings
from django.db import models, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import Binnable, BinQuerySet, RightsQuerySet, WithRights, WrongState
from brandstudio.core.models.fields import BlobField, LineField
from brandstudio.core.models.states import update_as_last_seen
from training.engine.prompts import letters

from .base_model import Kind


class DatasetQuerySet(BinQuerySet):
    def visible_to(self, person):
        """Designers see their own, admins see all; training pictures concern nobody else."""
        if person.is_brand_admin:
            return self.not_binned()
        return self.not_binned().filter(owner=person) if person.is_designer else self.none()

    def with_counts(self):
        """Each with its counts, newest first: a query that groups knows no usual order."""

        def count(**conditions):
            here = models.Q(images__removed_at=None, **conditions)
            return models.Count("images", filter=here)

        rows = self.annotate(
            image_count=count(),
            missing_count=count(images__caption_state=CaptionState.MISSING),
            drafted_count=count(images__caption_state=CaptionState.DRAFTED),
            checked_count=count(images__caption_state=CaptionState.CHECKED),
        )
        return rows.order_by(*self.model._meta.ordering)

    def with_covers(self, count=4):
        """Each with its first pictures as `covers`."""
        first = TrainingImage.objects.order_by("name", "pk")[:count]
        return self.prefetch_related(models.Prefetch("images", first, to_attr="covers"))


class Dataset(Binnable):
    OWNER = "owner"

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE)
    name = LineField(_("name"), max_length=120)
    description = models.TextField(_("description"), blank=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="datasets")
    trigger_word = LineField(
        _("trigger word"),
        max_length=60,
        blank=True,
        help_text=_(
            "An invented word that calls the style, such as lnink. It opens every caption."
        ),
    )
    made_at = models.DateTimeField(auto_now_add=True)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        verbose_name = _("dataset")
        verbose_name_plural = _("datasets")
        ordering = ["-made_at", "-pk"]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("training:dataset-detail", args=[self.pk])


class CaptionState(models.TextChoices):
    MISSING = "missing", _("missing")
    DRAFTED = "drafted", _("drafted")
    CHECKED = "checked", _("checked")


# Each tells what was made of training pictures, as a condition of these (gallery adds its own).
REACHES: list[Callable[[], models.Q]] = []


class TrainingImageQuerySet(RightsQuerySet):
    def visible_to(self, person):
        return self.filter(dataset__in=Dataset.objects.visible_to(person))

    def captioned(self):
        return self.exclude(caption_state=CaptionState.MISSING)


class InDatasetManager(
    models.Manager.from_queryset(TrainingImageQuerySet)  # type: ignore[misc]  # made as it runs
):
    def get_queryset(self):
        """Without those that were taken out."""
        return super().get_queryset().filter(removed_at=None)


class TrainingImage(WithRights):
    """One picture of a dataset with its caption, screening report and rights.

    `original_sha256` names the file as it came, `image_sha256` the upright sRGB copy that is
    trained on, `thumb_sha256` a small WebP for lists. All three are blobs. `agreement` is what
    CLIP said of picture and caption together (`engine.agreement`), and of which caption.
    """

    dataset = models.ForeignKey(Dataset, models.CASCADE, related_name="images")
    name = models.CharField(_("file name"), max_length=255)
    # Where it lay in a zip or folder, as "/red/001.jpg": captions sent later speak of it by that.
    sent_as = models.CharField(max_length=400, blank=True)
    original_sha256 = BlobField()
    image_sha256 = BlobField()
    thumb_sha256 = BlobField()
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    caption = models.TextField(_("caption"), blank=True)
    caption_state = models.CharField(
        max_length=10, choices=CaptionState, default=CaptionState.MISSING
    )
    report = models.JSONField(_("screening report"), default=dict, blank=True)
    agreement = models.JSONField(default=dict, blank=True)
    shows_people = models.BooleanField(_("people or plates visible"), default=False)
    added_at = models.DateTimeField(auto_now_add=True)
    # Taken out of the dataset. The row stays where a snapshot holds the picture, or where it may
    # not be used: its rights go on.
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InDatasetManager()
    with_removed = TrainingImageQuerySet.as_manager()

    class Meta:
        verbose_name = _("training image")
        verbose_name_plural = _("training images")
        ordering = ["name", "pk"]
        indexes = [
            # What any row of this hash reached.
            models.Index(fields=["image_sha256"], name="image_hash"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "original_sha256"],
                condition=models.Q(removed_at=None),
                name="image_once_per_dataset",
            ),
            models.UniqueConstraint(
                fields=["dataset", "name"],
                condition=models.Q(removed_at=None),
                name="image_name_once_per_dataset",
            ),
            models.CheckConstraint(
                condition=models.Q(caption_state=CaptionState.MISSING) ^ ~models.Q(caption=""),
                name="image_caption_missing_means_empty",
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def used_condition(cls):
        return reduce(or_, (condition() for condition in REACHES), models.Q(pk__in=[]))

    @property
    def thumb_url(self):
        """Its picture, small, for pages."""
        return reverse("training:image-file", args=[self.pk, "thumb"])

    def draft(self, caption):
        """A machine's caption; it never replaces one that a person has checked."""
        if self.caption_state == CaptionState.CHECKED:
            raise WrongState(self, CaptionState.DRAFTED)
        self._caption(caption, CaptionState.DRAFTED, by=None)

    def check_caption(self, caption, by):
        """A person's caption, or their nod to the machine's. An empty one counts as missing."""
        self._caption(caption, CaptionState.CHECKED, by=by)

    def mend(self, caption, by):
        """A word put right: the caption stays a draft, or checked, as it was."""
        state = self.caption_state if self.caption else CaptionState.DRAFTED
        self._caption(caption, state, by=by)

    def uncheck(self, by):
        """Back to a draft: somebody must look again."""
        if self.caption_state == CaptionState.CHECKED:
            self._caption(self.caption, CaptionState.DRAFTED, by=by)

    def restore(self, revision, by):
        """Back to what the caption said before that revision replaced it."""
        self._caption(revision.text, revision.state, by=by)

    def undo(self, by):
        """Back to the text and state before the last change; once more brings the change back."""
        if revision := self.revisions.first():
            self.restore(revision, by=by)

    @property
    def is_checked(self):
        return self.caption_state == CaptionState.CHECKED

    def _caption(self, caption, state, by):
        caption = letters.one_line(caption)
        if not caption:
            state = CaptionState.MISSING
        if (caption, state) == (self.caption, self.caption_state):
            return
        # Guarded by the text this object saw: of two people who edit one caption, the second is
        # told instead of overwriting the first unseen.
        with transaction.atomic():
            revision = CaptionRevision(
                image=self, text=self.caption, state=self.caption_state, replaced_by=by
            )
            update_as_last_seen(
                self,
                {"caption": self.caption, "caption_state": self.caption_state},
                {"caption": caption, "caption_state": state},
                target=state,
            )
            revision.save(force_insert=True)


class CaptionRevision(models.Model):
    """What a caption said before it was replaced."""

    image = models.ForeignKey(TrainingImage, models.CASCADE, related_name="revisions")
    text = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=CaptionState)
    replaced_at = models.DateTimeField(default=timezone.now)
    replaced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    batch = models.CharField(max_length=40, blank=True)  # one id for all rows of a bulk edit

    class Meta:
        verbose_name = _("caption revision")
        verbose_name_plural = _("caption revisions")
        ordering = ["-replaced_at", "-pk"]

    def __str__(self):
        return f"{self.image}: {self.text[:40]}"
