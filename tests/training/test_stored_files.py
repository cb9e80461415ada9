"""A stored training picture or checkpoint that was lost or changed: named, and the rest goes on."""

import pytest
from django.core.management import CommandError, call_command

from tests.stored import DAMAGES, cut, lose
from training import jobs, services
from training.models import DatasetTaskKind, DatasetTaskState, RunState

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize(
    ("which", "column"),
    [
        ("thumb", "thumb_sha256"),
        ("picture", "image_sha256"),
        ("original", "original_sha256"),
    ],
)
def test_damaged_training_picture_is_not_given_out(at_desk, make_dataset, which, column, damage):
    image = make_dataset(1).images.get()
    damage(getattr(image, column))

    answer = at_desk.get(f"/images/{image.pk}/{which}/")

    assert answer.status_code == 404


@pytest.mark.parametrize("damage", DAMAGES)
def test_export_of_a_damaged_picture_names_it(at_desk, make_dataset, damage, tmp_path):
    dataset = make_dataset(3, captioned=3)
    image = dataset.images.first()
    damage(image.image_sha256)

    answer = at_desk.get(f"/datasets/{dataset.pk}/export/")

    assert answer.status_code == 404
    assert image.name in answer.content.decode()
    with pytest.raises(CommandError, match=image.name):
        call_command("export_dataset", dataset=str(dataset.pk), output=str(tmp_path / "out.zip"))


@pytest.mark.parametrize("damage", [cut, lose])
def test_run_on_a_damaged_picture_names_it(make_run, damage):
    run = make_run()
    image = run.snapshot.images.get(position=1)
    damage(image.sha256)

    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem) == (RunState.FAILED, "stored-damaged")
    assert run.problem_facts["name"] == image.name


@pytest.mark.parametrize("damage", [cut, lose])
@pytest.mark.parametrize("kind", [DatasetTaskKind.SCREEN, DatasetTaskKind.DRAFT])
def test_task_does_the_other_pictures_and_names_the_damaged_one(
    make_dataset, designer, queue_redis, damage, kind
):
    dataset = make_dataset(3, captioned=0)
    bad = dataset.images.order_by("name")[1]
    damage(bad.image_sha256)
    task = services.ask_task(dataset, kind, by=designer)

    jobs.carry_out_task(task.pk)

    task.refresh_from_db()
    assert (task.state, task.problem) == (DatasetTaskState.FAILED, "stored-damaged")
    assert task.problem_facts["name"] == bad.name
    done = [i.name for i in dataset.images.all() if i.report or i.caption]
    assert len(done) == 2
    assert bad.name not in done
