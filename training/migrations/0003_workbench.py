import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('training', '0002_work_in_turns'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='dataset',
            name='deleted_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trainingimage',
            name='agreement',
            field=models.JSONField(blank=True, default=dict),
        ),
        migrations.AddField(
            model_name='trainingimage',
            name='withdrawn_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name='trainingimage',
            name='withdrawn_why',
            field=models.CharField(blank=True, max_length=300, verbose_name='why it was withdrawn'),
        ),
        migrations.AlterField(
            model_name='chore',
            name='kind',
            field=models.CharField(choices=[('draft', 'draft captions'), ('screen', 'screen pictures'), ('compare', 'compare captions with pictures')], max_length=10),
        ),
        migrations.CreateModel(
            name='Upload',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.PositiveIntegerField(default=0, editable=False)),
                ('worker', models.CharField(blank=True, editable=False, max_length=120)),
                ('lease_until', models.DateTimeField(blank=True, editable=False, null=True)),
                ('lost', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('priority', models.SmallIntegerField(default=0, verbose_name='priority')),
                ('turn', models.PositiveBigIntegerField(default=0, editable=False)),
                ('needs_mb', models.PositiveIntegerField(default=0, editable=False)),
                ('progress_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('queued_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('problem', models.CharField(blank=True, editable=False, max_length=60, verbose_name='problem')),
                ('problem_facts', models.JSONField(blank=True, default=dict, editable=False)),
                ('name', models.CharField(max_length=255, verbose_name='file name')),
                ('key', models.CharField(max_length=300)),
                ('size', models.PositiveBigIntegerField()),
                ('arrived', models.PositiveBigIntegerField(default=0)),
                ('checked', models.BooleanField(default=False)),
                ('state', models.CharField(choices=[('arriving', 'on its way'), ('queued', 'queued'), ('working', 'working'), ('done', 'done'), ('failed', 'failed')], default='arriving', max_length=10)),
                ('sha256', models.CharField(blank=True, max_length=64)),
                ('done', models.PositiveIntegerField(default=0)),
                ('total', models.PositiveIntegerField(default=0)),
                ('report', models.JSONField(blank=True, default=dict)),
                ('begun_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('heard_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('dataset', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='uploads', to='training.dataset')),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'upload',
                'verbose_name_plural': 'uploads',
                'ordering': ['-begun_at', '-pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'arriving')), fields=('dataset', 'sent_by', 'key'), name='upload_once_on_its_way'), models.CheckConstraint(condition=models.Q(('arrived__lte', models.F('size'))), name='upload_within_its_size')],
            },
        ),
    ]
