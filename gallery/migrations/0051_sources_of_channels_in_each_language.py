from django.db import migrations, models

# The sources of the studio's first channels, as `services/reference.py` has them.
_ENGLISH = {
    "多处公开资料一致，未见平台官方说明；遮挡区为估计。请内容团队确认一次。": (
        "Several public sources agree; the platform itself says nothing. What it covers is an "
        "estimate. The content team should confirm it once."
    ),
    "A 系列纸张，毫米 × dpi / 25.4": "Paper of the A series, mm × dpi / 25.4",
    "像素点对点": "Pixel for pixel",
}


def tell_in_english(apps, schema_editor):
    channels = apps.get_model("gallery", "Channel").objects
    for chinese, english in _ENGLISH.items():
        channels.filter(source=chinese, source_en="").update(source_en=english)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0050_shapes_of_one_motif")]
    operations = [
        migrations.AddField(
            "channel",
            "source_en",
            models.CharField("the same in English", max_length=300, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.RunPython(tell_in_english, migrations.RunPython.noop),
    ]
