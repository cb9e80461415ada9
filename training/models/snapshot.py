import hashlib
import json

from django.db import models
from django.utils.translation import gettext_lazy as _

from .dataset import Dataset


class Snapshot(models.Model):
    """What one run trains on, frozen: `rows` is a list of {image, name, sha256, caption}.

    `image` is the TrainingImage's number, kept even after that row is gone; `sha256` names the
    picture blob. The same content in the same dataset is one snapshot.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="snapshots")
    sha256 = models.CharField(max_length=64)
    rows = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["dataset", "sha256"], name="snapshot_once_per_content")
        ]

    def __str__(self):
        return f"{self.dataset} · {self.sha256[:8]}"

    def save(self, *args, **kwargs):
        if self.pk:
            raise ValueError("A snapshot never changes.")
        super().save(*args, **kwargs)

    @classmethod
    def freeze(cls, dataset):
        """The dataset's content as it is now; the same object when nothing has changed."""
        rows = [
            {"image": i.pk, "name": i.name, "sha256": i.picture_sha256, "caption": i.caption}
            for i in dataset.images.order_by("name", "pk")
        ]
        content = [{k: row[k] for k in ("name", "sha256", "caption")} for row in rows]
        digest = hashlib.sha256(
            json.dumps(content, ensure_ascii=False, sort_keys=True).encode()
        ).hexdigest()
        snapshot, _made = cls.objects.get_or_create(
            dataset=dataset, sha256=digest, defaults={"rows": rows}
        )
        return snapshot
