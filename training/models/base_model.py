from django.db import models
from django.utils.translation import gettext_lazy as _

from training.engine.base import licences


class Kind(models.TextChoices):
    IMAGE = "image", _("picture")
    TEXT = "text", _("text")


class LicenceClass(models.TextChoices):
    """What a licence lets a brand do with what was made."""

    COMMERCIAL = licences.COMMERCIAL, _("commercial use")
    NON_COMMERCIAL = licences.NON_COMMERCIAL, _("no commercial use")
    UNKNOWN = licences.UNKNOWN, _("licence unknown")


class BaseModelQuerySet(models.QuerySet):
    def usable(self):
        return self.filter(is_present=True)

    def default(self):
        """The base that is meant where nobody has chosen one; None when there is none."""
        return self.usable().order_by("-family", "name").first()


class BaseModel(models.Model):
    """A checkpoint that runs tune and scenes are made with. Its facts are read from its files.

    `info` holds what the engine's `BaseInfo` says: default size, token limit, VAE factor and so on.
    """

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGE)
    name = models.CharField(_("name"), max_length=120, unique=True)
    path = models.CharField(max_length=500)
    family = models.CharField(_("family"), max_length=40)
    sha256 = models.CharField(max_length=64)
    info = models.JSONField(default=dict)
    licence = models.CharField(
        _("licence"),
        max_length=licences.LONGEST,
        blank=True,
        help_text=_("Its name, such as Apache-2.0; read from the files where they tell it."),
    )
    licence_class = models.CharField(
        _("what it allows"),
        max_length=16,
        choices=LicenceClass,
        default=LicenceClass.UNKNOWN,
    )
    is_present = models.BooleanField(_("files present"), default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = BaseModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("base model")
        verbose_name_plural = _("base models")
        ordering = ["name"]

    def __str__(self):
        return self.name
