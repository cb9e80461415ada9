"""The recommended checkpoint is the one that learned the style and kept the scene."""

from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from tests.engine.lora.test_adapters import write_pack
from training.engine.evaluate import checkpoint_scores, copy_check
from training.engine.evaluate.checkpoint_reasons import REASONS, VERDICTS
from training.engine.evaluate.checkpoint_scores import COPY_LIMIT, CheckpointScore
from training.engine.evaluate.strength_band import Thresholds
from training.engine.lora import weight_files
from training.engine.sampling.renderer import Renderer


def test_checkpoints_of_a_run_are_found_in_order(tmp_path):
    for name in (
        "ink-step000200.safetensors",
        "ink-step000100.safetensors",
        "ink.safetensors",
        "ink-stepmother.safetensors",
        "other-step000300.safetensors",
    ):
        (tmp_path / name).touch()

    found = checkpoint_scores.find_checkpoints(tmp_path, "ink")

    assert list(found) == [100, 200]
    assert found[200].name == "ink-step000200.safetensors"


def test_every_checkpoint_is_scored_on_the_same_pictures(toy_base, make_config, dataset, tmp_path):
    info = toy_base("studio-mini")
    files = {}
    for step in (10, 20):
        files[step] = tmp_path / f"a-step{step:06}.safetensors"
        write_pack(files[step], info, make_config("studio-mini", seed=step))
    told = []

    advice = checkpoint_scores.recommend(
        Renderer(info, "cpu"),
        files,
        ["an arcade"],
        sorted(dataset.glob("*.png")),
        training_seconds=0.001,
        on_image=lambda done, total: told.append((done, total)),
    )

    # One prompt with four seeds at two strengths for each, and the base's own four.
    assert advice.pictures == 4 + 2 * 8
    assert told == [(i, 20) for i in range(1, 21)]
    assert advice.steps == checkpoint_scores.FEWEST_STEPS
    assert [score.step for score in advice.scores] == [10, 20]
    assert advice.step in files
    assert advice.path == str(files[advice.step])
    assert set(advice.reasons) <= REASONS.keys()
    best = max(advice.scores, key=lambda score: score.total)
    assert best.step == advice.step


@pytest.mark.parametrize(
    ("budget", "expected"),
    [
        (1000, (20, 10)),  # 84 pictures at 20 steps of 0.1 s take 168 s
        (84, (10, 10)),
        (50.5, (6, 10)),
        (25, (6, 4)),
        (0.1, (6, 2)),
    ],
)
def test_scoring_fits_a_quarter_of_the_training(budget, expected):
    assert checkpoint_scores.affordable(budget, 0.1, prompts=4, checkpoints=10) == expected


@pytest.mark.parametrize(
    ("training_seconds", "per_step", "is_worth"),
    [
        (2, 1.6, True),  # 12 pictures at 6 steps of 1.6 s take 115 s
        (2, 1.7, False),  # 122 s
        (1000, 13.3, True),  # 958 s
        (1000, 14.8, False),  # 1,066 s
    ],
)
def test_lone_checkpoint_is_scored_within_the_time_of_its_training(
    training_seconds, per_step, is_worth
):
    assert checkpoint_scores.fits_alone(training_seconds, per_step, prompts=4) is is_worth


def test_denoising_step_is_guessed_from_the_training(toy_base, make_config):
    info = toy_base("studio-mini")
    assert (info.default_width, info.default_height) == (48, 32)

    # Six images in 9 s are 0.5 s for each of their passes; 64 × 64 px are 8 / 3 of 48 × 32.
    for resolution, seconds in ((None, 1.0), (64, 3 / 8)):
        config = make_config(batch_size=3, gradient_accumulation=2, resolution=resolution)
        assert checkpoint_scores.denoising_seconds(config, info, 9, 1) == pytest.approx(seconds)


