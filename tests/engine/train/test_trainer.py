"""Training: what a folder holds afterwards, and going on as if nothing had happened."""

import json

import pytest
import torch

from tests.engine import toys
from training.engine.base import base_models, loading
from training.engine.lora import weight_files
from training.engine.train.control import Control
from training.engine.train.run_folder import RunFolder
from training.engine.train.trainer import train


def run(config, **options):
    return list(train(config, **options))


def of_kind(events, kind):
    return [event for event in events if event.kind == kind]


def weights(path):
    return weight_files.read(path).modules


def equal(first, second):
    assert first.keys() == second.keys()
    return all(
        torch.equal(first[k].down, second[k].down) and torch.equal(first[k].up, second[k].up)
        for k in first
    )


class AfterSteps(Control):
    """Pauses (or cancels) at the step boundary after `steps` looks in the loop."""

    def __init__(self, steps, wish="pause"):
        self.left, self.wish = steps, wish

    def yield_device(self):
        self.left -= 1

    def should_pause(self):
        return self.wish == "pause" and self.left <= 0

    def should_cancel(self):
        return self.wish == "cancel" and self.left <= 0


@pytest.mark.parametrize("family", ["sd15", "sdxl", "studio-mini", "sd15-single.safetensors"])
def test_run_leaves_the_folder_as_promised(make_config, family, tmp_path):
    config = make_config(family, sample_prompts=["an arcade"], sample_steps=2, save_steps=4)

    events = run(config)

    folder = tmp_path / "style"
    names = {path.name for path in folder.iterdir()}
    assert names == {
        "style.safetensors",
        "style-step000004.safetensors",
        "run.json",
        "events.jsonl",
        "samples",
        ".state",
        ".cache",
    }
    (needed,) = of_kind(events, "estimate")
    record = json.loads((folder / "run.json").read_text())
    assert record["memory_estimate"]["total"] == needed.total > 0
    kinds = [event.kind for event in events]
    assert kinds.index("estimate") < kinds.index("step")
    steps = of_kind(events, "step")
    assert [step.step for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step.epoch for step in steps] == [1, 1, 1, 2, 2, 2]
    assert all(step.total == 6 and step.loss > 0 for step in steps)
    (checkpoint,) = of_kind(events, "checkpoint")
    assert checkpoint.sha256 == weight_files.sha256(checkpoint.path)
    (sample,) = of_kind(events, "sample")
    assert sample.prompt == "an arcade"
    assert (folder / "samples" / "step000004-00.png").is_file()
    assert events[-1].kind == "finished"
    assert events[-1].sha256 == weight_files.sha256(folder / "style.safetensors")
    told = [json.loads(line) for line in (folder / "events.jsonl").read_text().splitlines()]
    assert told == [event.to_json() for event in events]


def test_finished_file_says_how_it_was_made(make_config, tmp_path, dataset):
    config = make_config(trigger_words="lnarc", license="internal")
    run(config)

    report = weight_files.inspect(tmp_path / "style" / "style.safetensors")
    record = json.loads((tmp_path / "style" / "run.json").read_text())

    assert (report.rank, report.alpha, report.trigger_words) == (2, 4.0, "lnarc")
    told = report.metadata
    assert told["ss_base_model_version"] == "sd_v1"
    assert told["ss_steps"] == told["ss_max_train_steps"] == "6"
    assert told["ss_num_train_images"] == "6"
    assert told["modelspec.license"] == "internal"
    assert "lnarc" in json.loads(told["ss_tag_frequency"])["1_style"]
    assert record["state"] == "finished"
    assert record["sha256"] == report.hashes["sha256"]
    assert len(record["images"]) == 6
    losses = list(record["image_losses"].values())
    assert len(losses) == 6
    assert losses == sorted(losses, reverse=True)


