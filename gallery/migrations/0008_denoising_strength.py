from django.db import migrations

BEFORE, AFTER = "change-out-of-range", "denoising-strength-out-of-range"


def rename_in_rows(apps, _schema):
    """How much of a start is repainted, in the lineage of pictures and in codes."""
    apps.get_model("core", "AuditEntry").objects.filter(why=BEFORE).update(why=AFTER)
    assets = apps.get_model("gallery", "Asset").objects
    assets.filter(problem=BEFORE).update(problem=AFTER)
    for asset in assets.filter(lineage__start__has_key="change").only("lineage").iterator():
        start = asset.lineage["start"]
        start["denoising_strength"] = start.pop("change")
        asset.save(update_fields=["lineage"])


class Migration(migrations.Migration):
    dependencies = [("gallery", "0007_product_cutouts")]

    operations = [
        migrations.RenameField("scene", "change", "denoising_strength"),
        migrations.RunPython(rename_in_rows, migrations.RunPython.noop),
    ]
