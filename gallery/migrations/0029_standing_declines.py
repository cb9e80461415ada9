from django.db import migrations, models


def note_standing_declines(apps, schema_editor):
    """Pictures that were declined, those asked for anew among them, count as declined."""
    Asset = apps.get_model("gallery", "Asset")
    AuditEntry = apps.get_model("core", "AuditEntry")
    for asset in Asset.objects.filter(review__in=("declined", "asked")).only("pk", "review"):
        decided = AuditEntry.objects.filter(
            subject_kind="gallery.asset",
            subject_id=str(asset.pk),
            target__in=("declined", "approved"),
        ).order_by("-at", "-pk")
        last = decided.first()
        if last is not None and last.target == "declined":
            Asset.objects.filter(pk=asset.pk).update(declined_why=last.why)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0008_vehicles_called_pairs"),
        ("gallery", "0028_remarks_on_evidence"),
    ]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="declined_why",
            field=models.TextField(blank=True, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(note_standing_declines, migrations.RunPython.noop),
    ]
