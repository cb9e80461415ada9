"""Packs, templates and channels called “pairs” get another short name: it is an address now."""

from functools import partial
from importlib import import_module

from django.db import migrations

IN_USE = ("pairs",)
rename = import_module("gallery.migrations.0006_names_that_are_addresses").rename


class Migration(migrations.Migration):
    dependencies = [("gallery", "0026_pair_grids"), ("core", "0008_vehicles_called_pairs")]
    operations = [
        migrations.RunPython(partial(rename, in_use=IN_USE), migrations.RunPython.noop)
    ]
