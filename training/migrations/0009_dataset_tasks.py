from django.conf import settings
from django.db import migrations, models


def renamed(source, target):
    """The history of each row goes by the model's name."""

    def rename(apps, schema_editor):
        entries = apps.get_model("core", "AuditEntry").objects
        entries.filter(subject_kind=source).update(subject_kind=target)

    return rename


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_names_of_vehicles_that_are_addresses"),
        ("training", "0008_requested_action"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("chore", "chore_once_at_a_time"),
        migrations.RenameModel("Chore", "DatasetTask"),
        migrations.AlterModelOptions(
            "datasettask",
            {
                "ordering": ["-asked_at", "-pk"],
                "verbose_name": "dataset task",
                "verbose_name_plural": "dataset tasks",
            },
        ),
        migrations.AlterField(
            "datasettask",
            "dataset",
            models.ForeignKey("training.dataset", models.CASCADE, related_name="tasks"),
        ),
        migrations.AddConstraint(
            "datasettask",
            models.UniqueConstraint(
                fields=["dataset", "kind"],
                condition=models.Q(state__in=("queued", "working")),
                name="dataset_task_once_at_a_time",
            ),
        ),
        migrations.RunPython(
            renamed("training.chore", "training.datasettask"),
            renamed("training.datasettask", "training.chore"),
        ),
    ]
