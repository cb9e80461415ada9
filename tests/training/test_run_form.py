"""Setting up a run: presets, form and YAML in step, what stands in the way, and the acts on it."""

import pytest
import yaml

from brandstudio.core.queue import work_queue
from training import services
from training.models import RunState, Snapshot, TrainingRun
from training.pages import run as run_page
from training.rules import run_estimate, run_settings

pytestmark = pytest.mark.django_db

SMALL = {"lora_rank": 2, "batch_size": 2}

ARTICLE = """\
train_data_dir: ./data/gba_culture
metadata_path: ./data/gba_culture/metadata.csv
base_model: ./models/toy.safetensors
lora_rank: 4
lora_alpha: 16
batch_size: 2
epochs: 3
learning_rate: 2e-4
output_dir: ./output/gba_culture_lora
save_steps: 100
"""


def shown(answer):
    draft = answer.context["draft"]
    return yaml.safe_load(draft.yaml)


def test_page_begins_with_the_standard_preset_and_the_datasets_words(at_desk, dataset):
    dataset.images.update(width=512, height=384)  # the bundled base stands first
    draft = at_desk.get(f"/datasets/{dataset.pk}/train/").context["draft"]

    assert [(name, is_on) for name, *_words, is_on in draft.presets][1] == ("standard", True)
    assert draft.settings["trigger_words"] == "lnink"
    assert float(draft.settings["learning_rate"]) == 3e-4  # 0.3 of the base's: photographs
    assert not draft.stopping


def test_stronger_preset_learns_more(at_desk, dataset, fields):
    def steps(preset):
        data = {**fields, "preset_act": preset}
        return at_desk.post(f"/datasets/{dataset.pk}/train/", data).context["draft"].estimate.steps

    assert steps("light") < steps("standard") < steps("strong")


def test_pasted_yaml_fills_the_form(at_desk, dataset, fields, base):
    data = {**fields, "base": base.pk, "yaml": ARTICLE, "yaml_was": "", "act": "from_yaml"}

    answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    draft = answer.context["draft"]
    assert answer.status_code == 200
    assert draft.form["lora_rank"].value() == "4" or draft.form["lora_rank"].value() == 4
    assert float(draft.form["learning_rate"].value()) == 2e-4
    assert draft.base == base
    assert [note.code for note in draft.notes] == ["config-key-is-ours"] * 3


def test_changed_form_rewrites_the_yaml(at_desk, dataset, fields, base):
    data = {**fields, "base": base.pk, "lora_rank": "5", "flip": "on", "act": "to_yaml"}

    told = shown(at_desk.post(f"/datasets/{dataset.pk}/train/", data))

    assert (told["lora_rank"], told["flip"], told["base_model"]) == (5, True, "toy")


def test_form_and_yaml_give_the_same_run(at_desk, dataset, fields, base):
    first = at_desk.get(f"/datasets/{dataset.pk}/train/").context["draft"]
    settings, name, left_out = run_settings.from_yaml(first.yaml)

    assert name == first.base.name
    assert left_out == []
    assert run_settings.full_config(settings, first.base) == run_settings.full_config(
        first.settings, first.base
    )


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("lora_rang: 4", "lora_rank"),
        ("epochs: -1", "epochs"),
        ("flip: maybe", "flip"),
        ("epochs: 3\nepochs: 4", "epochs"),
        ("base_model: nowhere.safetensors", "nowhere"),
        (": :\n  - [", "YAML"),
    ],
)
def test_bad_yaml_is_named_and_stays_as_typed(at_desk, dataset, fields, line, words):
    data = {**fields, "yaml": line, "yaml_was": "", "act": "from_yaml"}

    answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    draft = answer.context["draft"]
    assert answer.status_code == 422
    assert draft.yaml == line
    assert words in " ".join(fault.sentence for fault in draft.yaml_faults)


def test_impossible_value_is_refused_beside_its_field(at_desk, dataset, fields, base):
    data = {**fields, "base": base.pk, "epochs": "many", "act": "start"}

    answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["epochs"]
    assert TrainingRun.objects.count() == 0


def test_start_queues_a_run_on_a_snapshot(
    at_desk, dataset, fields, base, queue_redis, django_capture_on_commit_callbacks
):
    data = {**fields, "base": base.pk, "name": "Night", "act": "start"}

    with django_capture_on_commit_callbacks(execute=True):
        answer = at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    run = TrainingRun.objects.get()
    assert answer.url == run.get_absolute_url()
    assert (run.state, run.name, run.snapshot.images.count()) == (RunState.QUEUED, "Night", 4)
    assert work_queue.position("train", run.job_id) == 1


def test_edited_yaml_wins_when_one_starts_at_once(at_desk, dataset, fields, base, queue_redis):
    data = {**fields, "base": base.pk, "act": "start", "yaml_was": "x", "yaml": "lora_rank: 3"}

    at_desk.post(f"/datasets/{dataset.pk}/train/", data)

    assert run_settings.settings_of_run(TrainingRun.objects.get())["lora_rank"] == 3


def test_run_again_begins_with_the_same_settings(at_desk, dataset, base, designer, queue_redis):
    run = services.start_run(dataset, base, {"lora_rank": 3, "epochs": 2}, by=designer)

    draft = at_desk.get(f"/runs/{run.pk}/again/").context["draft"]

    assert run_settings.full_config(draft.settings, draft.base).to_yaml() == run.config


