from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("core", "0004_names_of_vehicles_that_are_addresses")]

    operations = [migrations.RenameField("message", "way", "transport")]
