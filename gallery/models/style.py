from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models import WrongState
from brandstudio.core.models.fields import BlobField, LineField, ShortNameField
from brandstudio.core.models.vocabulary import Named
from training.models import (
    BaseModel,
    Checkpoint,
    Kind,
    SnapshotImage,
    TrainingImage,
    WeightsContent,
)

from .review import HELD_NOW, Reviewed, ReviewQuerySet, ReviewState
from .tag import PackTag

LEARNED_BARRED = "barred"  # how a list shows what is approved and should be retired
LEAST, MOST = 0, 1.5  # strengths that a band may hold, and that nobody leaves
BAND = ("strength_min", "best_min", "strength", "best_max", "strength_max")


class StylePackQuerySet(models.QuerySet):
    def usable(self):
        """Packs with an approved version: what marketers may pick."""
        return self.filter(versions__state=ReviewState.APPROVED).distinct()


class StylePack(Named):
    """An entry of the shared style library."""

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE)
    slug = ShortNameField(
        unique=True, help_text=_("Stands in prompts as <lora:slug:0.7> and names the file.")
    )
    summary_zh = LineField(_("one line of advice, Chinese"), max_length=200, blank=True)
    summary_en = LineField(_("one line of advice, English"), max_length=200, blank=True)

    tags = models.ManyToManyField(PackTag, blank=True, related_name="packs", verbose_name=_("tags"))

    objects = StylePackQuerySet.as_manager()

    class Meta:
        verbose_name = _("style pack")
        verbose_name_plural = _("style packs")
        ordering = ["slug"]

    def get_absolute_url(self):
        return reverse("gallery:pack-detail", args=[self.slug])

    @property
    def summary(self):
        """One line of advice in the reader's language."""
        in_english = (get_language() or "").startswith("en")
        return self.summary_en if in_english else self.summary_zh

    @property
    def approved_version(self):
        """The newest approved version, or None."""
        approved = [v for v in self.versions.all() if v.state == ReviewState.APPROVED]
        return max(approved, key=lambda v: v.number, default=None)


class StyleVersionQuerySet(ReviewQuerySet):
    def tried_by(self, person):
        """The person's own drafts, which nobody else may paint with."""
        if not person.is_designer:
            return self.none()
        return self.filter(state__in=(ReviewState.DRAFT, ReviewState.IN_REVIEW), made_by=person)

    def visible_to(self, person):
        """Designers and admins see all, others what they may use or have used."""
        if person.is_designer or person.is_brand_admin:
            return self
        return self.filter(state__in=(ReviewState.APPROVED, ReviewState.RETIRED))

    def trained_on(self, images):
        """Those whose snapshot holds any of these TrainingImages (a queryset)."""
        return self.filter(checkpoint__in=_checkpoints_of(images))

    def with_weights_of(self, hashes):
        """Those with the weights of one of these files, under whatever name and metadata.

        hashes: SHA-256s of files, or a queryset of one column of them.
        """
        alike = WeightsContent.objects.alike(hashes).values("sha256")
        return self.filter(Q(weights_sha256__in=hashes) | Q(weights_sha256__in=alike))

    def free(self):
        """Those that nothing holds."""
        return self.exclude(pk__in=StyleVersion.objects.held().values("pk"))

    def held(self):
        """Those nobody may use now: recalled, or trained on pictures whose rights have ended; and
        whatever holds the weights of such a one under another name."""
        images = TrainingImage.with_removed.holding()
        versions = StyleVersion.objects.exclude(recalled_at=None)
        versions |= StyleVersion.objects.trained_on(images)
        return self.with_weights_of(versions.values("weights_sha256")) | self.with_weights_of(
            _checkpoints_of(images).values("sha256")
        )


def _checkpoints_of(images):
    """Of the runs that trained on any of these TrainingImages."""
    frozen = SnapshotImage.objects.filter(image_number__in=images.values("pk"))
    return Checkpoint.objects.filter(run__snapshot__in=frozen.values("snapshot"))


class CommercialUse(models.TextChoices):
    """Whether a file from elsewhere may be used for advertising."""

    UNKNOWN = "", _("not known")
    YES = "yes", _("allowed")
    NO = "no", _("not allowed")


