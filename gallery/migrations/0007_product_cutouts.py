from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.deletion import PROTECT

CODES = {f"plate-{end}": f"cutout-{end}" for end in ("missing", "gone", "outside", "empty")}
CODES |= {f"plate-{end}": f"cutout-{end}" for end in ("without-alpha", "too-small")}


def rename_in_rows(apps, _schema):
    """What rows say about a plate, in codes and in the lineage of pictures."""
    entries = apps.get_model("core", "AuditEntry").objects
    entries.filter(subject_kind="gallery.plate").update(subject_kind="gallery.productcutout")
    assets = apps.get_model("gallery", "Asset").objects
    for before, after in CODES.items():
        entries.filter(why=before).update(why=after)
        assets.filter(problem=before).update(problem=after)
    for asset in assets.filter(lineage__has_key="plate").only("lineage").iterator():
        asset.lineage["cutout"] = asset.lineage.pop("plate")
        asset.save(update_fields=["lineage"])


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("core", "0004_names_of_vehicles_that_are_addresses"),
        ("gallery", "0006_names_that_are_addresses"),
    ]

    operations = [
        migrations.RemoveConstraint("scene", "scene_with_product_has_a_plate"),
        migrations.RenameModel("Plate", "ProductCutout"),
        migrations.AlterModelOptions(
            "productcutout",
            options={
                "ordering": ["vehicle__slug", "-pk"],
                "verbose_name": "product cut-out",
                "verbose_name_plural": "product cut-outs",
            },
        ),
        migrations.AlterField(
            "productcutout",
            "vehicle",
            models.ForeignKey(
                "core.vehicle", PROTECT, null=True, blank=True, related_name="cutouts"
            ),
        ),
        migrations.RenameField("scene", "plate", "cutout"),
        migrations.RenameField("scene", "plate_x", "cutout_x"),
        migrations.RenameField("scene", "plate_y", "cutout_y"),
        migrations.RenameField("scene", "plate_width", "cutout_width"),
        migrations.AddConstraint(
            "scene",
            models.CheckConstraint(
                condition=~Q(way="product")
                | Q(cutout__isnull=False, cutout_x__gte=0, cutout_y__gte=0, cutout_width__gt=0),
                name="scene_with_product_has_a_cutout",
            ),
        ),
        migrations.RunPython(rename_in_rows, migrations.RunPython.noop),
    ]