def test_lone_checkpoint_that_is_not_worth_its_scores_is_the_only_one(
    toy_base, make_config, tmp_path
):
    path = tmp_path / "a.safetensors"
    toy = make_config(batch_size=1), toy_base("studio-mini")

    advice = checkpoint_scores.unscored({10: path}, ["an arcade"], *toy, {"seconds": 99, "step": 1})

    assert (advice.step, advice.path, advice.reasons) == (10, str(path), ("only-one",))
    assert (advice.pictures, advice.scores, advice.verdict) == (0, (), "")


@pytest.mark.parametrize(
    ("steps", "record"),
    [
        ((10,), {"seconds": 1, "step": 100}),
        ((10, 20), {"seconds": 99, "step": 1}),
        ((10,), {}),
    ],
)
def test_what_is_worth_its_scores_or_unknown_is_scored(
    toy_base, make_config, tmp_path, steps, record
):
    files = {step: tmp_path / f"{step}.safetensors" for step in steps}
    toy = make_config(batch_size=1), toy_base("studio-mini")

    assert checkpoint_scores.unscored(files, ["an arcade"], *toy, record) is None


@pytest.mark.parametrize("most", [1, 2, 3, 5, 9])
def test_thinned_checkpoints_are_spread_and_end_with_the_last(most):
    files = {step: step for step in range(10, 100, 10)}

    kept = list(checkpoint_scores.thinned(files, most))

    assert len(kept) == most
    assert kept[-1] == 90
    assert kept == sorted(set(kept))


def test_nothing_to_score_is_a_callers_mistake():
    with pytest.raises(ValueError, match="nothing to score"):
        checkpoint_scores.recommend(None, {}, ["a"], [])


def score(step, style, content=0.6, copy=0.5, total=0.0, scene=1.0):
    return CheckpointScore(style, content, None, copy, total, scene, "x", step)


@pytest.mark.parametrize(
    ("others", "reasons"),
    [
        ([], ["only-one"]),
        ([score(10, 0.2)], ["nearest-style", "keeps-content", "weak"]),
        ([score(30, 0.5, content=0.1)], ["nearest-style", "keeps-content", "drifts"]),
        ([score(30, 0.5, copy=COPY_LIMIT + 0.01)], ["nearest-style", "keeps-content", "copies"]),
    ],
)
def test_reasons_compare_with_the_other_checkpoints(others, reasons):
    best = score(20, 0.5)

    assert list(checkpoint_scores._reasons(best, [best, *others])) == reasons


@pytest.mark.parametrize(
    ("style", "scene", "verdict"),
    [
        (0.5, 0.7, ("", {})),
        (0.5, 0.3, ("none-keeps-scene", {"strength": "0.6", "scene": "0.30", "needed": "0.70"})),
        (0.02, 0.99, ("learned-nothing", {})),
    ],
)
def test_run_whose_checkpoints_are_no_use_is_told_so(style, scene, verdict):
    worse = score(10, 0.0, content=0.2, scene=0.1)
    best = score(20, style, total=1.0, scene=scene)

    assert checkpoint_scores._verdict([worse, best], Thresholds()) == verdict


def test_style_without_effect_is_not_recommended(toy_base, make_config, dataset, tmp_path):
    info = toy_base("studio-mini")
    path = tmp_path / "a-step000010.safetensors"
    modules = write_pack(path, info, make_config("studio-mini", seed=1))
    without = {name: replace(module, up=module.up * 0) for name, module in modules.items()}
    weight_files.write_kohya(path, without, {}, "fp32")

    advice = checkpoint_scores.recommend(
        Renderer(info, "cpu"), {10: path}, ["an arcade"], sorted(dataset.glob("*.png"))
    )

    assert (advice.verdict, advice.reasons) == ("learned-nothing", ())
    assert VERDICTS[advice.verdict]


def test_a_copied_picture_is_noticed_and_another_is_not():
    numbers = np.random.default_rng(0)
    first, second = (
        Image.fromarray(numbers.integers(0, 256, (64, 64, 3), dtype=np.uint8)) for _ in range(2)
    )
    lighter = Image.blend(first, Image.new("RGB", first.size, "white"), 0.1)

    known = copy_check.thumb(first)
    assert known @ copy_check.thumb(lighter) > COPY_LIMIT
    assert known @ copy_check.thumb(second) < 0.5
