from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0009_dataset_tasks")]

    operations = [migrations.RenameField("trainingimage", "picture_sha256", "image_sha256")]
