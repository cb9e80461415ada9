from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0014_limits_of_images")]
    operations = [
        migrations.AddField(
            "campaign",
            "territory",
            models.CharField("territory", max_length=80, blank=True, default=""),
            preserve_default=False,
        ),
    ]
