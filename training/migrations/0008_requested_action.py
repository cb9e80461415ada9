from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0007_no_snapshot_rows_as_json")]

    operations = [migrations.RenameField("trainingrun", "wish", "requested_action")]
