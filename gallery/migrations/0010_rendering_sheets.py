from django.db import migrations, models

STATES = [
    ("waiting", "waiting"),
    ("rendering", "painting"),
    ("done", "done"),
    ("failed", "failed"),
]


def rename_in_rows(apps, _schema):
    """The state of strength sheets under way, as that of pictures is called."""
    apps.get_model("gallery", "EvidenceSheet").objects.filter(state="painting").update(
        state="rendering"
    )
    entries = apps.get_model("core", "AuditEntry").objects.filter(
        subject_kind="gallery.evidencesheet"
    )
    entries.filter(source="painting").update(source="rendering")
    entries.filter(target="painting").update(target="rendering")


class Migration(migrations.Migration):
    dependencies = [("gallery", "0009_reused_by")]

    operations = [
        migrations.AlterField(
            "evidencesheet",
            "state",
            models.CharField(max_length=10, choices=STATES, default="waiting"),
        ),
        migrations.RunPython(rename_in_rows, migrations.RunPython.noop),
    ]
