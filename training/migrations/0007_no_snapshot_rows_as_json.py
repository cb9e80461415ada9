from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0006_snapshot_rows_into_their_table")]

    operations = [
        # A default only for the way back: the column returns empty, and 0006 fills it.
        migrations.AlterField("snapshot", "rows", models.JSONField(default=list)),
        migrations.RemoveField("snapshot", "rows"),
    ]
