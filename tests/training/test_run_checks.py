"""What stands in a run's way: rights, pictures, devices, trigger words, targets."""

import json
from datetime import date

import pytest

from brandstudio.core.models import AuditEntry
from brandstudio.core.models.rights import end_of_day
from tests.training.test_run_form import SMALL
from training import services
from training.models import TrainingRun
from training.services.runs import FEW_IMAGES

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("pictures", "captioned", "code"),
    [(0, 0, "no-pictures"), (2, 1, "captions-missing")],
)
def test_dataset_that_is_not_ready_stops_the_start(
    at_desk, make_dataset, base, fields, pictures, captioned, code
):
    dataset = make_dataset(pictures, captioned=captioned)

    answer = at_desk.post(
        f"/datasets/{dataset.pk}/train/", {**fields, "base": base.pk, "act": "start"}
    )

    assert answer.status_code == 422
    assert code in [problem.code for problem in answer.context["draft"].stopping]
    assert TrainingRun.objects.count() == 0


def test_missing_and_expired_rights(dataset, base, designer, settings):
    def codes(stops):
        return {p.code for p in services.preflight(dataset, base, {}) if p.stops == stops}

    assert "rights-unknown" in codes(stops=False)
    settings.REQUIRE_RIGHTS = True
    assert "rights-missing" in codes(stops=True)
    ended = end_of_day(date(2020, 1, 1))
    services.set_rights(dataset, designer, rights_holder="Studio", rights_expire_at=ended)
    assert codes(stops=True) == {"rights-expired"}


def start(at_desk, dataset, fields, base, **said):
    fields = {name: value for name, value in fields.items() if name != "unknown_rights"}
    return start_with(at_desk, dataset, fields, base, **said)


def test_run_on_unknown_rights_says_what_that_means_and_starts_once_it_is_confirmed(
    at_desk, dataset, base, fields, designer, in_english
):
    dataset.images.filter(pk=dataset.images.first().pk).update(rights_holder="Lin")
    of_three = f"/datasets/{dataset.pk}/rights/?show=unknown"

    page = at_desk.get(f"/datasets/{dataset.pk}/train/").content.decode()
    refused = start(at_desk, dataset, fields, base)
    seen_fewer = start(at_desk, dataset, fields, base, unknown_rights=2)

    assert "Nobody has noted whose 3 pictures are." in page
    assert "can be tried, but not approved" in page
    assert of_three in page
    assert len(at_desk.get(of_three).context["images"]) == 3
    for answer in (refused, seen_fewer):
        assert answer.status_code == 422
        stopping = answer.context["draft"].stopping
        assert [problem.code for problem in stopping] == ["rights-unconfirmed"]
    assert TrainingRun.objects.count() == 0
    assert start(at_desk, dataset, fields, base, unknown_rights=3).status_code == 302
    run = TrainingRun.objects.get()
    entry = services.confirmed_unknown_rights(run)
    assert (entry.actor, entry.facts) == (designer, {"count": 3})
    shown = at_desk.get(run.get_absolute_url()).content.decode()
    assert "The rights of 3 pictures were unknown;" in shown


def test_run_on_few_images_starts_once_it_is_confirmed(
    at_desk, make_dataset, dataset, base, fields, designer, in_english
):
    del fields["few_images"]

    refused = [
        start_with(at_desk, dataset, fields, base, **said)
        for said in ({}, {"few_images": 0}, {"few_images": 5})  # five: two were taken out
    ]

    for answer in refused:
        assert answer.status_code == 422
        stopping = answer.context["draft"].stopping
        assert [problem.code for problem in stopping] == ["few-unconfirmed"]
        assert "has 4 pictures, and a style needs 20 or more" in answer.text
    assert TrainingRun.objects.count() == 0
    assert start_with(at_desk, dataset, fields, base, few_images=4).status_code == 302
    entry = AuditEntry.objects.about(TrainingRun.objects.get()).get(target=FEW_IMAGES)
    assert (entry.actor, entry.facts) == (designer, {"count": 4})


