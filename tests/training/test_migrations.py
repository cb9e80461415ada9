"""What is in a database of before comes through the migrations whole."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from brandstudio.core.models import AuditEntry, User
from training.models import DatasetTask

ROWS = [
    {"image": 7, "name": "b.png", "sha256": "b" * 64, "caption": "ink, 雨"},
    {"image": 3, "name": "a.png", "sha256": "a" * 64, "caption": ""},
]
COLUMNS = ("image_number", "name", "sha256", "caption")


def migrate(name):
    """Bring training to this migration; returns the models as they were then."""
    executor = MigrationExecutor(connection)
    executor.migrate([("training", name)])
    return MigrationExecutor(connection).loader.project_state([("training", name)]).apps


@pytest.fixture
def at(transactional_db):
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes("training")
    yield migrate
    MigrationExecutor(connection).migrate(newest)


def test_snapshot_rows_move_from_json_into_their_table_and_back(at):
    owner = User.objects.create(username="dora").pk
    old = at("0004_where_pictures_lay")
    dataset = old.get_model("training", "Dataset").objects.create(name="Ink", owner_id=owner)
    make = old.get_model("training", "Snapshot").objects.create
    full = make(dataset=dataset, sha256="1" * 64, rows=ROWS).pk
    empty = make(dataset=dataset, sha256="2" * 64, rows=[]).pk

    images = at("0007_no_snapshot_rows_as_json").get_model("training", "SnapshotImage").objects
    moved = list(images.order_by("snapshot", "position").values("snapshot", *COLUMNS))
    old = at("0004_where_pictures_lay")

    assert moved == [
        {"snapshot": full, "image_number": row.pop("image"), **row} for row in map(dict, ROWS)
    ]
    rows = dict(old.get_model("training", "Snapshot").objects.values_list("pk", "rows"))
    assert rows == {full: ROWS, empty: []}


def test_work_on_datasets_keeps_its_row_and_history_under_its_new_name(at):
    owner = User.objects.create(username="dora").pk
    old = at("0007_no_snapshot_rows_as_json")
    dataset = old.get_model("training", "Dataset").objects.create(name="Ink", owner_id=owner)
    chore = old.get_model("training", "Chore").objects.create(
        dataset=dataset, kind="draft", asked_by_id=owner, done=3
    )
    entry = AuditEntry.objects.create(
        subject_kind="training.chore", subject_id=str(chore.pk), target="working"
    )

    new = at("0009_dataset_tasks").get_model("training", "DatasetTask").objects

    assert list(new.values_list("pk", "dataset", "done")) == [(chore.pk, dataset.pk, 3)]
    assert list(AuditEntry.objects.about(DatasetTask(pk=chore.pk))) == [entry]
