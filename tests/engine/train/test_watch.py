"""Losses that can't be learned from are noticed; speed, memory and logs are told."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.engine.errors import EngineError
from training.engine.events import Step
from training.engine.train.memory_estimate import estimate
from training.engine.train.memory_ladder import MemoryLadder, is_out_of_memory
from training.engine.train.watch import LossWatch, Speed, TensorBoardLog


def check(watch, losses):
    for step, loss in enumerate(losses, start=1):
        watch.check(step, loss, saved_step=0, learning_rate=1.0)


@given(st.lists(st.floats(0, 2), max_size=60))
def test_ordinary_losses_never_stop_a_run(losses):
    check(LossWatch(), losses)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_loss_that_is_no_number_stops_at_once(loss):
    with pytest.raises(EngineError) as caught:
        check(LossWatch(), [0.5, 0.4, loss])

    assert caught.value.code == "loss-not-finite"
    assert caught.value.facts["step"] == 3


def test_one_noisy_step_is_forgiven_and_ten_are_not():
    check(LossWatch(), [0.5] * 20 + [50.0] * 0 + [20.0] + [0.5] * 20)

    with pytest.raises(EngineError) as caught:
        check(LossWatch(), [0.5] * 20 + [9.0] * 10)

    assert caught.value.code == "loss-diverged"


def test_pace_tells_speed_and_time_left():
    speed = Speed()
    for _ in range(3):
        speed.add(seconds=0.5, images=2)

    assert speed.images_per_second == 4
    assert speed.seconds_for(10) == 5


def test_ladder_has_its_rungs_in_order():
    ladder = MemoryLadder(micro_batch_size=5, optimizer_shrinks=True)
    told = [ladder.step_down(step=3) for _ in range(8)]

    assert [change.code for change in told] == [
        "memory-caches",
        "memory-passes",
        "memory-passes",
        "memory-passes",
        "memory-checkpointing",
        "memory-optimizer",
        "memory-shapes",
        "memory-shapes",
    ]
    assert [change.facts.get("images") for change in told[1:4]] == [3, 2, 1]
    assert "step 3" in str(told[0])
    assert "50 %" in str(told[-1])
    assert ladder.step_down(step=3) is None
    assert len(ladder.measures) == 8
    assert MemoryLadder.from_json(ladder.to_json()) == ladder


def test_optimizer_without_an_eight_bit_form_has_no_such_rung():
    ladder = MemoryLadder(micro_batch_size=1, checkpointing=True)
    codes = [change.code for change in iter(lambda: ladder.step_down(step=1), None)]

    assert codes == ["memory-caches", "memory-shapes", "memory-shapes"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (MemoryError(), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried"), True),
        (RuntimeError("shapes do not match"), False),
        (ValueError("out of memory"), False),
    ],
)
def test_want_of_memory_is_told_from_other_faults(error, expected):
    assert is_out_of_memory(error) is expected


def test_estimate_grows_with_what_needs_memory(toy_base, make_config):
    info, config = toy_base("sd15"), make_config()
    plain = estimate(config.replace(batch_size=200), info)

    assert plain.total > 0
    assert estimate(config.replace(batch_size=100), info).activations < plain.activations
    saving = config.replace(batch_size=200, gradient_checkpointing=True)
    assert estimate(saving, info).activations < plain.activations / 5
    single = estimate(config, toy_base("sd15-single.safetensors"))
    assert single.weights == estimate(config, info).weights


def test_tensorboard_log_is_written(tmp_path):
    log = TensorBoardLog(tmp_path / "tensorboard")
    step = Step(1, 2, 1, 0.5, 1e-4, 3.0, 1.0)

    log.note(step)
    log.note(dataclasses.replace(step, step=2))
    log.close()

    (file,) = (tmp_path / "tensorboard").iterdir()
    assert file.stat().st_size > 100
