"""Rows from before a thing had its present name: they still say the same."""

from importlib import import_module

from django.apps import apps
from django.db import connection

from brandstudio.core.models import AuditEntry
from gallery.models import Asset, EvidenceSheet, SheetState


def run_migration(name):
    migration = import_module(f"gallery.migrations.{name}")
    migration.rename_in_rows(apps, connection.schema_editor())


def test_cut_outs_keep_what_was_written_of_them_as_plates(make_ready, marketer):
    [asset] = make_ready()
    Asset.objects.update(lineage={"seed": 7, "plate": {"name": "gs8"}}, problem="plate-gone")
    entry = AuditEntry.objects.create(
        subject_kind="gallery.plate", subject_id="3", target="retired", why="plate-gone"
    )

    run_migration("0007_product_cutouts")

    asset.refresh_from_db()
    entry.refresh_from_db()
    assert asset.lineage == {"seed": 7, "cutout": {"name": "gs8"}}
    assert asset.problem == "cutout-gone"
    assert (entry.subject_kind, entry.why) == ("gallery.productcutout", "cutout-gone")


def test_start_keeps_how_much_of_it_was_repainted(make_ready):
    [asset] = make_ready()
    Asset.objects.update(lineage={"start": {"sha256": "ab", "change": 0.4}})

    run_migration("0008_denoising_strength")

    asset.refresh_from_db()
    assert asset.lineage == {"start": {"sha256": "ab", "denoising_strength": 0.4}}


def test_sheet_under_way_stays_under_way(make_version):
    make_version(state="draft", sheet="waiting")
    EvidenceSheet.objects.update(state="painting")

    run_migration("0010_rendering_sheets")

    assert EvidenceSheet.objects.get().state == SheetState.RENDERING


def test_lineage_keeps_how_a_picture_came_about(make_ready):
    [asset] = make_ready()
    Asset.objects.update(lineage={"way": "larger"})

    run_migration("0011_scene_mode")

    asset.refresh_from_db()
    assert asset.lineage == {"mode": "larger"}


def test_lineage_keeps_what_a_picture_was_started_from(make_ready):
    [asset] = make_ready()
    Asset.objects.update(lineage={"start": {"sha256": "ab"}}, problem="start-gone")

    run_migration("0012_init_images")

    asset.refresh_from_db()
    assert asset.lineage == {"init_image": {"sha256": "ab"}}
    assert asset.problem == "init-image-gone"
