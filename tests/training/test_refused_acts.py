"""Acts of designers that are refused: why, under a status that says so; nothing is changed."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from training.models import RunState, TrainingImage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def post(at_desk):
    """post("run-act", 3, act="resume"): a designer's browser."""
    return lambda name, *args, **data: at_desk.post(reverse(f"training:{name}", args=args), data)


def told(answer, status, words):
    """Whether an answer is a page of that status with those words and the way back."""
    assert (answer.status_code, "Nothing was done" in answer.text) == (status, True)
    assert words in answer.text
    assert "Go back" in answer.text


def test_run_that_moved_on_meanwhile(post, make_run):
    run = make_run()
    run.cancel(by=run.owner)

    told(post("run-act", run.pk, act="cancel"), 409, "moved on meanwhile")
    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_run_whose_rights_ended_goes_neither_on_nor_once_more(post, make_run):
    run = make_run()
    run.pause(why="asked")
    run.dataset.images.update(rights_expire_at=timezone.now() - timedelta(minutes=1))

    told(post("run-act", run.pk, act="resume"), 422, "3 pictures")
    told(post("run-again", run.pk, act="exactly"), 422, "3 pictures")
    assert run.dataset.runs.count() == 1


def test_dataset_that_a_run_trains_on_stays(post, make_run):
    run = make_run()

    told(post("dataset-discard", run.dataset.pk), 409, "A run still trains on it")
    run.dataset.refresh_from_db()
    assert run.dataset.deleted_at is None


@pytest.mark.parametrize("act", ["check", "uncheck", "remove"])
def test_act_on_no_picture_at_all(post, make_dataset, act):
    dataset = make_dataset(2)

    told(post("dataset-bulk", dataset.pk, act=act), 422, "Choose at least one")
    told(post("dataset-bulk", dataset.pk, act=act, image=["999999"]), 422, "Choose at least one")
    assert dataset.images.count() == 2


def test_withdrawal_of_rights_without_a_reason_and_twice(post, make_dataset):
    image = make_dataset(1).images.get()

    told(post("image-withdraw", image.pk, why=" "), 422, "Write why")
    assert post("image-withdraw", image.pk, why="stolen").status_code == 302
    told(post("image-withdraw", image.pk, why="stolen"), 409, "It is withdrawn already")
    assert TrainingImage.objects.get().withdrawn_why == "stolen"
