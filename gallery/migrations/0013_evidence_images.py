from django.db import migrations, models
from django.db.models.deletion import CASCADE


class Migration(migrations.Migration):
    dependencies = [("gallery", "0012_init_images")]

    operations = [
        migrations.RemoveConstraint("evidencepicture", "evidence_picture_once"),
        migrations.RenameModel("EvidencePicture", "EvidenceImage"),
        migrations.AlterField(
            "evidenceimage",
            "version",
            models.ForeignKey("gallery.styleversion", CASCADE, related_name="images"),
        ),
        migrations.AddConstraint(
            "evidenceimage",
            models.UniqueConstraint(
                fields=["version", "prompt", "seed", "strength"], name="evidence_image_once"
            ),
        ),
    ]
