"""The demo content is whole, belongs to the bundled base, and comes in once."""

from datetime import timedelta

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils import timezone, translation

from brandstudio.core import blobs
from gallery.demo import load
from gallery.demo.export import export_demo
from gallery.engine.compositing import check_cutout
from gallery.models import (
    Asset,
    AssetReview,
    AssetState,
    ProductCutout,
    PromptTemplate,
    Scene,
    SourceKind,
    StyleVersion,
)
from gallery.services import assets as asset_acts
from gallery.services import downstream, evidence, recalls
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

    exported = export_demo(tmp_path, BaseModel.objects.get(name=base_models.BUNDLED))

    assert exported.left_out == []
    assert car.read_bytes() == b"made before"
    assert not stale.exists()
    assert load.content_of(tmp_path)["packs"] == load.content_of()["packs"]


@pytest.fixture
def demo_base():
    return BaseModel.objects.get(name=base_models.BUNDLED)


@pytest.fixture
def demo_admin(django_user_model):
    return django_user_model.objects.filter(is_brand_admin=True).first()


def _stored_names(folder):
    return {path.stem for path in (folder / "blobs").iterdir()}


def test_export_leaves_out_a_recalled_style_and_what_it_painted(
    tmp_path, demo_base, demo_admin, in_english
):
    version = StyleVersion.objects.get(pack__slug="red-papercut")
    source = downstream.find_source(SourceKind.VERSION, str(version.pk))
    seen = downstream.fingerprint(source, downstream.figures_of(source))
    recalls.recall(source, demo_admin, "stolen style", seen)

    exported = export_demo(tmp_path, demo_base)

    content = load.content_of(tmp_path)
    assert [pack["slug"] for pack in content["packs"]] == ["lingnan-ink"]
    assert {slug for scene in content["scenes"] for slug, _s in scene["packs"]} == {"lingnan-ink"}
    assert version.weights_sha256[:16] not in _stored_names(tmp_path)
    run = version.checkpoint.run
    assert f"{run} was left out: " in exported.left_out[0]
    assert any(line.startswith(f"{version} was left out: ") for line in exported.left_out)
    scene = Scene.objects.filter(packs__version=version).first()
    assert f"{scene} was left out: The style {version} stays." in exported.left_out


def test_export_leaves_out_pictures_that_leave_in_no_form(
    tmp_path, demo_base, demo_admin, in_english
):
    withdrawn = Asset.objects.titled().filter(review=AssetReview.APPROVED).first()
    asset_acts.withdraw(withdrawn, demo_admin, "the wrong car")
    asked = Asset.objects.titled().get(review=AssetReview.ASKED)
    asset_acts.decline(asked, demo_admin, "the wrong light")
    waiting = Asset.objects.create(scene=withdrawn.scene, index=9, seed=1)

    exported = export_demo(tmp_path, demo_base)

    names = _stored_names(tmp_path)
    for asset in (withdrawn, asked):
        assert not {asset.image_sha256[:16], asset.thumb_sha256[:16]} & names
    said = [line.split(" was left out: ") for line in exported.left_out]
    assert sorted(name for name, _why in said) == sorted(map(str, (withdrawn, asked, waiting)))
    assert "was withdrawn" in dict(said)[str(withdrawn)]
    assert "was declined" in dict(said)[str(asked)]


def test_export_leaves_out_a_training_that_runs(tmp_path, demo_base, in_english):
    run = TrainingRun.objects.first()
    going = TrainingRun.objects.create(
        name="Going", owner=run.owner, dataset=run.dataset, base=run.base, state="training"
    )

    exported = export_demo(tmp_path, demo_base)

    assert [line.split(":")[0] for line in exported.left_out] == ["Going was left out"]
    assert load.content_of(tmp_path)["runs"] == load.content_of()["runs"]
    assert going.ended_at is None


def test_export_leaves_out_a_dataset_whose_rights_have_ended_and_all_it_taught(
    tmp_path, demo_base, in_english
):
    image = TrainingImage.objects.first()
    TrainingImage.objects.filter(pk=image.pk).update(
        rights_expire_at=timezone.now() - timedelta(days=1)
    )

    exported = export_demo(tmp_path, demo_base)

    content = load.content_of(tmp_path)
    assert image.dataset.name not in {dataset["name"] for dataset in content["datasets"]}
    assert image.original_sha256[:16] not in _stored_names(tmp_path)
    assert len(content["runs"]) == len(content["packs"]) == 1
    assert exported.left_out[0].startswith(f"{image.dataset} was left out: ")


def test_export_that_fails_leaves_the_folder_as_it_was(tmp_path, demo_base):
    before = tmp_path / "blobs" / "before.webp"
    before.parent.mkdir()
    before.write_bytes(b"made before")
    Asset.objects.filter(pk=Asset.objects.last().pk).update(image_sha256="0" * 64)

    with pytest.raises(CommandError, match="missing or damaged"):
        call_command("export_demo", str(tmp_path))

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [before]
    with pytest.raises(CommandError):
        call_command("export_demo", str(tmp_path / "new"))
    assert not (tmp_path / "new").exists()
