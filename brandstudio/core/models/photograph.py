"""What a picture shows, whatever file or row it is: its pixels, and which others look like it."""

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .audit import AuditEntry
from .states import update_as_last_seen


class Fingerprint(models.Model):
    """What variants of a photograph are found by (`engine.data.variants`), one row for all files
    of the same pixels. hashes: b"" of a picture too plain to tell from others."""

    pixels_sha256 = models.CharField(max_length=64, unique=True)
    hashes = models.BinaryField()

    class Meta:
        verbose_name = _("fingerprint of a picture")
        verbose_name_plural = _("fingerprints of pictures")

    def __str__(self):
        return self.pixels_sha256[:12]


class LocalFeatures(models.Model):
    """What copies of a stored picture are found by (`engine.screening.copies`): read once it may
    not come in again. words: of the features, to find candidates by. b"" of a picture that is too
    plain, or gone. small: what cut-outs are looked for in (`engine.screening.painted_cars`); None
    where that wasn't read yet."""

    sha256 = models.CharField(max_length=64, unique=True)
    features = models.BinaryField()
    words = models.BinaryField()
    small = models.BinaryField(null=True, default=None)

    class Meta:
        verbose_name = _("features of a picture")
        verbose_name_plural = _("features of pictures")

    def __str__(self):
        return self.sha256[:12]


class LikenessQuerySet(models.QuerySet):
    def of(self, pixels):
        """Those of the picture of these pixels."""
        return self.filter(Q(first=pixels) | Q(second=pixels))

    def undecided(self):
        """Those of which no admin has said that they are two pictures."""
        return self.filter(apart_at=None)


class Likeness(models.Model):
    """Two pictures that look like one photograph. What is decided of one bars the other, until an
    admin says that they are two. first, second: the SHA-256 of their pixels, in order."""

    first = models.CharField(max_length=64)
    second = models.CharField(max_length=64, db_index=True)
    apart_at = models.DateTimeField(null=True, blank=True)
    apart_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    apart_why = models.CharField(_("why they are two"), max_length=300, blank=True)

    objects = LikenessQuerySet.as_manager()

    class Meta:
        verbose_name = _("likeness of two pictures")
        verbose_name_plural = _("likenesses of two pictures")
        constraints = [
            models.UniqueConstraint(fields=["first", "second"], name="likeness_once"),
            models.CheckConstraint(
                condition=Q(first__lt=models.F("second")), name="likeness_in_order"
            ),
        ]

    def __str__(self):
        return f"{self.first[:12]} ~ {self.second[:12]}"

    @classmethod
    def between(cls, pixels, other):
        """A new one of two pictures, not saved."""
        first, second = sorted((pixels, other))
        return cls(first=first, second=second)

    def part(self, by, why):
        """An admin says that they are two pictures. Raises WrongState when somebody did already."""
        changes = {"apart_at": timezone.now(), "apart_by": by, "apart_why": why}
        with transaction.atomic():
            update_as_last_seen(self, {"apart_at": None}, changes, "two pictures")
            AuditEntry.objects.record(self, "alike", "two pictures", by=by, why=why)
