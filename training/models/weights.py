"""What lies inside stored LoRA files, to tell the same weights in another file."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class WeightsContentQuerySet(models.QuerySet):
    def alike(self, hashes):
        """The files that hold the weights of one of these, themselves included.

        hashes: SHA-256s of files, or a queryset of one column of them.
        """
        named = WeightsContent.objects.filter(sha256__in=hashes)
        return self.filter(content__in=named.values("content"))


class WeightsContent(models.Model):
    """`content`: of a stored LoRA file, safetensors_header.hash_weights; equal for equal weights,
    whatever metadata and order they are stored in. The file's own hash where it is unsound or gone.

    sha256: the file's. It keeps no file in the store: what was removed is known all the same.
    """

    sha256 = models.CharField(max_length=64, primary_key=True)
    content = models.CharField(max_length=64, db_index=True)

    objects = WeightsContentQuerySet.as_manager()

    class Meta:
        verbose_name = _("content of a LoRA file")
        verbose_name_plural = _("contents of LoRA files")

    def __str__(self):
        return self.sha256[:12]