def test_two_runs_of_one_configuration_are_equal(make_config, tmp_path):
    run(make_config())
    torch.manual_seed(12345)
    run(make_config(output_dir=str(tmp_path / "again")))

    first = weights(tmp_path / "style" / "style.safetensors")
    assert equal(first, weights(tmp_path / "again" / "again.safetensors"))
    assert any(module.up.abs().max() > 0 for module in first.values())


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"lora_dropout": 0.3, "ema": 0.9, "caption_dropout": 0.3, "flip": True},
        {"optimizer": "prodigy", "learning_rate": 1.0, "noise_offset": 0.1},
        {"optimizer": "adafactor", "gradient_accumulation": 2, "shuffle_captions": True},
        {"train_text_encoder": True},
        {"optimizer": "adamw8bit", "lora_rank": 64},
    ],
)
def test_run_killed_and_resumed_twice_has_the_straight_runs_weights(make_config, tmp_path, changes):
    straight = make_config(epochs=4, **changes)
    broken = straight.replace(output_dir=str(tmp_path / "broken" / "style"))
    run(straight)

    events = train(broken)
    for event in events:
        if event.kind == "step" and event.step == 3:
            break  # dropped in mid-run, as by kill -9: what lies on disk is all there is
    events.close()
    paused = run(broken, resume=True, control=AfterSteps(2))
    torch.manual_seed(777)
    resumed = run(broken, resume=True)

    assert paused[-1].kind == "paused"
    assert resumed[-1].kind == "finished"
    assert equal(
        weights(tmp_path / "style" / "style.safetensors"),
        weights(tmp_path / "broken" / "style" / "style.safetensors"),
    )
    lines = (tmp_path / "broken" / "style" / "events.jsonl").read_text().splitlines()
    steps = [e["step"] for e in map(json.loads, lines) if e["event"] == "step"]
    assert steps == list(range(1, len(steps) + 1))


def test_kill_loses_at_most_one_save_interval(make_config):
    config = make_config(epochs=4)
    events = train(config)
    for event in events:
        if event.kind == "step" and event.step == 5:
            break
    events.close()

    resumed = run(config, resume=True)

    assert of_kind(resumed, "step")[0].step == 5


def test_kill_before_the_first_save_can_be_resumed(make_config):
    config = make_config()
    events = train(config)
    for event in events:
        if event.kind == "step":
            break
    events.close()

    assert run(config, resume=True)[-1].kind == "finished"


def test_pause_while_encoding_leaves_a_folder_to_start_in(make_config):
    class AtOnce(Control):
        def should_pause(self):
            return True

    assert run(make_config(), control=AtOnce())[-1].kind == "paused"
    assert run(make_config())[-1].kind == "finished"


def test_style_is_trained_apart_from_a_pack_that_is_loaded(make_config, tmp_path):
    run(make_config(epochs=1))
    pack = tmp_path / "style" / "style.safetensors"
    config = make_config(epochs=1, output_dir=str(tmp_path / "again"))
    model = loading.load_model(base_models.describe(config.base_model), "cpu")
    model.pipe.load_lora_weights(str(pack), adapter_name="l_a")

    run(config, model=model)

    assert equal(weights(pack), weights(tmp_path / "again" / "again.safetensors"))
    assert model.pipe.get_list_adapters() == {"unet": ["l_a"]}


def test_resuming_a_finished_run_changes_nothing(make_config, tmp_path):
    run(make_config())
    before = (tmp_path / "style" / "style.safetensors").read_bytes()

    events = run(make_config(), resume=True)

    assert events[-1].kind == "finished"
    assert (tmp_path / "style" / "style.safetensors").read_bytes() == before


def test_cancelled_run_keeps_its_checkpoints_only(make_config, tmp_path):
    events = run(make_config(), control=AfterSteps(3, "cancel"))

    assert events[-1].kind == "cancelled"
    assert (tmp_path / "style" / "style-step000002.safetensors").is_file()
    assert not (tmp_path / "style" / "style.safetensors").exists()


def test_save_on_demand(make_config, tmp_path):
    class Once(Control):
        asked = 0

        def wants_save(self):
            self.asked += 1
            return self.asked == 1

    events = run(make_config(save_steps=100), control=Once())

    assert [event.step for event in of_kind(events, "checkpoint")] == [1]


