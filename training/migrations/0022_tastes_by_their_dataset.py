from django.db import migrations
from django.db.models import OuterRef, Subquery


def name_by_dataset(apps, schema_editor):
    """Their names were in the language of whoever started them."""
    Dataset = apps.get_model("training", "Dataset")
    names = Dataset.objects.filter(pk=OuterRef("dataset")).values("name")
    tastes = apps.get_model("training", "TrainingRun").objects.filter(is_taste=True)
    tastes.update(name=Subquery(names))


class Migration(migrations.Migration):
    dependencies = [("training", "0021_rights_found_by_index")]
    operations = [migrations.RunPython(name_by_dataset, migrations.RunPython.noop)]
