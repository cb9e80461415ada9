"""Packs, templates and channels called as the studio's own addresses are get another short name:
their pages were out of reach. The versions of a template keep one name."""

from django.db import migrations

from brandstudio.core.input.addresses import free_name

# As they stood when the rule came (`addresses.words_in_use`).
IN_USE = ("cover", "evidence", "import", "new", "plates", "publish")


def rename(apps, schema_editor, in_use=IN_USE):
    database = schema_editor.connection.alias
    for name in ("StylePack", "PromptTemplate", "Channel"):
        rows = apps.get_model("gallery", name).objects.using(database)
        for slug in sorted(set(rows.filter(slug__in=in_use).values_list("slug", flat=True))):
            new = free_name(slug, set(rows.values_list("slug", flat=True)))
            rows.filter(slug=slug).update(slug=new)
            if name == "Channel":
                _rename_in_campaigns(apps, database, slug, new)


def _rename_in_campaigns(apps, database, slug, new):
    campaigns = apps.get_model("core", "Campaign").objects.using(database)
    for campaign in campaigns.all():
        if slug in campaign.channels:
            channels = [new if each == slug else each for each in campaign.channels]
            campaigns.filter(pk=campaign.pk).update(channels=channels)


class Migration(migrations.Migration):
    dependencies = [
        ("gallery", "0005_four_eyes_of_editors"),
        ("core", "0004_names_of_vehicles_that_are_addresses"),
    ]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
