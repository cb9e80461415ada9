import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0011_brand_kit'),
    ]

    operations = [
        migrations.AddField(
            model_name='campaign',
            name='made_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='campaigns', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='campaign',
            name='vehicles',
            field=models.ManyToManyField(related_name='campaigns', to='core.vehicle', verbose_name='vehicles'),
        ),
        migrations.AlterField(
            model_name='campaign',
            name='ends',
            field=models.DateField(blank=True, null=True, verbose_name='last day'),
        ),
        migrations.AlterField(
            model_name='campaign',
            name='starts',
            field=models.DateField(blank=True, null=True, verbose_name='first day'),
        ),
    ]
