"""Rights have a clock: when they end, what they allow, and what no longer starts then."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from PIL import ExifTags, Image

from brandstudio.core.models import AuditEntry
from brandstudio.core.models.rights import end_of_day
from training import jobs, services
from training.models import RunState, TrainingImage
from training.rules.readiness import dataset_counts

pytestmark = pytest.mark.django_db


def a_minute_ago():
    return timezone.now() - timedelta(minutes=1)


def end_rights(dataset, **images):
    """The rights of these pictures ended a minute ago."""
    dataset.images.filter(**images).update(rights_expire_at=a_minute_ago())


def test_rights_of_a_day_end_with_it_in_the_studios_time_zone(settings):
    settings.TIME_ZONE = "Asia/Shanghai"

    assert end_of_day(date(2026, 12, 31)) == datetime(2026, 12, 31, 16, tzinfo=UTC)


def test_form_takes_a_day_or_a_moment_and_uses_of_the_list(at_desk, make_dataset):
    dataset = make_dataset(2)
    first, second = dataset.images.all()
    url = reverse("training:dataset-rights", args=[dataset.pk])
    rights = {"rights_holder": "Lin", "rights_expire_at_0": "2031-05-04", "scope": "chosen"}

    at_desk.post(url, {**rights, "image": first.pk, "uses": ["training", "online"]})
    at_desk.post(url, {**rights, "image": second.pk, "rights_expire_at_1": "18:30"})

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.rights_expire_at == end_of_day(date(2031, 5, 4))
    assert first.uses == "training online"
    assert timezone.localtime(second.rights_expire_at).strftime("%F %H:%M") == "2031-05-04 18:30"


@pytest.mark.parametrize("time", ["", "23:59"])
@pytest.mark.parametrize("day", ["9999-12-31", "0001-01-01"])
def test_day_at_the_edge_of_the_calendar_is_kept_as_the_nearest_one(
    at_desk, make_dataset, day, time
):
    dataset = make_dataset(1)
    image = dataset.images.get()
    url = reverse("training:dataset-rights", args=[dataset.pk])
    sent = {"rights_holder": "Lin", "rights_expire_at_0": day, "rights_expire_at_1": time}

    answer = at_desk.post(url, sent | {"scope": "chosen", "image": image.pk})

    assert answer.status_code == 302
    image.refresh_from_db()
    assert image.rights_expire_at.year == (9999 if day.startswith("9") else 1900)
    assert at_desk.get(reverse("training:dataset-detail", args=[dataset.pk])).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"rights_expire_at_0": "", "rights_expire_at_1": "18:30"},
        {"rights_expire_at_0": "31.2.2031"},
        {"uses": ["everything"]},
    ],
)
def test_form_refuses_what_is_no_day_and_no_use(at_desk, make_dataset, wrong):
    dataset = make_dataset(1)
    url = reverse("training:dataset-rights", args=[dataset.pk])

    answer = at_desk.post(url, {"rights_holder": "Lin", **wrong})

    assert answer.status_code == 422
    assert dataset.images.get().rights_holder == ""


def test_empty_fields_leave_the_licence_that_stands(at_desk, make_dataset):
    dataset = make_dataset(1)
    services.set_rights(
        dataset, dataset.owner, rights_holder="Lin", licence="CC0", uses="online", shows_people=True
    )
    url = reverse("training:dataset-rights", args=[dataset.pk])

    at_desk.post(url, {"rights_holder": "Mei", "rights_expire_at_0": "2031-05-04", "uses": []})

    image = dataset.images.get()
    assert (image.rights_holder, image.licence, image.uses, image.shows_people) == (
        "Mei",
        "CC0",
        "online",
        True,
    )
    assert image.rights_expire_at == end_of_day(date(2031, 5, 4))


def test_holder_left_empty_stays_as_it_is(at_desk, make_dataset):
    dataset = make_dataset(3)
    named, from_file, unknown = dataset.images.all()
    dataset.images.filter(pk=named.pk).update(rights_holder="Lin")
    dataset.images.filter(pk=from_file.pk).update(rights_holder="Mei", rights_from_file=True)
    url = reverse("training:dataset-rights", args=[dataset.pk])

    answer = at_desk.post(url, {"rights_holder": "", "licence": "contract 7", "scope": "all"})

    assert answer.status_code == 302
    assert list(dataset.images.values_list("rights_holder", "rights_from_file", "licence")) == [
        ("Lin", False, "contract 7"),
        ("Mei", True, "contract 7"),
        ("", False, "contract 7"),
    ]
    assert set(dataset.images.without_rights()) == {from_file, unknown}


@pytest.mark.parametrize(("known", "scope"), [(0, "missing"), (1, "missing"), (2, "all")])
def test_pictures_of_unknown_rights_are_chosen_beforehand(at_desk, make_dataset, known, scope):
    dataset = make_dataset(2)
    some = [image.pk for image in dataset.images.all()[:known]]
    dataset.images.filter(pk__in=some).update(rights_holder="Lin")

    page = at_desk.get(reverse("training:dataset-rights", args=[dataset.pk]))

    assert re.findall(r'value="(\w+)" checked', " ".join(page.text.split())) == [scope]


def test_form_that_says_nothing_at_all_is_refused(at_desk, make_dataset, in_english):
    dataset = make_dataset(1)
    url = reverse("training:dataset-rights", args=[dataset.pk])

    answer = at_desk.post(url, {"rights_holder": "", "scope": "all"})

    assert answer.status_code == 422
    assert "Write what is to be noted, or choose what to empty." in answer.content.decode()
    assert dataset.images.get().rights_noted_at is None


def test_what_is_to_be_emptied_is_chosen(at_desk, make_dataset):
    dataset = make_dataset(1)
    services.set_rights(
        dataset,
        dataset.owner,
        rights_holder="Lin",
        licence="CC0",
        uses="online",
        shows_people=True,
        rights_expire_at=end_of_day(date(2031, 5, 4)),
    )
    url = reverse("training:dataset-rights", args=[dataset.pk])
    cleared = ["licence", "uses", "shows_people", "rights_expire_at"]

    both = at_desk.post(url, {"rights_holder": "Mei", "licence": "contract", "clear": cleared})
    assert both.status_code == 422
    assert dataset.images.get().licence == "CC0"
    at_desk.post(url, {"rights_holder": "Mei", "clear": cleared})

    image = dataset.images.get()
    assert (image.licence, image.uses, image.shows_people, image.rights_expire_at) == (
        "",
        "",
        False,
        None,
    )


def test_page_shows_the_last_day_of_rights(at_desk, make_dataset):
    dataset = make_dataset(1)
    services.set_rights(
        dataset, dataset.owner, rights_holder="Lin", rights_expire_at=end_of_day(date(2031, 5, 4))
    )

    assert "2031" in dataset.images.get().expires_shown
    assert (
        dataset.images.get().expires_shown
        in at_desk.get(reverse("training:dataset-rights", args=[dataset.pk])).text
    )


def test_run_does_not_start_on_pictures_not_allowed_for_training(make_run, make_dataset, designer):
    dataset = make_dataset(3, checked=3)
    services.set_rights(dataset, designer, rights_holder="Lin", uses="online print")

    with pytest.raises(services.NotReady) as caught:
        make_run(dataset)

    assert [problem.code for problem in caught.value.problems] == ["rights-not-for-training"]


def test_queued_run_fails_at_its_claim_once_rights_ended_and_goes_on_when_extended(
    make_run, designer
):
    run = make_run()
    image = run.dataset.images.first()
    end_rights(run.dataset, pk=image.pk)

    jobs.train(run.pk)

    run.refresh_from_db()
    assert (run.state, run.problem, run.problem_facts) == (
        RunState.FAILED,
        "rights-expired",
        {"count": 1},
    )
    with pytest.raises(services.NotReady):
        services.resume_run(run, designer)
    image.refresh_from_db()
    image.extend_rights(designer, None, "renewed")
    services.resume_run(run, designer)
    assert run.state == RunState.QUEUED


def test_paused_run_is_not_resumed_in_the_browser_after_rights_ended(at_desk, make_run):
    run = make_run()
    run.pause(why="asked")
    end_rights(run.dataset)

    url = reverse("training:run-act", args=[run.pk])
    answer = at_desk.post(url, {"act": "resume"})

    run.refresh_from_db()
    assert run.state == RunState.PAUSED
    assert answer.status_code == 422
    assert "3" in answer.context["trouble"].text


def test_picture_taken_out_of_its_dataset_keeps_its_rights_for_what_it_reached(make_run, designer):
    run = make_run()
    image = run.dataset.images.first()
    counted = dataset_counts(run.dataset)["images"]

    services.remove_images(run.dataset.images.filter(pk=image.pk), designer)

    assert not TrainingImage.objects.filter(pk=image.pk).exists()
    assert dataset_counts(run.dataset)["images"] == counted - 1
    TrainingImage.with_removed.filter(pk=image.pk).update(rights_expire_at=a_minute_ago())
    with pytest.raises(services.NotReady) as caught:
        services.repeat_run(run, designer)
    assert [problem.code for problem in caught.value.problems] == ["rights-expired"]


def test_picture_taken_out_can_be_added_again_under_its_name(make_run, designer, make_picture):
    run = make_run()
    services.remove_images(run.dataset.images.all(), designer)

    report = services.add_images(run.dataset, [make_picture("000.jpg", seed=0)])

    assert [image.name for image in report.added] == ["000.jpg"]
    assert run.dataset.images.count() == 1


def test_picture_that_no_snapshot_holds_is_gone_once_taken_out(make_dataset, designer):
    dataset = make_dataset(1)

    services.remove_images(dataset.images.all(), designer)

    assert not TrainingImage.with_removed.exists()


def test_new_rights_undo_the_decision_about_the_former_ones(make_dataset, designer):
    dataset = make_dataset(1)
    end_rights(dataset)
    image = dataset.images.get()
    image.keep_in_use(designer, "contract under way")
    assert not image.is_holding

    services.set_rights(dataset, designer, rights_holder="Lin")

    assert dataset.images.holding().get() == image
    entry = AuditEntry.objects.about(image).first()
    assert (entry.target, entry.why) == ("kept in use", "contract under way")


def test_rights_in_a_file_are_proposed_until_a_person_notes_them(make_dataset, tmp_path, designer):
    path = tmp_path / "own.jpg"
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Lin Mei"
    Image.new("RGB", (64, 64), "teal").save(path, exif=exif)
    dataset = make_dataset()

    report = services.add_images(dataset, [path])

    image = dataset.images.get()
    assert (image.rights_holder, image.creator, image.rights_from_file) == (
        "Lin Mei",
        "Lin Mei",
        True,
    )
    assert [line.code for line in report.noted] == ["rights-read"]
    assert dataset_counts(dataset)["without_rights"] == 1
    services.set_rights(dataset, designer, rights_holder="Lin Mei")
    assert dataset_counts(dataset)["without_rights"] == 0
