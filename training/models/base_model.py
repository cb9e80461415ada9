from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    IMAGE = "image", _("picture")
    TEXT = "text", _("text")


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
    is_present = models.BooleanField(_("files present"), default=True)
    added_at = models.DateTimeField(auto_now_add=True)

    objects = BaseModelQuerySet.as_manager()

    class Meta:
        verbose_name = _("base model")
        verbose_name_plural = _("base models")
        ordering = ["name"]

    def __str__(self):
        return self.name
