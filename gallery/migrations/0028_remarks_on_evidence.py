import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    """Remarks were pinned to assets only; now to pictures of strength sheets, too."""

    dependencies = [("gallery", "0027_packs_called_pairs")]

    operations = [
        migrations.RemoveConstraint(model_name="assetremark", name="asset_remark_inside"),
        migrations.RenameModel(old_name="AssetRemark", new_name="Remark"),
        migrations.AlterField(
            model_name="remark",
            name="asset",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="remarks",
                to="gallery.asset",
            ),
        ),
        migrations.AddField(
            model_name="remark",
            name="evidence",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="remarks",
                to="gallery.evidenceimage",
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=Q(x__gte=0, x__lte=1, y__gte=0, y__lte=1), name="remark_inside"
            ),
        ),
        migrations.AddConstraint(
            model_name="remark",
            constraint=models.CheckConstraint(
                condition=Q(asset=None, evidence__isnull=False)
                | Q(asset__isnull=False, evidence=None),
                name="remark_on_one_picture",
            ),
        ),
    ]
