from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0012_campaigns_of_people'),
        ('gallery', '0041_campaigns'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='campaign',
            name='channels',
        ),
    ]
