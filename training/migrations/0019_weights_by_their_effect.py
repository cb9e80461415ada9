from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("training", "0018_weights_content")]

    operations = [
        # None: the files that are known by their tensors' bytes are read anew, by known_weights.
        migrations.AddField(
            model_name="weightscontent",
            name="effect",
            field=models.BinaryField(null=True),
        ),
    ]
