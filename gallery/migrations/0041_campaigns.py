"""Pictures belong to campaigns, not scenes; a campaign's channels are rows with deadlines."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def take_over(apps, schema_editor):
    database = schema_editor.connection.alias
    _places(apps, database)
    _members(apps, database)


def _places(apps, database):
    channels = {
        row.slug: row for row in apps.get_model('gallery', 'Channel').objects.using(database)
    }
    places = apps.get_model('gallery', 'CampaignChannel').objects.using(database)
    for campaign in apps.get_model('core', 'Campaign').objects.using(database):
        for slug in dict.fromkeys(campaign.channels):
            if slug in channels:
                places.create(campaign=campaign, channel=channels[slug])


def _members(apps, database):
    scenes = apps.get_model('gallery', 'Scene').objects.using(database)
    assets = apps.get_model('gallery', 'Asset').objects.using(database)
    vehicles = list(apps.get_model('core', 'Vehicle').objects.using(database).filter(is_current=True))
    for campaign in apps.get_model('core', 'Campaign').objects.using(database):
        own = scenes.filter(campaign=campaign)
        assets.filter(scene__in=own.values('pk')).update(campaign=campaign)
        campaign.vehicles.set(vehicles)


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0012_campaigns_of_people'),
        ('gallery', '0040_brand_kit'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='asset',
            name='campaign',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assets', to='core.campaign'),
        ),
        migrations.CreateModel(
            name='CampaignChannel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('deadline', models.DateField(blank=True, null=True, verbose_name='deadline')),
                ('deadline_told', models.SmallIntegerField(blank=True, editable=False, null=True)),
                ('campaign', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='core.campaign')),
                ('channel', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='gallery.channel')),
            ],
            options={
                'verbose_name': 'channel of a campaign',
                'verbose_name_plural': 'channels of campaigns',
                'ordering': ['channel__position', 'channel__slug'],
                'constraints': [models.UniqueConstraint(fields=('campaign', 'channel'), name='campaign_channel_once')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('address', models.URLField(blank=True, max_length=500, verbose_name='address')),
                ('place', models.CharField(blank=True, max_length=120, verbose_name='place')),
                ('day', models.DateField(verbose_name='published on')),
                ('noted_at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('download', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='gallery.download')),
            ],
            options={
                'verbose_name': 'publication',
                'verbose_name_plural': 'publications',
                'ordering': ['-day', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('address', ''), _negated=True), models.Q(('place', ''), _negated=True), _connector='OR'), name='publication_says_where'), models.UniqueConstraint(fields=('download', 'address', 'place'), name='publication_once')],
            },
        ),
        migrations.RunPython(take_over, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='scene',
            name='campaign',
        ),
    ]
