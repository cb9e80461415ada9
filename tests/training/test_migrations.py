"""What is in a database of before comes through the migrations whole."""

from brandstudio.core.models import AuditEntry, User
from training.models import Dataset, DatasetTask, TrainingImage

ROWS = [
    {"image": 7, "name": "b.png", "sha256": "b" * 64, "caption": "ink, 雨"},
    {"image": 3, "name": "a.png", "sha256": "a" * 64, "caption": ""},
]
COLUMNS = ("image_number", "name", "sha256", "caption")


def test_snapshot_rows_move_from_json_into_their_table_and_back(migrate_to):
    owner = User.objects.create(username="dora").pk
    old = migrate_to("training", "0004_where_pictures_lay")
    dataset = old.get_model("training", "Dataset").objects.create(name="Ink", owner_id=owner)
    make = old.get_model("training", "Snapshot").objects.create
    full = make(dataset=dataset, sha256="1" * 64, rows=ROWS).pk
    empty = make(dataset=dataset, sha256="2" * 64, rows=[]).pk

    new = migrate_to("training", "0007_no_snapshot_rows_as_json")
    images = new.get_model("training", "SnapshotImage").objects
    moved = list(images.order_by("snapshot", "position").values("snapshot", *COLUMNS))
    old = migrate_to("training", "0004_where_pictures_lay")

    assert moved == [
        {"snapshot": full, "image_number": row.pop("image"), **row} for row in map(dict, ROWS)
    ]
    rows = dict(old.get_model("training", "Snapshot").objects.values_list("pk", "rows"))
    assert rows == {full: ROWS, empty: []}


def test_work_on_datasets_keeps_its_row_and_history_under_its_new_name(migrate_to):
    owner = User.objects.create(username="dora").pk
    old = migrate_to("training", "0007_no_snapshot_rows_as_json")
    dataset = old.get_model("training", "Dataset").objects.create(name="Ink", owner_id=owner)
    chore = old.get_model("training", "Chore").objects.create(
        dataset=dataset, kind="draft", asked_by_id=owner, done=3
    )
    entry = AuditEntry.objects.create(
        subject_kind="training.chore", subject_id=str(chore.pk), target="working"
    )

    new = migrate_to("training", "0009_dataset_tasks").get_model("training", "DatasetTask").objects

    assert list(new.values_list("pk", "dataset", "done")) == [(chore.pk, dataset.pk, 3)]
    assert list(AuditEntry.objects.about(DatasetTask(pk=chore.pk))) == [entry]


def test_images_keep_their_hashes_under_the_new_column_and_back(migrate_to):
    owner = User.objects.create(username="dora")
    image = TrainingImage.objects.create(
        dataset=Dataset.objects.create(name="Ink", owner=owner),
        name="a.png",
        **{f"{which}_sha256": which[0] * 64 for which in ("original", "image", "thumb")},
        width=64,
        height=48,
    )

    old = migrate_to("training", "0009_dataset_tasks").get_model("training", "TrainingImage")
    before = list(old.objects.values_list("pk", "original_sha256", "picture_sha256"))
    new = migrate_to("training", "0010_image_hashes").get_model("training", "TrainingImage")
    after = list(new.objects.values_list("pk", "original_sha256", "image_sha256"))

    assert before == after == [(image.pk, "o" * 64, "i" * 64)]
