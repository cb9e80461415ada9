"""Scenes are read again: what says how their car looks is kept apart now."""

from django.db import migrations


def read_again(apps, schema_editor):
    """A worker reads some of them each minute; until then their other words find them."""
    apps.get_model("gallery", "Scene").objects.update(has_words=False)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0054_shapes_of_pictures_of_before")]

    operations = [migrations.RunPython(read_again, migrations.RunPython.noop)]
