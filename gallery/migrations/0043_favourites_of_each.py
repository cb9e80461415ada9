from django.db import migrations


class Migration(migrations.Migration):
    # By itself: PostgreSQL alters no table on whose rows the same transaction has just pointed.

    dependencies = [
        ('gallery', '0042_favourites_tags_boards'),
    ]

    operations = [
        migrations.RemoveField(
            model_name='asset',
            name='is_favourite',
        ),
    ]
