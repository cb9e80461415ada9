"""What stored LoRA files do, to tell the same weights in another file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WeightsContentQuerySet(models.QuerySet):
    def alike(self, hashes):
        """The files that hold the weights of one of these, themselves included.

        hashes: SHA-256s of files, or a queryset of one column of them.
        """
        named = WeightsContent.objects.filter(sha256__in=hashes)
        return self.filter(content__in=named.values("content"))

    def sound(self):
        """Those of which it is known what they do."""
        return self.exclude(effect=None).exclude(effect=b"")


class WeightsContent(models.Model):
    """`content` is equal for files of the same weights, however they are stored; of a file that is
    unsound or gone nobody else's. `effect`: of the file that the studio knew first to hold them,
    engine.lora.effect; `layers`: of each of its own layers. Both are empty where the file is
    unsound or gone, None while nobody has read it.

    sha256: the file's. It keeps no file in the store: what was removed is known all the same.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.CharField(max_length=64, db_index=True)
    effect = models.BinaryField(null=True)
    layers = models.BinaryField(null=True)

    objects = WeightsContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("content of a LoRA file")
        verbose_name_plural = _("contents of LoRA files")

    def __str__(self):
        return self.sha256[:12]
