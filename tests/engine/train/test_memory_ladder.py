"""When memory runs short a run goes on, rung by rung, at the same effective batch."""

import json

import pytest
import torch

from tests.engine.train.test_trainer import equal, of_kind, run, weights
from training.engine.base import base_models, loading
from training.engine.errors import EngineError
from training.engine.train.control import Control
from training.engine.train.trainer import train

RUNGS = [
    "memory-caches",
    "memory-passes",
    "memory-passes",
    "memory-checkpointing",
    "memory-optimizer",
    "memory-shapes",
    "memory-shapes",
]


class ShortOfMemory:
    """A base whose passes through the network fail for want of memory, as often as told.

    passes: what the network then saw, as (pictures, height, width in latent cells).
    """

    def __init__(self, config, times, after=0):
        self.left, self.after, self.passes = times, after, []
        self.model = loading.load_model(base_models.describe(config.base_model), "cpu")
        self.model.pipe.unet.register_forward_pre_hook(self._look)

    def _look(self, network, inputs):
        if not torch.is_grad_enabled():
            return
        count, _, height, width = inputs[0].shape
        if self.after:
            self.after -= 1
        elif self.left:
            self.left -= 1
            raise torch.OutOfMemoryError("CUDA out of memory (injected)")
        if not self.passes or self.passes[-1] != (count, height, width):
            self.passes.append((count, height, width))


def test_every_rung_keeps_the_batch_and_is_told(make_config, tmp_path):
    # Wide enough that the adapter's moments are quantized, not kept as they are.
    config = make_config(batch_size=4, lora_rank=64, output_dir=str(tmp_path / "low"))
    short = ShortOfMemory(config, times=7)

    events = run(config, model=short.model)

    told = of_kind(events, "warning")
    assert [event.code for event in told] == RUNGS
    assert all(event.facts["step"] == 1 for event in told)
    record = json.loads((tmp_path / "low" / "run.json").read_text())
    assert record["memory"] == [
        "emptied caches",
        "passes of 2 images",
        "passes of 1 image",
        "gradient checkpointing",
        "an 8-bit optimizer",
        "images of 70 % of their area",
        "images of 50 % of their area",
    ]
    # Half the area of 16 × 16 cells, in the network's steps of 4; one picture at a time.
    assert short.passes == [(1, 8, 8)]
    assert events[-1].kind == "finished"
    assert [event.step for event in of_kind(events, "step")] == [1, 2, 3, 4]


@pytest.mark.parametrize("rungs", [3, 4])
def test_rungs_that_only_cost_time_give_the_same_course(make_config, tmp_path, rungs):
    straight = of_kind(run(make_config(batch_size=4)), "step")
    config = make_config(batch_size=4, output_dir=str(tmp_path / "low"))

    events = run(config, model=ShortOfMemory(config, rungs, after=1).model)

    assert [event.code for event in of_kind(events, "warning")] == RUNGS[:rungs]
    assert [event.facts["step"] for event in of_kind(events, "warning")] == [2] * rungs
    assert [step.loss for step in of_kind(events, "step")] == pytest.approx(
        [step.loss for step in straight], rel=1e-4
    )


def test_eight_bit_goes_on_from_the_moments_of_the_former_optimizer(make_config, tmp_path):
    wide = {"batch_size": 4, "lora_rank": 64, "epochs": 4}
    straight = of_kind(run(make_config(**wide)), "step")
    config = make_config(output_dir=str(tmp_path / "low"), **wide)

    events = run(config, model=ShortOfMemory(config, 5, after=4).model)

    assert [event.code for event in of_kind(events, "warning")] == RUNGS[:5]
    # Nearly the same course: had it begun anew with empty moments, it would leave it at once.
    assert [step.loss for step in of_kind(events, "step")] == pytest.approx(
        [step.loss for step in straight], rel=0.02
    )


class PauseWhenTold(Control):
    told = False

    def should_pause(self):
        return self.told


@pytest.mark.parametrize("rungs", [5, 7])
def test_run_resumed_after_a_rung_equals_the_one_that_was_not_stopped(make_config, tmp_path, rungs):
    settings = {"batch_size": 4, "lora_rank": 64, "epochs": 2, "validation_share": 0.2}
    straight = make_config(**settings)
    broken = make_config(output_dir=str(tmp_path / "broken" / "style"), **settings)
    run(straight, model=ShortOfMemory(straight, rungs).model)

    control = PauseWhenTold()
    for event in train(broken, model=ShortOfMemory(broken, rungs).model, control=control):
        control.told = event.kind == "step" and event.step == 1
    torch.manual_seed(777)
    short = ShortOfMemory(broken, times=0)
    resumed = run(broken, resume=True, model=short.model)

    assert event.kind == "paused"
    assert resumed[-1].kind == "finished"
    assert of_kind(resumed, "warning") == []
    assert {size[0] for size in short.passes} == {1}
    assert equal(
        weights(tmp_path / "style" / "style.safetensors"),
        weights(tmp_path / "broken" / "style" / "style.safetensors"),
    )


def test_pictures_are_encoded_anew_by_a_run_that_loaded_its_own_base(make_config, monkeypatch):
    config = make_config("sdxl", batch_size=2, epochs=1)
    load = loading.load_model
    left = [6]

    def short(*_):
        if torch.is_grad_enabled() and left[0]:
            left[0] -= 1
            raise torch.OutOfMemoryError("CUDA out of memory (injected)")

    def load_short(*args, **parts):
        model = load(*args, **parts)
        model.network.register_forward_pre_hook(short)
        return model

    monkeypatch.setattr(loading, "load_model", load_short)

    events = run(config)

    codes = [event.code for event in of_kind(events, "warning")]
    assert codes[-2:] == ["memory-shapes", "memory-shapes"]
    assert events[-1].kind == "finished"


def test_end_of_the_ladder_is_a_clear_error(make_config, tmp_path):
    config = make_config()

    with pytest.raises(EngineError) as caught:
        run(config, model=ShortOfMemory(config, times=99).model)

    assert caught.value.code == "out-of-memory"
    assert "gradient checkpointing, an 8-bit optimizer" in str(caught.value)
    assert json.loads((tmp_path / "style" / "run.json").read_text())["state"] == "failed"