def test_samples_on_demand_leave_the_training_as_it_was(make_config, tmp_path):
    class Once(Control):
        asked = 0

        def wants_sample(self):
            self.asked += 1
            return self.asked == 1

    settings = {"save_steps": 100, "sample_prompts": ["lnink, arcade"], "sample_steps": 1}
    events = run(make_config(**settings), control=Once())
    plain = run(make_config(**settings, output_dir=str(tmp_path / "plain")))

    assert [event.step for event in of_kind(events, "sample")] == [1]
    assert of_kind(events, "checkpoint") == []
    assert of_kind(plain, "sample") == []
    assert [e.loss for e in of_kind(events, "step")] == [e.loss for e in of_kind(plain, "step")]


def test_edited_caption_misses_only_its_own_cache_entry(make_config, tmp_path):
    data = toys.write_dataset(tmp_path / "data", 4)
    own = {"train_data_dir": str(data), "metadata_path": str(data / "metadata.csv"), "epochs": 1}
    cache = tmp_path / "cache"
    run(make_config(**own), cache_dir=cache)
    before = {path: path.stat().st_mtime_ns for path in cache.rglob("*.safetensors")}
    text = (data / "metadata.csv").read_text().replace("number 2", "number two")
    (data / "metadata.csv").write_text(text)

    run(make_config(output_dir=str(tmp_path / "two"), **own), cache_dir=cache)

    after = {path: path.stat().st_mtime_ns for path in cache.rglob("*.safetensors")}
    new = set(after) - set(before)
    assert len(before) == 8
    assert [path.parent.parent.name for path in new] == ["texts"]
    assert all(after[path] == before[path] for path in before)


def test_small_pieces_give_the_same_course(make_config, tmp_path):
    whole = of_kind(run(make_config(batch_size=4)), "step")
    pieces = of_kind(
        run(
            make_config(batch_size=2, gradient_accumulation=2, output_dir=str(tmp_path / "pieces"))
        ),
        "step",
    )

    assert [step.loss for step in pieces] == pytest.approx([step.loss for step in whole], rel=1e-4)


def test_borrowed_pipeline_comes_back_as_it_was(make_config):
    config = make_config(targets="kohya-conv", train_text_encoder=True, epochs=1)
    model = loading.load_model(base_models.describe(config.base_model), "cpu")
    before = {key: value.clone() for key, value in model.pipe.unet.state_dict().items()}

    run(config, model=model)

    after = model.pipe.unet.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[key], before[key]) for key in before)
    assert not model.pipe.unet.training


def test_failing_samples_do_not_end_the_run(make_config):
    events = run(make_config(sample_prompts=["   "], save_steps=3))

    assert [event.code for event in of_kind(events, "warning")] == ["sample-failed"] * 2
    assert events[-1].kind == "finished"


def test_samples_do_not_change_the_weights(make_config, tmp_path):
    run(make_config(lora_dropout=0.3))
    other = make_config(
        lora_dropout=0.3,
        sample_prompts=["an arcade"],
        sample_steps=1,
        output_dir=str(tmp_path / "two"),
    )
    run(other)

    first = weights(tmp_path / "style" / "style.safetensors")
    assert equal(first, weights(tmp_path / "two" / "two.safetensors"))


def test_validation_loss_is_the_same_whenever_nothing_was_learned(make_config):
    events = run(make_config(validation_share=0.34, learning_rate=1e-8, epochs=3))

    losses = [event.loss for event in of_kind(events, "validation")]
    assert len(losses) == 4
    assert losses == pytest.approx([losses[0]] * 4, rel=1e-3)


def test_base_asks_for_its_own_targets_unless_told(make_config, tmp_path):
    run(make_config("studio-mini", epochs=1))
    run(make_config("studio-mini", epochs=1, targets="attention", output_dir=str(tmp_path / "b")))

    own = weights(tmp_path / "style" / "style.safetensors")
    asked = weights(tmp_path / "b" / "b.safetensors")
    assert any("conv1" in name for name in own)
    assert all("attentions" in name for name in asked)


def test_paths_of_a_run_are_those_of_the_design(tmp_path):
    folder = RunFolder(tmp_path / "gba", "gba")

    assert folder.final == tmp_path / "gba" / "gba.safetensors"
    assert folder.checkpoint(100) == tmp_path / "gba" / "gba-step000100.safetensors"
