from django.db import migrations, models
from django.db.models.deletion import SET_NULL


class Migration(migrations.Migration):
    dependencies = [("gallery", "0008_denoising_strength")]

    operations = [
        migrations.AlterField(
            "scene",
            "made_from",
            models.ForeignKey(
                "gallery.asset", SET_NULL, null=True, blank=True, related_name="reused_by"
            ),
        ),
    ]
