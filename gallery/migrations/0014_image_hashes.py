from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("gallery", "0013_evidence_images")]

    operations = [
        migrations.RemoveConstraint("asset", "asset_ready_has_picture"),
        migrations.RenameField("asset", "picture_sha256", "image_sha256"),
        migrations.AddConstraint(
            "asset",
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(image_sha256=""), name="asset_ready_has_image"
            ),
        ),
        migrations.RemoveConstraint("scene", "scene_from_picture_has_one"),
        migrations.AddConstraint(
            "scene",
            models.CheckConstraint(
                condition=~Q(mode__in=("picture", "larger")) | ~Q(init_image_sha256=""),
                name="scene_from_image_has_one",
            ),
        ),
    ]
