"""Vehicles and campaigns called “pairs” get another short name: it is an address now."""

from functools import partial
from importlib import import_module

from django.db import migrations

IN_USE = ("pairs",)
rename = import_module(
    "brandstudio.core.migrations.0004_names_of_vehicles_that_are_addresses"
).rename


class Migration(migrations.Migration):
    dependencies = [("core", "0007_vehicle_colours")]
    operations = [
        migrations.RunPython(partial(rename, in_use=IN_USE), migrations.RunPython.noop)
    ]
