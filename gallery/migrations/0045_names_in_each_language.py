from django.db import migrations, models

# The demo's cut-outs as they were named, both languages in one.
_CUTOUTS = {
    "蓝 blue · 朝右 facing right": ("蓝色，朝右", "Blue, facing right"),
    "白 white · 朝左 facing left": ("白色，朝左", "White, facing left"),
    "红 red · 朝右 facing right": ("红色，朝右", "Red, facing right"),
    "黑 black · 朝右 facing right": ("黑色，朝右", "Black, facing right"),
    "金 gold · 朝左 facing left": ("金色，朝左", "Gold, facing left"),
}


def name_apart(apps, schema_editor):
    ProductCutout = apps.get_model("gallery", "ProductCutout")
    for both, (chinese, english) in _CUTOUTS.items():
        ProductCutout.objects.filter(name=both).update(name=chinese, name_en=english)
    for recall in apps.get_model("gallery", "Recall").objects.only("source_name"):
        recall.source_names = recall.source_name
        recall.save(update_fields=["source_names"])


def name_together(apps, schema_editor):
    for recall in apps.get_model("gallery", "Recall").objects.only("source_names"):
        names = recall.source_names
        recall.source_name = (names["zh-hans"] if isinstance(names, dict) else names)[:255]
        recall.save(update_fields=["source_name"])


class Migration(migrations.Migration):
    dependencies = [("gallery", "0044_posters")]
    operations = [
        migrations.AddField(
            "productcutout",
            "name_en",
            models.CharField("English name", max_length=120, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField("recall", "source_names", models.JSONField(default=str)),
        migrations.AlterField("recall", "source_name", models.CharField(max_length=255, default="")),
        migrations.RunPython(name_apart, name_together),
        migrations.RemoveField("recall", "source_name"),
        migrations.RenameField("recall", "source_names", "source_name"),
    ]
