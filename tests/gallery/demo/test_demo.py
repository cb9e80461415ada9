"""The demo content is whole, belongs to the bundled base, and comes in once."""

import pytest
import yaml
from django.db import transaction
from django.utils import translation

from brandstudio.core import blobs
from gallery.demo import load
from gallery.demo.export import export_demo
from gallery.engine.compositing import check_cutout
from gallery.models import Asset, AssetState, ProductCutout, PromptTemplate, StyleVersion
from gallery.services import evidence
from training.engine.base import base_models
from training.models import BaseModel, Dataset, TrainingImage, TrainingRun

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    """The demo content, whose rows all tests of this file share; each takes back its own."""
    translation.deactivate()
    with django_db_blocker.unblock(), transaction.atomic():
        assert load.load_demo() == []
        yield
        transaction.set_rollback(True)


def test_content_was_made_with_the_bundled_base():
    made_with = load.content_of()["base"]["sha256"]

    assert made_with == base_models.describe(base_models.BUNDLED).sha256


def test_content_is_small_enough_to_travel_with_the_code():
    files = [path for path in load.FOLDER.rglob("*") if path.is_file()]
    cars = [path for path in files if path.suffix == ".webp" and path.parent.name == "pictures"]

    assert sum(path.stat().st_size for path in cars) <= 4_000_000
    assert sum(path.stat().st_size for path in set(files) - set(cars)) <= 8_000_000


def test_import_brings_two_approved_styles_with_evidence_and_finished_scenes():
    versions = StyleVersion.objects.approved()

    assert versions.count() == 2
    assert all(version.images.exists() and version.finding["band"] for version in versions)
    assert PromptTemplate.objects.approved().count() >= 4
    assert Asset.objects.filter(state=AssetState.READY).count() >= 8
    assert TrainingRun.objects.exclude(samples=None).exists()
    runs = TrainingRun.objects.order_by("pk")
    assert [(run.epoch, yaml.safe_load(run.config)["epochs"]) for run in runs] == [(20, 20)] * 2


def test_import_brings_cut_outs_of_the_cars_that_may_be_placed():
    cutouts = ProductCutout.objects.exclude(vehicle=None)
    cars = cutouts.first_of_cars()

    assert sorted(car.vehicle.slug for car in cars) == sorted(["gs8", "m8", "empow"] * 2)
    for car in cars:
        lights = {car.light, *car.other_lights.values_list("light", flat=True)}
        assert lights == {"day", "sunset", "night"}
    for cutout in cutouts:
        assert check_cutout(blobs.local(cutout.sha256)).width == cutout.width > 2000


def test_every_picture_and_weight_that_rows_name_is_there():
    named = set(TrainingImage.objects.values_list("image_sha256", flat=True))
    named |= set(StyleVersion.objects.values_list("weights_sha256", flat=True))
    named |= set(Asset.objects.values_list("image_sha256", flat=True))

    assert [sha256 for sha256 in named if not blobs.exists(sha256)] == []


def test_style_gets_stronger_and_the_scene_stays_legible_in_the_evidence():
    for version in StyleVersion.objects.approved():
        rows = {row["strength"]: row for row in version.evidence["figures"]["rows"]}

        styles = [rows[strength]["style"]["mean"] for strength in (0.0, 0.3, 0.5, 0.7, 1.0)]
        assert styles == sorted(styles)
        lost_from = version.finding["scene_lost_from"]
        assert lost_from is None or version.strength_max < lost_from
        assert evidence.is_read_formerly(version) is False
        assert version.finding["band"] == version.band


def test_nearest_training_picture_of_the_evidence_is_there():
    for version in StyleVersion.objects.approved():
        nearest = version.evidence["figures"]["rows"][-1]["nearest"]

        assert version.images.get(pk=nearest["image"]).strength == 1.0
        snapshot = version.checkpoint.run.snapshot
        assert snapshot.images.filter(sha256=nearest["reference"]).exists()


def test_second_import_leaves_what_people_have_made_of_it():
    image = TrainingImage.objects.first()
    TrainingImage.objects.filter(pk=image.pk).update(caption="corrected by a person")
    before = (Dataset.objects.count(), StyleVersion.objects.count(), Asset.objects.count())

    assert load.load_demo() == []

    image.refresh_from_db()
    assert image.caption == "corrected by a person"
    assert before == (
        Dataset.objects.count(),
        StyleVersion.objects.count(),
        Asset.objects.count(),
    )


def test_export_makes_the_content_anew_and_leaves_the_cars(tmp_path):
    car, stale = tmp_path / "vehicles" / "pictures" / "car.webp", tmp_path / "blobs" / "stale.webp"
    for path in (car, stale):
        path.parent.mkdir(parents=True)
        path.write_bytes(b"made before")

    export_demo(tmp_path, BaseModel.objects.get(name=base_models.BUNDLED))

    assert car.read_bytes() == b"made before"
    assert not stale.exists()
    assert load.content_of(tmp_path)["packs"] == load.content_of()["packs"]
