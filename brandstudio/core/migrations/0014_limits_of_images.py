from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0013_campaign_channels_are_rows'),
    ]

    operations = [
        migrations.RenameField('brandkit', 'pictures_per_day', 'images_per_day'),
        migrations.RenameField('brandkit', 'pictures_at_once', 'images_at_once'),
    ]
