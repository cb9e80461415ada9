from django.db import migrations
from django.db.models import F


def note_shapes(apps, schema_editor):
    """Pictures that were painted anew in another channel's shape before this was noted are noted as
    that: the same words, packs and seed as the picture whose settings they took up, and another
    channel."""
    assets = apps.get_model("gallery", "Asset").objects
    shaped = (
        assets.filter(shape_of=None, scene__made_from__isnull=False, scene__channel__isnull=False)
        .exclude(scene__mode="larger")
        .exclude(scene__channel=F("scene__made_from__scene__channel"))
        .select_related("scene__made_from__scene")
        .prefetch_related("scene__packs", "scene__made_from__scene__packs")
    )
    for asset in shaped.iterator(chunk_size=500):
        origin = asset.scene.made_from
        if _made_of(asset) == _made_of(origin):
            assets.filter(pk=asset.pk).update(shape_of=origin)


def _made_of(asset):
    """All that a picture is made of but its shape, as one value."""
    scene = asset.scene
    packs = [[pack.version_id, pack.strength] for pack in sorted(scene.packs.all(), key=_pk)]
    if packs and asset.strength is not None:  # a sweep's strength is the first pack's
        packs[0][1] = asset.strength
    return (
        asset.seed,
        scene.prompt,
        scene.negative_prompt,
        scene.base_id,
        scene.mode,
        scene.init_image_sha256,
        scene.cutout_id,
        packs,
    )


def _pk(row):
    return row.pk


class Migration(migrations.Migration):
    dependencies = [("gallery", "0053_drift_read_anew")]
    operations = [migrations.RunPython(note_shapes, migrations.RunPython.noop)]
