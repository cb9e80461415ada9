from django.db import migrations, models
from django.db.models import Q


def rename_in_rows(apps, _schema):
    """How a picture came about, in its lineage."""
    assets = apps.get_model("gallery", "Asset").objects
    for asset in assets.filter(lineage__has_key="way").only("lineage").iterator():
        asset.lineage["mode"] = asset.lineage.pop("way")
        asset.save(update_fields=["lineage"])


class Migration(migrations.Migration):
    dependencies = [("gallery", "0010_rendering_sheets")]

    operations = [
        migrations.RemoveConstraint("scene", "scene_from_picture_has_one"),
        migrations.RemoveConstraint("scene", "scene_with_product_has_a_cutout"),
        migrations.RenameField("scene", "way", "mode"),
        migrations.AddConstraint(
            "scene",
            models.CheckConstraint(
                condition=~Q(mode__in=("picture", "larger")) | ~Q(start_sha256=""),
                name="scene_from_picture_has_one",
            ),
        ),
        migrations.AddConstraint(
            "scene",
            models.CheckConstraint(
                condition=~Q(mode="product")
                | Q(cutout__isnull=False, cutout_x__gte=0, cutout_y__gte=0, cutout_width__gt=0),
                name="scene_with_product_has_a_cutout",
            ),
        ),
        migrations.RunPython(rename_in_rows, migrations.RunPython.noop),
    ]
