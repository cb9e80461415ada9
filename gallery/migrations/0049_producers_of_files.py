from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("gallery", "0048_uses_of_channels")]

    operations = [
        migrations.AddField(
            model_name="download",
            name="label",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="download",
            name="producer",
            field=models.CharField(blank=True, max_length=40),
        ),
    ]
