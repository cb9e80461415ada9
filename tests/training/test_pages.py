"""Every page answers, for those who may see it, with as many queries at 3 rows as at 1."""

from datetime import timedelta

import pytest
from django.urls import reverse

from brandstudio.core import blobs
from training.models import Checkpoint, LossPoint, RunSample, TrainingRun
from training.pages.run import RunPage, sample_grid

pytestmark = pytest.mark.django_db

DATASET_PAGES = ["detail", "edit", "upload", "statistics", "rights", "snapshots"]


@pytest.mark.parametrize("page", DATASET_PAGES)
@pytest.mark.parametrize("pictures", [0, 2])
def test_dataset_page_answers(at_desk, make_dataset, page, pictures):
    dataset = make_dataset(pictures)

    answer = at_desk.get(reverse(f"training:dataset-{page}", args=[dataset.pk]))

    assert answer.status_code == 200
    assert dataset.name in answer.content.decode()


def test_list_shows_datasets_or_the_next_step(at_desk, make_dataset):
    empty = at_desk.get("/datasets/").content.decode()
    make_dataset(2, name="Lingnan")

    full = at_desk.get("/datasets/").content.decode()

    assert "/datasets/new/" in empty
    assert "Lingnan" in full


def test_list_is_newest_first(at_desk, make_dataset):
    older, newer = make_dataset(1, name="Older"), make_dataset(1, name="Newer")

    assert list(at_desk.get("/datasets/").context["datasets"]) == [newer, older]


def test_new_training_begins_from_the_list_of_runs(at_desk, make_dataset):
    full, _without_pictures = make_dataset(1, name="Lingnan"), make_dataset(name="Blank")

    runs = at_desk.get("/runs/").content.decode()
    choice = at_desk.get("/runs/new/").content.decode()

    assert 'href="/runs/new/"' in runs
    assert f'href="/datasets/{full.pk}/train/"' in choice
    assert "Blank" not in choice


def test_new_training_without_pictures_leads_to_datasets(at_desk, make_dataset):
    make_dataset(name="Blank")

    page = at_desk.get("/runs/new/")

    assert list(page.context["datasets"]) == []
    assert 'class="button button--primary" href="/datasets/"' in page.content.decode()


def test_new_training_offers_nobody_elses_dataset(at_desk, make_dataset, brand_admin, marketer):
    make_dataset(1, owner=brand_admin, name="Theirs")

    assert list(at_desk.get("/runs/new/").context["datasets"]) == []

    at_desk.force_login(marketer)
    assert at_desk.get("/runs/new/").status_code == 403


def test_run_pages_answer(at_desk, make_run):
    run = make_run()
    other = make_run(run.dataset, name="Other")

    for url in (
        "/runs/",
        "/runs/new/",
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/progress/",
        f"/runs/{run.pk}/log/",
        f"/runs/{run.pk}/again/",
        f"/runs/compare/?a={run.pk}&b={other.pk}",
        f"/datasets/{run.dataset_id}/train/",
        "/base-models/",
    ):
        answer = at_desk.get(url)
        assert answer.status_code == 200, url


def test_run_page_shows_curve_samples_and_checkpoints(at_desk, make_run):
    run = make_run()
    LossPoint.objects.bulk_create(
        LossPoint(run=run, step=step, loss=0.2 / step, validation=0.1 if step == 4 else None)
        for step in range(1, 9)
    )
    sha256 = run.dataset.images.first().thumb_sha256
    sample = RunSample.objects.create(run=run, step=4, prompt="lnink", seed=1, sha256=sha256)
    checkpoint = Checkpoint.objects.create(run=run, step=4, sha256=sha256, size=1234)

    page = at_desk.get(run.get_absolute_url()).content.decode()

    assert '<polyline class="series s1"' in page
    assert reverse("training:sample-file", args=[sample.pk]) in page
    assert reverse("training:checkpoint-file", args=[checkpoint.pk]) in page


def test_run_that_a_worker_took_a_moment_ago_has_no_place_any_more(make_run):
    read_while_queued = make_run()
    TrainingRun.objects.get(pk=read_while_queued.pk).start(worker="one")

    assert RunPage(read_while_queued).place is None


@pytest.mark.parametrize("stranger", ["other_designer", "marketer"])
def test_stranger_finds_nothing(client, request, make_user, make_run, stranger):
    run = make_run()
    image = run.dataset.images.first()
    if stranger == "other_designer":
        person, expected = make_user("other", is_designer=True), 404
    else:
        person, expected = request.getfixturevalue("marketer"), 403
    client.force_login(person)

    urls = [reverse(f"training:dataset-{page}", args=[run.dataset_id]) for page in DATASET_PAGES]
    urls += [
        f"/images/{image.pk}/thumb/",
        f"/images/{image.pk}/original/",
        f"/runs/{run.pk}/",
        f"/runs/{run.pk}/log/",
        f"/datasets/{run.dataset_id}/train/",
        f"/datasets/{run.dataset_id}/export/",
        f"/snapshots/{run.snapshot_id}/export/",
    ]

    assert [client.get(url).status_code for url in urls] == [expected] * len(urls)


