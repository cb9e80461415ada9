"""Machine help for a whole dataset: called as a function, with the real labelers and checks."""

import random

import pytest
from django.http import QueryDict

from brandstudio.core.models import WrongState
from brandstudio.core.queue import stopping
from training import jobs, services
from training.minibase import artist
from training.models import CaptionState, DatasetTask, DatasetTaskKind, DatasetTaskState
from training.pages.caption_editor import CaptionEditor

pytestmark = pytest.mark.django_db


def test_drafts_fill_what_is_missing_with_the_trigger_in_front(make_dataset, designer, queue_redis):
    dataset = make_dataset(3, captioned=1, checked=1)
    kept = dataset.images.first().caption
    task = services.ask_task(dataset, DatasetTaskKind.DRAFT, designer)

    jobs.carry_out_task(task.pk)

    task.refresh_from_db()
    first, *rest = dataset.images.all()
    assert (task.state, task.done, task.total) == (DatasetTaskState.DONE, 2, 2)
    assert first.caption == kept
    assert {image.caption_state for image in rest} == {CaptionState.DRAFTED}
    assert all(image.caption.startswith("lnink, ") for image in rest)


def test_screening_reports_on_every_picture(
    make_dataset, make_picture, designer, queue_redis, at_desk
):
    dataset = make_dataset(1)
    services.add_images(dataset, [make_picture("tiny.jpg", seed=9, size=(40, 30))])
    task = services.ask_task(dataset, DatasetTaskKind.SCREEN, designer)

    jobs.carry_out_task(task.pk)

    found = {image.name: image.report for image in dataset.images.all()}
    codes = [finding["code"] for finding in found["tiny.jpg"]["findings"]]
    assert "too-small" in codes
    assert found["tiny.jpg"]["worst"] in {"warning", "fault"}
    page = at_desk.get(f"/datasets/{dataset.pk}/?finding=picture").content.decode()
    assert "tiny.jpg" in page


def test_second_wish_joins_the_first(make_dataset, designer, queue_redis):
    dataset = make_dataset(1)

    first = services.ask_task(dataset, DatasetTaskKind.SCREEN, designer)
    second = services.ask_task(dataset, DatasetTaskKind.SCREEN, designer)

    assert first == second
    assert DatasetTask.objects.count() == 1


def test_fragment_polls_while_there_is_work_and_then_stops(
    at_desk, make_dataset, designer, queue_redis
):
    dataset = make_dataset(1)
    url = f"/datasets/{dataset.pk}/tasks/"
    asked = at_desk.post(url, {"kind": "screen"}, headers={"HX-Request": "true"})

    DatasetTask.objects.get().cancel(by=designer)
    ended = at_desk.get(url, headers={"HX-Request": "true"})

    assert "every 2s" in asked.content.decode()
    assert "every 2s" not in ended.content.decode()


def test_task_is_done_by_one_worker_only(make_dataset, designer, queue_redis):
    task = services.ask_task(make_dataset(1), DatasetTaskKind.SCREEN, designer)
    task.start(worker="one")

    with pytest.raises(WrongState):
        DatasetTask.objects.get().start(worker="two")


def test_wrong_captions_of_drawn_scenes_are_doubted_and_right_ones_are_not(
    make_dataset, designer, queue_redis, tmp_path
):
    """With the bundled CLIP, on 24 scenes it never saw: every other caption is its neighbour's."""
    rng = random.Random(4711)
    specs = [artist.random_spec(rng) for _ in range(24)]
    dataset = make_dataset()
    for n, spec in enumerate(specs):
        artist.draw(spec).save(tmp_path / f"{n:02}.png")
    services.add_images(dataset, sorted(tmp_path.glob("*.png")))
    for n, image in enumerate(dataset.images.all()):
        told = specs[(n + 1) % 24 if n % 2 else n]
        image.draft(f"lnink, {artist.caption(told)}")

    jobs.carry_out_task(services.ask_task(dataset, DatasetTaskKind.COMPARE, designer).pk)

    view = CaptionEditor(dataset, QueryDict("finding=disagrees"))
    doubted = [card.image.name for card in view.cards(view.image_ids)]
    right = [f"{n:02}.png" for n in range(0, 24, 2)]
    wrong = [f"{n:02}.png" for n in range(1, 24, 2)]
    assert [name for name in right if name in doubted] == []
    assert len([name for name in wrong if name in doubted]) >= 11


@pytest.mark.parametrize("kind", DatasetTaskKind.values)
def test_worker_that_must_end_puts_the_dataset_task_back(
    make_dataset, designer, queue_redis, monkeypatch, kind
):
    dataset = make_dataset(2, captioned=0 if kind == DatasetTaskKind.DRAFT else 2)
    task = services.ask_task(dataset, kind, designer)
    monkeypatch.setattr(stopping, "process_should_stop", lambda: True)

    jobs.carry_out_task(task.pk)
    task.refresh_from_db()
    put_back = (task.state, task.lost, task.problem)
    monkeypatch.setattr(stopping, "process_should_stop", lambda: False)
    jobs.carry_out_task(task.pk)

    task.refresh_from_db()
    assert put_back == (DatasetTaskState.QUEUED, 0, "")
    assert task.state == DatasetTaskState.DONE


def test_meter_comes_along_when_screening_has_ended(make_dataset, designer, queue_redis, at_desk):
    dataset = make_dataset(1)
    url = f"/datasets/{dataset.pk}/tasks/"
    task = services.ask_task(dataset, DatasetTaskKind.SCREEN, designer)
    english = {"HX-Request": "true", "Accept-Language": "en"}

    under_way = at_desk.get(url, headers=english).content.decode()
    jobs.carry_out_task(task.pk)
    ended = at_desk.get(url, headers=english).content.decode()

    assert 'id="readiness"' not in under_way
    assert '<hx-partial hx-target="#readiness"' in ended
    assert "not looked at yet" not in ended


def test_page_opened_before_the_address_changed_polls_and_asks_on(
    make_dataset, queue_redis, at_desk
):
    dataset = make_dataset(1)
    former, present = (f"/datasets/{dataset.pk}/{name}/" for name in ("chores", "tasks"))

    asked = at_desk.post(former, {"kind": "screen"}, headers={"HX-Request": "true"}, follow=True)
    polled = at_desk.get(former + "?tag=1", headers={"HX-Request": "true"}, follow=True)

    assert asked.redirect_chain == [(present, 307)]
    assert polled.redirect_chain == [(f"{present}?tag=1", 307)]
    assert [task.kind for task in dataset.tasks.all()] == [DatasetTaskKind.SCREEN]