def test_enough_pictures_ask_nothing(at_desk, make_dataset, base, fields):
    del fields["few_images"]
    dataset = make_dataset(20, checked=20)
    unknown = dataset.images.without_rights().count()

    assert "few_images" not in at_desk.get(f"/datasets/{dataset.pk}/train/").text
    answer = start_with(at_desk, dataset, {**fields, "unknown_rights": unknown}, base)

    assert answer.status_code == 302
    assert not AuditEntry.objects.filter(target=FEW_IMAGES).exists()


def start_with(at_desk, dataset, fields, base, **said):
    data = {**fields, "base": base.pk, "act": "start", **said}
    return at_desk.post(f"/datasets/{dataset.pk}/train/", data)


def test_nothing_is_asked_where_rights_are_known_or_required(
    at_desk, dataset, base, fields, designer, settings, in_english
):
    settings.REQUIRE_RIGHTS = True
    required = start(at_desk, dataset, fields, base, unknown_rights=4)
    assert [p.code for p in required.context["draft"].stopping] == ["rights-missing"]

    settings.REQUIRE_RIGHTS = False
    services.set_rights(dataset, designer, rights_holder="Studio")
    assert "I know that the rights" not in required.content.decode()
    assert start(at_desk, dataset, fields, base).status_code == 302
    assert services.confirmed_unknown_rights(TrainingRun.objects.get()) is None


def test_run_is_repeated_on_as_many_unknown_rights_as_were_confirmed(dataset, base, designer):
    services.set_rights(dataset, designer, rights_holder="Studio")
    run = services.start_run(dataset, base, SMALL, by=designer)
    confirmed = services.start_run(dataset, base, SMALL, by=designer, unknown_rights=2)
    dataset.images.filter(name__in=["000.jpg", "001.jpg"]).update(rights_holder="")

    with pytest.raises(services.NotReady) as caught:
        services.repeat_run(run, by=designer)
    again = services.repeat_run(confirmed, by=designer)

    assert [problem.code for problem in caught.value.problems] == ["rights-unconfirmed-again"]
    assert services.confirmed_unknown_rights(again).facts == {"count": 2}
    dataset.images.filter(name="000.jpg").delete()  # whose that was, nobody can tell any more
    dataset.images.filter(name="002.jpg").update(rights_from_file=True)
    with pytest.raises(services.NotReady):
        services.repeat_run(confirmed, by=designer)


def test_studio_that_approves_without_rights_says_so(dataset, base, settings):
    settings.REQUIRE_RIGHTS_FOR_APPROVAL = False

    assert "rights-unknown-allowed" in {p.code for p in services.preflight(dataset, base, {})}


def test_rights_are_set_for_many_at_once(at_desk, dataset):
    chosen = list(dataset.images.values_list("pk", flat=True))[:2]

    at_desk.post(
        f"/datasets/{dataset.pk}/rights/",
        {"scope": "chosen", "image": chosen, "rights_holder": "Lin", "licence": "contract 7"},
    )

    assert dataset.images.filter(rights_holder="Lin", licence="contract 7").count() == 2


def test_rights_of_the_chosen_begin_with_an_empty_form(at_desk, dataset):
    chosen = dataset.images.first()

    answer = at_desk.post(
        f"/datasets/{dataset.pk}/rights/", {"scope": "chosen", "image": chosen.pk}
    )

    assert answer.status_code == 200
    assert [image.pk for image in answer.context["images"]] == [chosen.pk]


def test_ordinary_trigger_word_is_explained(at_desk):
    answer = at_desk.post("/datasets/new/", {"name": "Ink", "trigger_word": "dog"})

    assert answer.status_code == 422
    assert "ordinary" in str(answer.context["form"].errors) or "dog" in answer.content.decode()


def test_base_that_is_gone_is_marked_and_kept(base, settings):
    (settings.BASE_MODELS_DIR / "toy").unlink()
    (settings.BASE_MODELS_DIR / "old.ckpt").write_bytes(b"\x80\x02pickle")

    problems = services.sync_base_models()

    base.refresh_from_db()
    assert not base.is_present
    assert problems["old.ckpt"][0] == "base-is-pickle"


def test_pictures_that_the_engine_would_refuse_stop_the_start(make_dataset, base, designer):
    dataset = make_dataset(3, checked=3)
    dataset.images.filter(name="000.jpg").update(width=12, height=8)

    with pytest.raises(services.NotReady) as refused:
        services.start_run(dataset, base, SMALL, by=designer)

    assert [problem.code for problem in refused.value.problems] == ["pictures-too-small"]
    assert dataset.runs.count() == 0


