"""Which photographs of datasets this studio painted itself."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Painted(models.TextChoices):
    """What a photograph is a file of; the values but NONE are those of metadata marks."""

    NONE = "", _("a strange picture")
    ASSET = "studio", _("a finished picture")
    EVIDENCE = "evidence", _("a picture of a strength sheet")
    STYLE = "style", _("the preview of a style")
    PAIR = "pair", _("a picture of a grid of pairs")
    SAMPLE = "sample", _("a sample of a training")


class PaintedPhotograph(models.Model):
    """A photograph, by its pixels, that is a picture of this studio: what is decided of that one
    later holds for it. key: of the row that `kind` names. With NONE and 0: looked for, none."""

    pixels_sha256 = models.CharField(max_length=64)
    kind = models.CharField(max_length=8, choices=Painted, blank=True)
    key = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("photograph that was painted here")
        verbose_name_plural = _("photographs that were painted here")
        indexes = [models.Index(fields=["kind", "key"], name="painted_photograph_of")]
        constraints = [
            models.UniqueConstraint(
                fields=["pixels_sha256", "kind", "key"], name="painted_photograph_once"
            )
        ]

    def __str__(self):
        return f"{self.pixels_sha256[:12]} {self.kind}-{self.key}"


class SoughtPicture(models.Model):
    """How far the files of a stored picture that may not come in again were looked for among the
    photographs that came in before. up_to: the key of the last of these that was looked at."""

    sha256 = models.CharField(max_length=64, unique=True)
    up_to = models.PositiveBigIntegerField(default=0)
    is_done = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("picture looked for among photographs")
        verbose_name_plural = _("pictures looked for among photographs")

    def __str__(self):
        return f"{self.sha256[:12]} {self.up_to}"
