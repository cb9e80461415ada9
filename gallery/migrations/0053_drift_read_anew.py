from django.db import migrations


def read_anew(apps, schema_editor):
    """What is remembered of a picture is of another kind now: it is read and compared again.
    What was let pass stays so (`drift_guard.compare`)."""
    apps.get_model("gallery", "DriftCheck").objects.update(features={}, campaign=None)


class Migration(migrations.Migration):
    dependencies = [("gallery", "0052_photographs_that_were_painted_here")]
    operations = [migrations.RunPython(read_anew, read_anew)]