def test_stranger_can_act_on_nothing(client, make_user, make_run):
    run = make_run()
    image = run.dataset.images.first()
    client.force_login(make_user("other", is_designer=True))

    for url in (
        f"/images/{image.pk}/caption/",
        f"/runs/{run.pk}/act/",
        f"/datasets/{run.dataset_id}/bulk/",
        f"/datasets/{run.dataset_id}/replace/",
        f"/datasets/{run.dataset_id}/tasks/",
    ):
        assert client.post(url, {"act": "cancel"}).status_code == 404
    assert TrainingRun.objects.get().state == "queued"


def test_visitor_is_asked_to_sign_in(client, make_dataset):
    dataset = make_dataset()

    assert client.get(dataset.get_absolute_url()).url.startswith("/sign-in/")


def test_admin_sees_everybodys(client, brand_admin, make_run):
    run = make_run()
    client.force_login(brand_admin)

    assert client.get(run.get_absolute_url()).status_code == 200
    assert client.get(run.dataset.get_absolute_url()).status_code == 200


@pytest.mark.parametrize("page", ["detail", "edit", "upload", "rights", "statistics", "snapshots"])
def test_dataset_page_costs_the_same_whatever_its_size(at_desk, make_dataset, count_queries, page):
    small, large = make_dataset(1), make_dataset(3)

    costs = [
        count_queries(at_desk, reverse(f"training:dataset-{page}", args=[dataset.pk]))
        for dataset in (small, large)
    ]

    assert costs[0] == costs[1]


def test_lists_cost_the_same_whatever_their_length(at_desk, make_run, make_dataset, count_queries):
    run = make_run()
    costs = [count_queries(at_desk, url) for url in ("/datasets/", "/runs/")]
    for n in range(2):
        make_run(run.dataset, name=f"More {n}")
        make_dataset(1, name=f"More {n}")

    assert [count_queries(at_desk, url) for url in ("/datasets/", "/runs/")] == costs


def test_poll_of_an_unchanged_run_is_a_304(at_desk, make_run):
    run = make_run()
    first = at_desk.get(f"/runs/{run.pk}/progress/")

    second = at_desk.get(f"/runs/{run.pk}/progress/", headers={"HX-PTag": first["HX-PTag"]})
    run.pause(why="asked")
    third = at_desk.get(f"/runs/{run.pk}/progress/", headers={"HX-PTag": first["HX-PTag"]})

    assert second.status_code == 304
    assert third.status_code == 200


def test_finished_run_polls_no_more(at_desk, make_run, designer):
    run = make_run()
    assert "every 2s" in at_desk.get(run.get_absolute_url()).content.decode()

    run.cancel(by=designer)

    assert "every 2s" not in at_desk.get(run.get_absolute_url()).content.decode()


def test_run_that_has_ended_says_how_long_it_took(client, make_run, designer):
    run = make_run()
    client.force_login(designer)
    client.cookies["django_language"] = "en"
    under_way = client.get(run.get_absolute_url()).text

    run.cancel(by=designer)
    run.started_at = run.ended_at - timedelta(minutes=12)
    run.save(update_fields=["started_at"])

    ended = client.get(run.get_absolute_url()).text
    words = ("From start to end", "12 minutes", "<dt>Left</dt>", "<dt>Memory</dt>")
    assert [word in ended for word in words] == [True, True, False, False]
    assert [word in under_way for word in words] == [False, False, True, True]


def test_slider_shows_no_picture_of_another_step_while_samples_are_drawn(make_run, at_desk):
    run = make_run()
    for step, prompt in ((80, "a suv"), (80, "a street"), (90, "a suv")):
        RunSample.objects.create(
            run=run, step=step, prompt=prompt, seed=1, sha256=blobs.put_bytes(prompt.encode())
        )

    films = {film["prompt"]: film["frames"] for film in sample_grid(run)["films"]}
    page = " ".join(at_desk.get(f"/runs/{run.pk}/").text.split())

    assert [frame["step"] for frame in films["a street"]] == [80, 90]
    assert films["a street"][1]["sample"] is None
    assert page.count('is-shown" data-at="90"') + page.count('data-at="90" class="is-shown"') == 2
    assert 'data-at="80" class="is-shown"' not in page
