"""The rows of each snapshot, from JSON into their own table."""

from django.db import migrations

CHUNK = 500


def into_the_table(apps, schema_editor):
    Snapshot = apps.get_model("training", "Snapshot")
    SnapshotImage = apps.get_model("training", "SnapshotImage")
    for snapshot in Snapshot.objects.order_by("pk").iterator(chunk_size=20):
        SnapshotImage.objects.bulk_create(
            (
                SnapshotImage(
                    snapshot=snapshot,
                    position=position,
                    image_number=row.get("image"),
                    name=row["name"],
                    sha256=row["sha256"],
                    caption=row.get("caption", ""),
                )
                for position, row in enumerate(snapshot.rows)
            ),
            batch_size=CHUNK,
        )


def back_into_json(apps, schema_editor):
    Snapshot = apps.get_model("training", "Snapshot")
    SnapshotImage = apps.get_model("training", "SnapshotImage")
    for snapshot in Snapshot.objects.order_by("pk").iterator(chunk_size=20):
        images = SnapshotImage.objects.filter(snapshot=snapshot).order_by("position")
        snapshot.rows = [
            {
                "image": image.image_number,
                "name": image.name,
                "sha256": image.sha256,
                "caption": image.caption,
            }
            for image in images
        ]
        snapshot.save(update_fields=["rows"])
    SnapshotImage.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("training", "0005_snapshot_images")]

    operations = [migrations.RunPython(into_the_table, back_into_json)]
