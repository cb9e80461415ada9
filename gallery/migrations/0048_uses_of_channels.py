from django.db import migrations, models

_USES = [
    ("internal", "inside the house"),
    ("online", "web and social media"),
    ("print", "print"),
    ("outdoor", "outdoor advertising"),
    ("broadcast", "film and television"),
    ("event", "showrooms and exhibitions"),
]
# The studio's first channels, as `services/reference.py` has them.
_NOTED = {
    ("online", "中国大陆"): (
        "xiaohongshu",
        "moments",
        "wechat-cover",
        "wechat-second",
        "douyin",
        "moments-ad",
        "video-channel",
        "weibo",
        "bilibili",
    ),
    ("online", "全球"): ("instagram", "x", "linkedin", "youtube"),
    ("print", "中国大陆"): ("poster-a1", "poster-a2", "poster-a3", "poster-a4"),
    ("event", "中国大陆"): ("screen", "screen-8k"),
}


def note_uses(apps, schema_editor):
    channels = apps.get_model("gallery", "Channel").objects
    for (use, territory), slugs in _NOTED.items():
        channels.filter(slug__in=slugs, use="").update(use=use, territory=territory)


def _text(label, length, **more):
    return models.CharField(label, max_length=length, blank=True, default="", **more)


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0015_territory_of_campaigns"),
        ("gallery", "0047_lists_by_strength"),
    ]
    operations = [
        migrations.AddField("channel", "use", _text("use", 9, choices=_USES), False),
        migrations.AddField("channel", "territory", _text("territory", 80), False),
        migrations.AddField("download", "use", _text("use", 9, choices=_USES), False),
        migrations.AddField("download", "territory", _text("territory", 161), False),
        migrations.RunPython(note_uses, migrations.RunPython.noop),
    ]
