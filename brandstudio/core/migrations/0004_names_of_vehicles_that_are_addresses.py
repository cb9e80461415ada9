"""Vehicles and campaigns called as the studio's own addresses are: their pages were out of reach."""

from django.db import migrations

from brandstudio.core.input.addresses import free_name

# As they stood when the rule came (`addresses.words_in_use`).
IN_USE = ("cover", "evidence", "import", "new", "plates", "publish")


def rename(apps, schema_editor, in_use=IN_USE):
    for name in ("Vehicle", "Campaign"):
        rows = apps.get_model("core", name).objects.using(schema_editor.connection.alias)
        for row in rows.filter(slug__in=in_use):
            taken = set(rows.values_list("slug", flat=True))
            rows.filter(pk=row.pk).update(slug=free_name(row.slug, taken))


class Migration(migrations.Migration):
    dependencies = [("core", "0003_sign_ins")]
    operations = [migrations.RunPython(rename, migrations.RunPython.noop)]
