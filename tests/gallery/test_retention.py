"""The bin is emptied with time; what a pack or a download needs stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from brandstudio.core import blobs
from brandstudio.core.queue import housekeeping
from gallery.models import Asset, Download
from gallery.services import sources
from training.models import Checkpoint, Dataset, RunState, TrainingRun
from training.services import retention

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_picture(make_ready):
    """make_picture(b"…"): a ready asset whose file has this content."""

    def make_picture(content):
        asset = make_ready().first()
        asset.image_sha256 = blobs.put_bytes(content)
        asset.save(update_fields=["image_sha256"])
        return asset

    return make_picture


def bin_for(asset, days):
    Asset.objects.filter(pk=asset.pk).update(deleted_at=timezone.now() - timedelta(days=days))


def test_bin_is_emptied_after_thirty_days(make_picture):
    old, young = make_picture(b"old"), make_picture(b"young")
    bin_for(old, 31)
    bin_for(young, 29)

    housekeeping.run()

    assert list(Asset.objects.filter(pk__in=[old.pk, young.pk])) == [young]
    assert not blobs.exists(old.image_sha256)
    assert blobs.exists(young.image_sha256)


def test_picture_that_another_was_started_from_stays(make_picture, make_scene):
    asset = make_picture(b"first of two")
    make_scene(init_image=sources.init_image_of(asset))
    bin_for(asset, 31)

    housekeeping.run()

    assert Asset.objects.filter(pk=asset.pk).exists()
    assert blobs.exists(asset.image_sha256)


def test_picture_that_was_downloaded_stays_traceable(make_picture, marketer):
    asset = make_picture(b"gone out")
    Download.objects.create(
        asset=asset, person=marketer, form="png", width=1, height=1, sha256="0" * 64
    )
    bin_for(asset, 31)

    housekeeping.run()

    assert Asset.objects.filter(pk=asset.pk).exists()
    assert blobs.exists(asset.image_sha256)


def test_checkpoint_that_a_pack_was_made_from_is_never_dropped(make_version, designer, base):
    version = make_version()
    run = TrainingRun.objects.create(
        name="Ink",
        owner=designer,
        dataset=Dataset.objects.create(name="Ink", owner=designer),
        base=base,
        state=RunState.FINISHED,
        ended_at=timezone.now() - timedelta(days=5000),
    )
    checkpoint = Checkpoint.objects.create(
        run=run, step=100, sha256=version.weights_sha256, size=10
    )
    type(version).objects.filter(pk=version.pk).update(checkpoint=checkpoint)

    retention.sweep_runs()
    with pytest.raises(retention.InUse):
        retention.drop_checkpoint(checkpoint, by=designer)

    assert run.checkpoints.count() == 1
    assert blobs.exists(version.weights_sha256)
