"""What leaves the studio, and the table of who may have it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.limits import OUTGOING_USES

from .asset import NEVER_LEAVES, Asset, AssetReview
from .channel import Channel


class Rendition(models.TextChoices):
    """The forms in which a picture leaves."""

    PROOF = "proof", _("proof")  # small, with a watermark across it
    PUBLICATION = "publication", _("publication file")
    ORIGINAL = "original", _("original without label")  # as painted; see `services/originals.py`


class MetadataProfile(models.TextChoices):
    """What a file tells beside its marks."""

    EXTERNAL = "external", _("marks alone")
    INTERNAL = "internal", _("with prompt and maker")  # for colleagues; see `services/origins.py`


LABELLED = (Rendition.PROOF, Rendition.PUBLICATION)  # what leaves by pressing a button


class Audience(models.TextChoices):
    """Whom a rule is for. One person may be several of these."""

    OWNER = "owner", _("its maker")
    MARKETER = "marketer", _("marketers")
    DESIGNER = "designer", _("designers")
    ADMIN = "admin", _("brand admins")


class DownloadRule(models.Model):
    """One cell of the policy: whether an audience may have a picture in this state and form.

    The two constraints are the edge of what the table can say: publication files and originals come
    from approved pictures alone, and what was declined or withdrawn leaves in no form.
    """

    review = models.CharField(_("state"), max_length=10, choices=AssetReview)
    audience = models.CharField(_("for whom"), max_length=10, choices=Audience)
    rendition = models.CharField(_("form"), max_length=12, choices=Rendition)
    is_allowed = models.BooleanField(_("allowed"), default=False)

    class Meta:
        verbose_name = _("download rule")
        verbose_name_plural = _("download rules")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "audience", "rendition"], name="download_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(is_allowed=False) | ~Q(review__in=NEVER_LEAVES),
                name="download_rule_declined_never",
            ),
            models.CheckConstraint(
                condition=Q(is_allowed=False)
                | Q(rendition=Rendition.PROOF)
                | Q(review=AssetReview.APPROVED),
                name="download_rule_publication_approved",
            ),
        ]

    def __str__(self):
        words = (
            self.get_review_display(),
            self.get_audience_display(),
            self.get_rendition_display(),
        )
        return " · ".join(str(word) for word in words)

    @property
    def is_fixed(self):
        """Whether no admin may allow it, because the constraints forbid it."""
        return self.review in NEVER_LEAVES or (
            self.rendition != Rendition.PROOF and self.review != AssetReview.APPROVED
        )


class TellsPosters:
    """A file of a picture: of it alone, or of a poster made with it."""

    poster: Any
    poster_id: int | None

    @property
    def content(self):
        """What the file shows, so that two for one channel are told apart in a list."""
        if self.poster_id is None:
            return gettext("the picture alone")
        return gettext("poster “%(headline)s”") % {"headline": self.poster}


class Download(TellsPosters, models.Model):
    """A file that left the studio, and the rule that let it through.

    An original has no visible label: why it was needed, and the duty of labelling that its person
    took on, stay with it.
    """

    asset = models.ForeignKey(Asset, models.PROTECT, related_name="downloads")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    channel = models.ForeignKey(Channel, models.PROTECT, null=True, related_name="+")
    poster = models.ForeignKey(  # None: the picture alone
        "gallery.Poster", models.PROTECT, null=True, related_name="downloads"
    )
    form = models.CharField(max_length=10)  # png or jpg
    metadata = models.CharField(
        max_length=10, choices=MetadataProfile, default=MetadataProfile.EXTERNAL
    )
    why = models.TextField(blank=True)  # of an original
    agreed_to = models.TextField(blank=True)  # of an original, in the words that were shown
    # Both are empty of files that left before there was a policy.
    rendition = models.CharField(max_length=12, choices=Rendition, blank=True)
    rule = models.ForeignKey(DownloadRule, models.PROTECT, null=True, related_name="+")
    # What it left for and where to, as the channel and the campaign said then.
    use = models.CharField(_("use"), max_length=9, choices=OUTGOING_USES, blank=True)
    territory = models.CharField(_("territory"), max_length=161, blank=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    # As they stood in the file; both are empty of files that left before they were kept.
    producer = models.CharField(max_length=40, blank=True)
    label = models.CharField(max_length=40, blank=True)  # empty of an original too

    class Meta:
        verbose_name = _("download")
        verbose_name_plural = _("downloads")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rule__isnull=True, rendition="")
                | Q(rule__isnull=False, rendition__in=Rendition.values),
                name="download_names_its_rule",
            ),
            models.CheckConstraint(
                condition=~Q(rendition=Rendition.PUBLICATION)
                | Q(metadata=MetadataProfile.EXTERNAL),
                name="download_publication_tells_nothing",
            ),
            models.CheckConstraint(
                condition=~Q(rendition=Rendition.ORIGINAL) | ~Q(why="") & ~Q(agreed_to=""),
                name="download_original_says_why",
            ),
        ]

    def __str__(self):
        return f"{self.asset} → {self.person}"