@pytest.mark.parametrize(
    ("act", "state"), [("cancel", RunState.CANCELLED), ("pause", RunState.PAUSED)]
)
def test_waiting_run_obeys_at_once(at_desk, dataset, base, designer, queue_redis, act, state):
    run = services.start_run(dataset, base, {"epochs": 2}, by=designer)

    at_desk.post(f"/runs/{run.pk}/act/", {"act": act})

    run.refresh_from_db()
    assert run.state == state


def test_paused_run_goes_back_into_the_queue(at_desk, dataset, base, designer, queue_redis):
    run = services.start_run(dataset, base, {"epochs": 2}, by=designer)
    run.pause(why="asked")

    at_desk.post(f"/runs/{run.pk}/act/", {"act": "resume"})

    run.refresh_from_db()
    assert (run.state, run.attempt) == (RunState.QUEUED, 2)


def test_only_admins_change_the_order(
    client, brand_admin, at_desk, dataset, base, designer, queue_redis
):
    first, second = (
        services.start_run(dataset, base, {"epochs": 2}, by=designer) for _n in range(2)
    )

    at_desk.post(f"/runs/{second.pk}/act/", {"act": "first"})
    as_designer = list(TrainingRun.objects.in_turn())
    client.force_login(brand_admin)
    client.post(f"/runs/{second.pk}/act/", {"act": "first"})

    assert as_designer == [first, second]
    assert list(TrainingRun.objects.in_turn()) == [second, first]


def test_snapshots_are_compared(at_desk, dataset, designer):
    older = Snapshot.freeze(dataset)
    dataset.images.first().check_caption("lnink, something else entirely", by=designer)
    dataset.images.last().delete()
    newer = Snapshot.freeze(dataset)

    answer = at_desk.get(f"/datasets/{dataset.pk}/snapshots/?a={newer.pk}&b={older.pk}")

    found = answer.context["differences"]
    assert (len(found.added), len(found.removed), len(found.recaptioned)) == (0, 1, 1)
    assert Snapshot.freeze(dataset) == newer


def test_time_is_learned_from_like_runs_and_none_is_told_before(
    make_dataset, base, designer, queue_redis, at_desk
):
    dataset = make_dataset(4, checked=4)
    settings = {"lora_rank": 2, "batch_size": 2, "epochs": 4, "resolution": 64}

    def seconds(**changes):
        config = run_settings.full_config({**settings, **changes}, base)
        return run_estimate.estimate_of(config, base, services.sizes_of(dataset)).seconds

    unknown = seconds()
    for speed, resolution in ((8.0, 64), (2.0, 32)):
        run = services.start_run(dataset, base, {**settings, "resolution": resolution}, by=designer)
        TrainingRun.objects.filter(pk=run.pk).update(
            state=RunState.FINISHED, images_per_second=speed, attempt=2
        )

    assert unknown is None
    assert seconds() == pytest.approx(8 * 2 / 8.0)
    assert seconds(resolution=32) == pytest.approx(8 * 2 / 2.0)


def test_exact_repeat_uses_the_same_snapshot_and_settings(
    make_dataset, base, designer, queue_redis, at_desk
):
    dataset = make_dataset(4, checked=4)
    run = services.start_run(dataset, base, {**SMALL, "seed": 7}, by=designer, unknown_rights=4)
    dataset.images.first().check_caption("lnink, changed since", by=designer)

    answer = at_desk.post(f"/runs/{run.pk}/again/", {"act": "exactly"})

    again = TrainingRun.objects.exclude(pk=run.pk).get()
    assert answer["Location"] == again.get_absolute_url()
    assert (again.snapshot, again.config, again.base) == (run.snapshot, run.config, run.base)
    assert again.state == RunState.QUEUED


def test_queue_tells_when_each_run_starts(make_dataset, base, designer, queue_redis):
    dataset = make_dataset(4, checked=4)
    held, first, second = (services.start_run(dataset, base, SMALL, by=designer) for _ in range(3))
    held.start("another-host:1:1")
    TrainingRun.objects.filter(pk=held.pk).update(seconds_left=100)
    TrainingRun.objects.filter(pk=first.pk).update(seconds_left=40)
    waiting = list(TrainingRun.objects.in_turn())

    starts = run_page.start_times(waiting)

    assert starts == {first.pk: 100, second.pk: 140}


def test_admin_moves_a_run_by_one_place_and_by_priority(
    client, brand_admin, make_dataset, base, designer, queue_redis
):
    dataset = make_dataset(4, checked=4)
    runs = [services.start_run(dataset, base, SMALL, by=designer) for _ in range(3)]
    client.force_login(brand_admin)

    def order_after(run, act):
        client.post(f"/runs/{run.pk}/act/", {"act": act})
        return [runs.index(row) for row in TrainingRun.objects.in_turn()]

    assert order_after(runs[2], "earlier") == [0, 2, 1]
    assert order_after(runs[0], "later") == [2, 0, 1]
    assert order_after(runs[1], "urgent") == [1, 2, 0]
    assert order_after(runs[2], "idle") == [1, 0, 2]
