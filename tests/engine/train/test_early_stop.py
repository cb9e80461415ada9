"""A run that ends once its saves are no better."""

import json

import pytest

from tests.engine.train.test_trainer import AfterSteps, equal, of_kind, run, weights
from training.engine.errors import EngineError
from training.engine.evaluate import sample_scores
from training.engine.events import Sample, Validation
from training.engine.train.early_stop import EarlyStop, SaveEvidence

NOTHING_LEARNED = {"validation_share": 0.34, "learning_rate": 1e-8, "epochs": 6}


def followed(patience, *saves):
    early_stop = EarlyStop(patience)
    early_stop.saves = [SaveEvidence(step, *figures) for step, *figures in saves]
    return early_stop


def test_run_is_over_after_so_many_saves_without_a_lower_loss():
    saves = [(10, 0.50), (20, 0.40), (30, 0.398), (40, 0.41)]

    assert followed(2, *saves).is_over
    assert followed(2, *saves).best.step == 20
    assert not followed(3, *saves).is_over
    assert not followed(0, *saves).is_over


def test_a_lower_loss_or_a_higher_score_counts_as_better():
    saves = [(10, 0.50, 0.4, 0.9), (20, 0.50, 0.6, 0.9), (30, 0.40, 0.6, 0.9), (40, 0.40, 0.6, 0.9)]

    assert followed(1, *saves[:2]).best.step == 20
    assert followed(1, *saves[:3]).best.step == 30
    assert followed(1, *saves).is_over


def test_a_save_that_lost_the_scene_is_no_better_whatever_its_style():
    early_stop = followed(2, (10, None, 0.4, 0.9), (20, None, 0.8, 0.2), (30, None, 0.9, 0.1))

    assert early_stop.best.step == 10
    assert early_stop.is_over


def test_save_is_judged_by_what_the_run_told_of_that_step(tmp_path):
    early_stop = EarlyStop(1)
    early_stop.note(Validation(10, 0.3))
    early_stop.note(Sample(10, str(tmp_path / "a.png"), "an arcade", 1))
    early_stop.note(Validation(20, 0.2))

    early_stop.judge(10, lambda images: (0.5 if images == [tmp_path / "a.png"] else 0, 0.9))

    assert early_stop.saves == [SaveEvidence(10, 0.3, 0.5, 0.9)]


def test_run_that_learns_nothing_ends_early_and_says_so(make_config, tmp_path):
    events = run(make_config(early_stop=2, **NOTHING_LEARNED))

    assert (events[-1].kind, events[-1].reason) == ("finished", "early-stop")
    assert (events[-1].steps, events[-1].best_step) == (6, 2)
    record = json.loads((tmp_path / "style" / "run.json").read_text())
    assert (record["state"], record["reason"], record["best_step"]) == ("finished", "early-stop", 2)
    assert (tmp_path / "style" / "style.safetensors").is_file()


def test_run_without_the_key_goes_all_the_way(make_config):
    events = run(make_config(**NOTHING_LEARNED))

    assert (events[-1].steps, events[-1].reason) == (12, "")


def test_early_end_has_the_weights_of_the_straight_run_at_that_step(make_config, tmp_path):
    run(make_config(early_stop=2, **NOTHING_LEARNED))
    run(make_config(output_dir=str(tmp_path / "two"), **NOTHING_LEARNED))

    early = weights(tmp_path / "style" / "style.safetensors")
    assert equal(early, weights(tmp_path / "two" / "two-step000006.safetensors"))


@pytest.mark.parametrize("steps", [3, 5, 6])
def test_paused_run_ends_where_the_straight_one_does(make_config, tmp_path, steps):
    config = make_config(early_stop=2, **NOTHING_LEARNED)
    run(config, control=AfterSteps(steps))

    events = run(config, resume=True)

    assert (events[-1].steps, events[-1].best_step) == (6, 2)


def test_save_asked_for_by_hand_does_not_hasten_the_end(make_config):
    class SavesAlways(AfterSteps):
        def wants_save(self):
            return True

    events = run(make_config(early_stop=2, **NOTHING_LEARNED), control=SavesAlways(99))

    assert events[-1].steps == 6


def test_samples_are_judged_against_the_bases_own(make_config, tmp_path):
    config = make_config(
        early_stop=1, sample_prompts=["an arcade"], sample_steps=1, learning_rate=1e-8, epochs=6
    )

    events = run(config, make_judge=sample_scores.make_judge)

    assert [event.step for event in of_kind(events, "sample")] == [0, 2, 4]
    assert (events[-1].reason, events[-1].steps) == ("early-stop", 4)
    (newest,) = (tmp_path / "style" / ".state").glob("step000004/state.json")
    (judged,) = json.loads(newest.read_text())["facts"]["saves"]
    # Nothing was learned: the picture is the base's own.
    assert (judged["step"], judged["scene"]) == (2, pytest.approx(1, abs=0.02))


def test_bases_own_pictures_come_first_where_asked(make_config, tmp_path):
    settings = {"sample_prompts": ["an arcade"], "sample_steps": 1, "epochs": 1}
    plain = run(make_config(**settings))
    first = run(make_config(sample_at_first=True, output_dir=str(tmp_path / "two"), **settings))

    assert [event.step for event in of_kind(plain, "sample")] == [2]
    assert [event.step for event in of_kind(first, "sample")] == [0, 2]
    assert equal(
        weights(tmp_path / "style" / "style.safetensors"),
        weights(tmp_path / "two" / "two.safetensors"),
    )


def test_early_end_with_nothing_to_judge_by_is_refused(make_config):
    with pytest.raises(EngineError) as caught:
        run(make_config(early_stop=3))

    assert (caught.value.code, caught.value.facts["key"]) == ("early-stop-blind", "early_stop")
