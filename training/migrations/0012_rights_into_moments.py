"""Days become moments, and pictures taken out get a row again that carries their rights."""

from datetime import datetime, time, timedelta

from django.db import migrations
from django.utils import timezone


def into_moments(apps, schema_editor):
    """A day's rights end with the day, in the studio's time zone."""
    images = apps.get_model("training", "TrainingImage").objects
    days = images.exclude(rights_expire=None).values_list("rights_expire", flat=True)
    for day in list(days.distinct()):
        moment = timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))
        images.filter(rights_expire=day).update(rights_expire_at=moment)


def number_frozen_images(apps, schema_editor):
    """Where a snapshot's picture does not say which row it was, the dataset's of its hash."""
    images = apps.get_model("training", "TrainingImage").objects
    frozen = apps.get_model("training", "SnapshotImage").objects
    for one in frozen.filter(image_number=None).select_related("snapshot"):
        row = images.filter(
            dataset_id=one.snapshot.dataset_id, image_sha256=one.sha256
        ).first()
        if row:
            frozen.filter(pk=one.pk).update(image_number=row.pk)


def bring_back_withdrawn(apps, schema_editor):
    """A picture that was withdrawn and taken out has a row again, out of sight.

    Only its audit entry knew so far. Its small picture and size are gone with the row.
    """
    audit = apps.get_model("core", "AuditEntry").objects
    frozen = apps.get_model("training", "SnapshotImage").objects
    for entry in audit.filter(target="picture removed", facts__withdrawn=True):
        sha256 = entry.facts.get("picture", "")
        held = frozen.filter(snapshot__dataset_id=int(entry.subject_id), sha256=sha256)
        if sha256 and held.exists():
            _bring_back(apps, entry, held)


def _bring_back(apps, entry, held):
    row = apps.get_model("training", "TrainingImage").objects.create(
        dataset_id=int(entry.subject_id),
        name=entry.facts["name"],
        original_sha256=entry.facts["sha256"],
        image_sha256=entry.facts["picture"],
        thumb_sha256=entry.facts["picture"],
        width=0,
        height=0,
        withdrawn_at=entry.at,
        withdrawn_why="",
        removed_at=entry.at,
    )
    held.update(image_number=row.pk)


class Migration(migrations.Migration):
    dependencies = [
        ("training", "0011_rights_with_a_clock"),
        ("core", "0004_names_of_vehicles_that_are_addresses"),
    ]
    operations = [
        migrations.RunPython(into_moments, migrations.RunPython.noop),
        migrations.RunPython(number_frozen_images, migrations.RunPython.noop),
        migrations.RunPython(bring_back_withdrawn, migrations.RunPython.noop),
    ]
