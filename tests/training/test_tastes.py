"""A taste: a minute's training before the real one."""

from datetime import timedelta

import pytest
from django.utils.translation import override

from brandstudio.core import blobs
from brandstudio.core.models import Notice
from training import jobs, services
from training.engine.config.taste import taste
from training.models import RunState, Snapshot, TrainingRun
from training.pages.taste import TastePage
from training.rules import run_settings
from training.services.tastes import drop_taste

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("in_english")]


@pytest.fixture
def make_taste(make_dataset, base, designer, queue_redis, quick_settings, monkeypatch):
    """make_taste(): a queued taste of four steps on the toy base, of a set of three pictures."""
    monkeypatch.setattr("training.engine.config.taste.STEPS", 4)

    def make_taste(dataset=None, **changes):
        dataset = dataset or make_dataset(3, checked=3)
        return services.start_taste(dataset, base, quick_settings | changes, by=designer)

    return make_taste


def test_taste_is_short_and_raised_in_rate_and_keeps_what_makes_the_style():
    settings = {"learning_rate": 1e-4, "batch_size": 16, "lora_rank": 16, "early_stop": 2}

    tasted = taste(settings, ["one", "two", "three"])

    assert (tasted["max_steps"], tasted["save_steps"], tasted["early_stop"]) == (40, 40, 0)
    assert (tasted["learning_rate"], tasted["batch_size"], tasted["lora_rank"]) == (2e-4, 4, 16)
    assert (tasted["sample_prompts"], tasted["sample_strength"]) == (["one", "two"], 0.7)
    assert tasted["sample_at_first"] is True


def test_optimizer_that_finds_its_own_rate_keeps_it():
    settings = {"learning_rate": 1.0, "batch_size": 1, "optimizer": "prodigy"}

    assert taste(settings, [])["learning_rate"] == 1.0


def test_taste_is_of_at_most_eight_pictures_spread_over_the_set(make_taste, make_dataset):
    run = make_taste(make_dataset(11, checked=11))

    names = list(run.snapshot.images.values_list("name", flat=True))
    assert names == ["000.jpg", "002.jpg", "004.jpg", "006.jpg", "008.jpg", "010.jpg"]
    assert (run.is_taste, run.state, run.priority) == (True, RunState.QUEUED, 1)
    assert run.name == "Ink"
    with override("en"):
        assert str(run) == "Taste of Ink"
    with override("zh-hans"):
        assert str(run) == "Ink 试训"


def test_taste_shows_the_base_beside_the_style_and_tells_nobody(make_taste):
    run = make_taste(sample_prompts=["lnink, arcade street", "lnink, a bridge"])

    jobs.train(run.pk)

    run.refresh_from_db()
    page = TastePage(run)
    assert (run.state, run.steps_done, run.recommendation) == (RunState.FINISHED, 4, {})
    assert [pair.prompt for pair in page.pairs] == ["lnink, arcade street", "lnink, a bridge"]
    assert [(pair.plain.step, pair.styled.step) for pair in page.pairs] == [(0, 4), (0, 4)]
    assert page.pairs[0].plain.sha256 != page.pairs[0].styled.sha256
    assert not Notice.objects.exists()


def test_button_orders_a_taste_and_keeps_the_form_as_it_is(at_desk, make_dataset, base, make_taste):
    dataset = make_dataset(4, checked=4)
    url = f"/datasets/{dataset.pk}/train/"
    form = at_desk.get(url).context["form"]
    fields = {name: value for name, value in form.data.items() if value is not None}
    data = {**fields, "base": base.pk, "lora_rank": "5", "act": "taste"}

    answer = at_desk.post(url, data)

    run = TrainingRun.objects.get()
    assert (answer.status_code, run.is_taste) == (200, True)
    assert run_settings.settings_of_run(run)["lora_rank"] == 5
    assert answer.context["draft"].form["lora_rank"].value() == "5"
    assert f'hx-get="/runs/{run.pk}/taste/"' in answer.content.decode()
    assert at_desk.get(url).context["taste"].run == run


def test_set_that_may_not_be_trained_on_gives_no_taste(at_desk, make_dataset, base, make_taste):
    dataset = make_dataset(4, captioned=1)

    answer = at_desk.post(
        f"/datasets/{dataset.pk}/train/", {"base": base.pk, "batch_size": "1", "act": "taste"}
    )

    assert answer.status_code == 422
    assert not TrainingRun.objects.exists()


def test_tastes_are_in_no_list_of_runs_and_snapshots(at_desk, make_taste):
    run = make_taste()
    jobs.train(run.pk)

    assert list(at_desk.get("/runs/").context["page"]) == []
    assert list(at_desk.get("/runs/compare/").context["choices"]) == []
    page = at_desk.get(f"/datasets/{run.dataset.pk}/snapshots/")
    assert run.get_absolute_url() not in page.content.decode()


def test_taste_under_way_is_marked_in_the_queue(at_desk, make_taste):
    make_taste()

    assert "Taste</span>" in at_desk.get("/runs/").content.decode()


def test_real_run_is_counted_without_tastes(make_taste, base, designer, quick_settings):
    run = make_taste()

    real = services.start_run(run.dataset, base, quick_settings, by=designer)

    assert (real.name, real.is_taste) == ("Ink · 1", False)


def test_next_taste_of_a_set_takes_the_place_of_the_last(make_taste):
    first = make_taste()
    jobs.train(first.pk)

    second = make_taste(first.dataset)
    third = make_taste(first.dataset, lora_rank=4)

    assert not TrainingRun.objects.filter(pk=first.pk).exists()
    second.refresh_from_db()
    assert (second.state, third.state) == (RunState.CANCELLED, RunState.QUEUED)


def test_dropped_taste_leaves_neither_files_nor_snapshot(make_taste):
    run = make_taste()
    jobs.train(run.pk)
    weights = run.checkpoints.get().sha256

    drop_taste(run)

    assert not TrainingRun.objects.exists()
    assert not Snapshot.objects.exists()
    with pytest.raises(blobs.BlobMissing):
        blobs.local(weights)


def test_snapshot_of_a_real_run_outlives_the_taste_of_it(
    make_taste, base, designer, quick_settings
):
    run = make_taste()
    real = services.start_run(run.dataset, base, quick_settings, by=designer)
    jobs.train(run.pk)

    drop_taste(run)

    assert Snapshot.objects.get() == real.snapshot


def test_tastes_are_swept_after_a_day(make_taste):
    run = make_taste()
    jobs.train(run.pk)
    services.sweep_tastes()
    assert TrainingRun.objects.exists()

    TrainingRun.objects.update(made_at=run.made_at - timedelta(days=1, minutes=1))
    services.sweep_tastes()

    assert not TrainingRun.objects.exists()


def test_repeat_of_a_taste_is_a_taste(make_taste, designer):
    run = make_taste()
    jobs.train(run.pk)

    assert services.repeat_run(run, by=designer).is_taste
