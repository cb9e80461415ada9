from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0022_tastes_by_their_dataset")]
    operations = [
        migrations.AddField("weightscontent", "layers", models.BinaryField(null=True)),
    ]
