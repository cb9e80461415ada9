from django.db import migrations, models
from django.db.models import Q

CODES = {f"start-{end}": f"init-image-{end}" for end in ("missing", "gone", "not-yours")}


def rename_in_rows(apps, _schema):
    """What a picture was started from, in its lineage and in codes."""
    entries = apps.get_model("core", "AuditEntry").objects
    entries.filter(subject_kind="gallery.startpicture").update(
        subject_kind="gallery.initimageupload"
    )
    assets = apps.get_model("gallery", "Asset").objects
    for before, after in CODES.items():
        entries.filter(why=before).update(why=after)
        assets.filter(problem=before).update(problem=after)
    for asset in assets.filter(lineage__has_key="start").only("lineage").iterator():
        asset.lineage["init_image"] = asset.lineage.pop("start")
        asset.save(update_fields=["lineage"])


class Migration(migrations.Migration):
    dependencies = [("gallery", "0011_scene_mode")]

    operations = [
        migrations.RemoveConstraint("scene", "scene_from_picture_has_one"),
        migrations.RenameModel("StartPicture", "InitImageUpload"),
        migrations.RenameField("scene", "start_sha256", "init_image_sha256"),
        migrations.RenameField("scene", "start_name", "init_image_name"),
        migrations.RenameField("scene", "start_asset", "init_image_asset"),
        migrations.AddConstraint(
            "scene",
            models.CheckConstraint(
                condition=~Q(mode__in=("picture", "larger")) | ~Q(init_image_sha256=""),
                name="scene_from_picture_has_one",
            ),
        ),
        migrations.RunPython(rename_in_rows, migrations.RunPython.noop),
    ]
