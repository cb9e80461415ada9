"""What is in a database of before comes through the migrations whole."""

from datetime import UTC, date, datetime

from brandstudio.core.models import AuditEntry
from training.models import DatasetTask

ROWS = [
    {"image": 7, "name": "b.png", "sha256": "b" * 64, "caption": "ink, 雨"},
    {"image": 3, "name": "a.png", "sha256": "a" * 64, "caption": ""},
]
COLUMNS = ("image_number", "name", "sha256", "caption")


def test_snapshot_rows_move_from_json_into_their_table_and_back(begin_at, migrate_to):
    old = begin_at("training", "0004_where_pictures_lay")
    owner = old.get_model("core", "User").objects.create(username="dora").pk
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


def test_work_on_datasets_keeps_its_row_and_history_under_its_new_name(begin_at, migrate_to):
    old = begin_at("training", "0007_no_snapshot_rows_as_json")
    owner = old.get_model("core", "User").objects.create(username="dora").pk
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


def test_images_keep_their_hashes_under_the_new_column_and_back(begin_at, migrate_to):
    old = begin_at("training", "0009_dataset_tasks")
    owner = old.get_model("core", "User").objects.create(username="dora").pk
    image = old.get_model("training", "TrainingImage").objects.create(
        dataset=old.get_model("training", "Dataset").objects.create(name="Ink", owner_id=owner),
        name="a.png",
        **{f"{which}_sha256": which[0] * 64 for which in ("original", "picture", "thumb")},
        width=64,
        height=48,
    )

    new = migrate_to("training", "0010_image_hashes").get_model("training", "TrainingImage")
    after = list(new.objects.values_list("pk", "original_sha256", "image_sha256"))
    old = migrate_to("training", "0009_dataset_tasks").get_model("training", "TrainingImage")
    back = list(old.objects.values_list("pk", "original_sha256", "picture_sha256"))

    assert after == back == [(image.pk, "o" * 64, "p" * 64)]


def test_days_become_moments_and_withdrawn_images_get_their_row_back(
    begin_at, migrate_to, settings
):
    settings.TIME_ZONE = "Asia/Shanghai"
    old = begin_at("training", "0011_rights_with_a_clock")
    owner = old.get_model("core", "User").objects.create(username="dora").pk
    ink, other = (
        old.get_model("training", "Dataset").objects.create(name=name, owner_id=owner)
        for name in ("Ink", "Other")
    )
    make_image = old.get_model("training", "TrainingImage").objects.create
    here = {"original_sha256": "o" * 64, "thumb_sha256": "t" * 64, "width": 64, "height": 48}
    dated = make_image(
        dataset=ink, name="a.png", image_sha256="a" * 64, rights_expire=date(2031, 5, 4), **here
    ).pk
    endless = make_image(dataset=other, name="a.png", image_sha256="a" * 64, **here).pk
    snapshot = old.get_model("training", "Snapshot").objects.create(dataset=ink, sha256="1" * 64)
    freeze = old.get_model("training", "SnapshotImage").objects.create
    frozen = [
        freeze(snapshot=snapshot, position=n, name=f"{n}.png", sha256=sha * 64).pk
        for n, sha in enumerate("abc")
    ]
    for sha, is_withdrawn in (("b", True), ("c", False), ("d", True)):
        AuditEntry.objects.create(
            subject_kind="training.dataset",
            subject_id=str(ink.pk),
            target="picture removed",
            facts={
                "name": f"{sha}.png",
                "sha256": "o" * 64,
                "picture": sha * 64,
                "withdrawn": is_withdrawn,
            },
        )

    new = migrate_to("training", "0012_rights_into_moments")

    images = new.get_model("training", "TrainingImage").objects
    moments = dict(images.values_list("pk", "rights_expire_at"))
    assert moments[dated] == datetime(2031, 5, 4, 16, tzinfo=UTC)
    assert moments[endless] is None
    [back] = images.exclude(removed_at=None)  # "c" was not withdrawn, "d" made nothing
    assert (back.dataset_id, back.name, back.image_sha256) == (ink.pk, "b.png", "b" * 64)
    assert back.withdrawn_at is not None
    numbers = new.get_model("training", "SnapshotImage").objects.in_bulk(frozen)
    assert [numbers[pk].image_number for pk in frozen] == [dated, back.pk, None]