def test_run_that_no_device_could_hold_is_refused(
    make_dataset, base, designer, queue_redis, at_desk
):
    dataset = make_dataset(3, checked=3)
    queue_redis.set("studio:device:far:device", '{"kind": "cuda", "megabytes": 1}')

    with pytest.raises(services.NotReady) as refused:
        services.start_run(dataset, base, SMALL, by=designer)
    queue_redis.set("studio:device:near:device", '{"kind": "cuda", "megabytes": 80000}')
    run = services.start_run(dataset, base, SMALL, by=designer)

    assert [problem.code for problem in refused.value.problems] == ["memory-short"]
    assert run.needs_mb > 1
    assert run.steps_total > 0


@pytest.mark.parametrize("word", ["ink wash style", "lnink", "manchu window style", "x2 y"])
def test_trigger_of_several_words_is_taken(at_desk, designer, word):
    at_desk.post("/datasets/new/", {"name": "Ink", "trigger_word": f" {word}  "})

    assert designer.datasets.get().trigger_word == word


@pytest.mark.parametrize("word", ["red car", "ab", "a, b", "one two three four five six", "水墨"])
def test_trigger_that_cannot_call_a_style_is_refused(at_desk, designer, word):
    answer = at_desk.post("/datasets/new/", {"name": "Ink", "trigger_word": word})

    assert answer.status_code == 422
    assert not designer.datasets.exists()


@pytest.mark.parametrize(
    ("targets", "idle"),
    [
        ("nonsense-layer", "nonsense-layer"),
        ("to_q, nonsense-layer", "nonsense-layer"),
        ("to_q、to_out.0 ff.net.2", ""),
        ("attention", ""),
    ],
)
def test_targets_that_the_base_lacks_are_refused_beside_their_field(
    at_desk, dataset, fields, base, targets, idle
):
    at_desk.cookies["django_language"] = "en"
    data = {**fields, "base": base.pk, "targets": targets, "act": "start", "yaml": ""}
    data["yaml_was"] = data["yaml"]

    answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    if idle:
        assert answer.status_code == 422
        assert f"({idle})" in answer.context["form"].errors["targets"][0]
    assert TrainingRun.objects.count() == (0 if idle else 1)


@pytest.mark.parametrize("line", ["targets: nonsense-layer", "targets: [nonsense-layer]"])
def test_targets_of_a_yaml_are_refused_before_the_start(at_desk, dataset, fields, base, line):
    text = f"epochs: 1\n{line}\n"
    data = {**fields, "base": base.pk, "yaml": text, "yaml_was": "", "act": "start"}

    answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    assert answer.status_code == 422
    assert "nonsense-layer" in answer.content.decode()
    assert not TrainingRun.objects.exists()


@pytest.mark.parametrize(
    ("device", "told", "is_refused"),
    [
        ("xpu", None, True),
        ("cuda:x", None, True),
        ("cuda:9", None, False),  # no worker has told yet
        ("cuda:9", {"kind": "cuda", "megabytes": 80000, "gpus": 2}, True),
        ("cuda:1", {"kind": "cuda", "megabytes": 80000, "gpus": 2}, False),
        ("cuda", {"kind": "cpu", "megabytes": 80000, "gpus": 0}, True),
        ("cpu", {"kind": "cpu", "megabytes": 80000, "gpus": 0}, False),
        ("cuda:9", {"kind": "cuda", "megabytes": 80000}, False),  # an older worker
    ],
)
def test_device_that_no_worker_has_is_refused_beside_its_field(
    at_desk, dataset, fields, base, queue_redis, device, told, is_refused
):
    if told:
        queue_redis.set("studio:device:near:device", json.dumps(told))
    data = {**fields, "base": base.pk, "device": device, "act": "start"}
    data["yaml"] = data["yaml_was"] = ""

    answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    if is_refused:
        assert answer.status_code == 422
        assert device in answer.context["form"].errors["device"][0]
    assert TrainingRun.objects.count() == (0 if is_refused else 1)
