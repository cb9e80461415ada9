import hashlib
import json

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from brandstudio.core.models.fields import BlobField
from training.engine.data.spread import evenly

from .dataset import REACHES, Dataset


class SnapshotQuerySet(models.QuerySet):
    def with_counts(self):
        """Each with its image_count, newest first: a query that groups knows no usual order."""
        snapshots = self.annotate(image_count=models.Count("images"))
        return snapshots.order_by(*self.model._meta.ordering)

    def without_tastes(self):
        """Without those that only a taste was trained on."""
        lasting = models.Q(runs=None) | models.Q(runs__is_taste=False)
        return self.filter(pk__in=self.model.objects.filter(lasting).values("pk"))

    def naming(self, hashes):
        """Those that hold a picture of one of these hashes."""
        frozen = SnapshotImage.objects.filter(sha256__in=hashes)
        return self.filter(pk__in=frozen.values("snapshot"))


class Snapshot(models.Model):
    """What one run trains on, frozen: its `images`. `sha256` is of their names, files and captions.

    The same content in the same dataset is one snapshot.
    """

    dataset = models.ForeignKey(Dataset, models.PROTECT, related_name="snapshots")
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    objects = SnapshotQuerySet.as_manager()

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

    @staticmethod
    def images_of(dataset):
        """The dataset as it is now, as the images of a snapshot that nobody has made yet."""
        return [
            SnapshotImage(
                position=position,
                image_number=image.pk,
                name=image.name,
                sha256=image.image_sha256,
                caption=image.caption,
            )
            for position, image in enumerate(dataset.images.order_by("name", "pk"))
        ]

    @classmethod
    def freeze(cls, dataset, most=None):
        """The dataset's content as it is now; the same object when nothing has changed.

        most: of its pictures, evenly spread; None for all.
        """
        images = cls.images_of(dataset)
        if most is not None:
            images = evenly(images, most)
        content = [
            {"name": image.name, "sha256": image.sha256, "caption": image.caption}
            for image in images
        ]
        text = json.dumps(content, ensure_ascii=False, sort_keys=True)
        digest = hashlib.sha256(text.encode()).hexdigest()
        with transaction.atomic():
            snapshot, is_new = cls.objects.get_or_create(dataset=dataset, sha256=digest)
            if is_new:
                for image in images:
                    image.snapshot = snapshot
                SnapshotImage.objects.bulk_create(images, batch_size=500)
        return snapshot


class SnapshotImage(models.Model):
    """One picture of a snapshot, in its place. `sha256` names the picture's blob.

    `image_number` is its TrainingImage's key, kept even after that row is gone.
    """

    snapshot = models.ForeignKey(Snapshot, models.CASCADE, related_name="images")
    position = models.PositiveIntegerField()
    image_number = models.PositiveBigIntegerField(null=True)
    name = models.CharField(max_length=255)
    sha256 = BlobField()
    caption = models.TextField(blank=True)

    class Meta:
        verbose_name = _("snapshot image")
        verbose_name_plural = _("snapshot images")
        ordering = ["snapshot", "position"]
        # Where a picture went, and whether its file is still needed, is asked by hash; whether
        # its rights last, by number.
        indexes = [
            models.Index(fields=["sha256"], name="snapshotimage_hash"),
            models.Index(fields=["image_number"], name="snapshotimage_number"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["snapshot", "position"], name="snapshotimage_position")
        ]

    def __str__(self):
        return self.name


REACHES.append(lambda: models.Q(pk__in=SnapshotImage.objects.values("image_number")))