class StyleVersion(Reviewed):
    """Immutable weights with the band the brand allows. A change is a new version."""

    pack = models.ForeignKey(StylePack, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField(_("version"))
    checkpoint = models.ForeignKey(
        Checkpoint, models.PROTECT, null=True, blank=True, related_name="versions"
    )
    base = models.ForeignKey(BaseModel, models.PROTECT, related_name="versions")
    weights_sha256 = BlobField()
    size = models.PositiveBigIntegerField()
    trigger_words = models.CharField(_("trigger words"), max_length=120, blank=True)
    changes = LineField(_("what changed"), max_length=200, blank=True)
    origin = models.CharField(  # of a file from elsewhere; ours are known by their checkpoint
        _("file it came from"), max_length=255, blank=True
    )
    # Of a file from elsewhere: what a person has noted of its rights.
    origin_maker = LineField(_("who made the file"), max_length=160, blank=True)
    licence = LineField(_("licence of the file"), max_length=160, blank=True)
    commercial_use = models.CharField(
        _("commercial use"), max_length=3, choices=CommercialUse, blank=True
    )
    # The band: all five or none. It is computed when the strength sheet is done.
    strength_min = models.FloatField(_("least strength allowed"), null=True, blank=True)
    strength_max = models.FloatField(_("greatest strength allowed"), null=True, blank=True)
    best_min = models.FloatField(_("recommended from"), null=True, blank=True)
    best_max = models.FloatField(_("recommended to"), null=True, blank=True)
    strength = models.FloatField(_("default strength"), null=True, blank=True)
    claim = models.JSONField(  # of a bundle: what its sender says, see services.bundles.claim_of
        default=dict, blank=True, editable=False
    )
    recalled_at = models.DateTimeField(null=True, blank=True, editable=False)  # with all it made
    evidence = models.JSONField(  # worker/evidence.py says what is in it
        default=dict, blank=True, help_text=_("Figures per strength, and the band they give.")
    )

    is_held = False  # whether its page found that nobody may use it now: `version_marks.mark`
    learned_barred = False  # from a declined or withdrawn picture: `version_marks.mark`

    objects = StyleVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("style version")
        verbose_name_plural = _("style versions")
        ordering = ["pack", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["pack", "number"], name="version_number_once"),
            Reviewed.four_eyes("version_four_eyes"),
            models.CheckConstraint(
                condition=Q(**{f"{name}__isnull": True for name in BAND})
                | Q(**{f"{name}__isnull": False for name in BAND})
                & Q(strength_min__gte=LEAST)
                & Q(strength_min__lte=F("best_min"))
                & Q(best_min__lte=F("strength"))
                & Q(strength__lte=F("best_max"))
                & Q(best_max__lte=F("strength_max"))
                & Q(strength_max__lte=MOST),
                name="version_band_in_order",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=(ReviewState.IN_REVIEW, ReviewState.APPROVED))
                | Q(strength__isnull=False),
                name="version_band_when_reviewed",
            ),
        ]

    def __str__(self):
        return f"{self.pack} v{self.number}"

    def get_absolute_url(self):
        return reverse("gallery:version-detail", args=[self.pack.slug, self.number])

    def save(self, *args, **kwargs):
        """Content may change in draft only; states change through their own methods."""
        if self.pk:
            before = StyleVersion.objects.only("state").get(pk=self.pk)
            if before.state != ReviewState.DRAFT:
                raise WrongState(self, "changed")
        super().save(*args, **kwargs)

    @property
    def author_ids(self):
        """As of every reviewed row, and whoever ran the training its weights come from."""
        trainer = {self.checkpoint.run.owner_id} if self.checkpoint else set()
        return super().author_ids | trainer

    @property
    def summary(self):
        """One line of advice, from its pack."""
        return self.pack.summary

    @property
    def is_from_elsewhere(self):
        """Whether its weights came as a file, not out of a training here."""
        return self.checkpoint_id is None and bool(self.origin)

    @staticmethod
    def is_possible(strength):
        """Whether the studio lets anybody have this strength, whatever the band."""
        return LEAST <= strength <= MOST

    def may_be_tried_by(self, person):
        """Whether this draft is the person's own, to paint trials with."""
        is_open = self.state in (ReviewState.DRAFT, ReviewState.IN_REVIEW)
        return is_open and person.is_designer and self.made_by_id == person.pk

    @property
    def shown_state(self):
        """Its state as it counts now, as the badge tag wants it."""
        if self.state != ReviewState.APPROVED or not (self.is_held or self.learned_barred):
            return self.state
        return HELD_NOW if self.is_held else LEARNED_BARRED

    @property
    def state_words(self):
        """Its state as people read it: what was approved may be held, or have learned from what
        may be used no longer."""
        words = {
            HELD_NOW: _("approved, held now"),
            LEARNED_BARRED: _("approved, but learned from a picture that may be used no longer"),
        }
        return words.get(self.shown_state) or self.get_state_display()

    @property
    def has_band(self):
        """Whether its strengths are known: not before its sheet is done, nor after a bad one."""
        return self.strength is not None

    @property
    def band(self):
        """The five strengths by name; {} without a band."""
        return {name: getattr(self, name) for name in BAND} if self.has_band else {}

    @property
    def finding(self):
        """What its sheet's figures say (strength_band.Finding as JSON); {} before they do."""
        return self.evidence.get("finding") or {}

    def allows(self, strength):
        return self.has_band and self.strength_min <= strength <= self.strength_max


class EvidenceImage(models.Model):
    """A picture of the strength sheet: same prompt and seed along a row of strengths."""

    version = models.ForeignKey(StyleVersion, models.CASCADE, related_name="images")
    prompt = models.TextField()
    seed = models.BigIntegerField()
    strength = models.FloatField()
    sha256 = BlobField()

    class Meta:
        verbose_name = _("evidence picture")
        verbose_name_plural = _("evidence pictures")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "prompt", "seed", "strength"], name="evidence_image_once"
            )
        ]

    def __str__(self):
        return f"{self.version} @ {self.strength}"

    def get_absolute_url(self):
        return reverse("gallery:evidence-image", args=[self.pk])

    @property
    def takes_remarks(self):
        """Whether reviewers may pin remarks to it, and take theirs off."""
        return self.version.state == ReviewState.IN_REVIEW
