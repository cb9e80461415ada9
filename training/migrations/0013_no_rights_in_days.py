from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("training", "0012_rights_into_moments")]
    operations = [migrations.RemoveField(model_name="trainingimage", name="rights_expire")]
