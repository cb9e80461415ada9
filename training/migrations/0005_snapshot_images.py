import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0004_where_pictures_lay'),
    ]

    operations = [
        migrations.CreateModel(
            name='SnapshotImage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('position', models.PositiveIntegerField()),
                ('image_number', models.PositiveBigIntegerField(null=True)),
                ('name', models.CharField(max_length=255)),
                ('sha256', models.CharField(max_length=64)),
                ('caption', models.TextField(blank=True)),
                ('snapshot', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='images', to='training.snapshot')),
            ],
            options={
                'verbose_name': 'snapshot image',
                'verbose_name_plural': 'snapshot images',
                'ordering': ['snapshot', 'position'],
                'indexes': [models.Index(fields=['sha256'], name='snapshotimage_hash')],
                'constraints': [models.UniqueConstraint(fields=('snapshot', 'position'), name='snapshotimage_position')],
            },
        ),
    ]
