"""Ranges and orders the loop relies on: shapes, plans, weights, rates, optimizer state."""

import errno
import pickle
import sys
from collections import Counter
from pathlib import Path

import pytest
import torch
from diffusers import DDPMScheduler
from hypothesis import given
from hypothesis import strategies as st

from training.engine.config.run_config import RunConfig
from training.engine.data import batch_sampler
from training.engine.data.buckets import choose_bucket, make_buckets
from training.engine.diffusion import NoiseObjective, min_snr_weights, offset_noise
from training.engine.errors import SENTENCES, EngineError, EngineErrors
from training.engine.families.base_info import BaseInfo
from training.engine.files import disk
from training.engine.train import optimizers


@given(
    signal=st.floats(1e-6, 1),
    gamma=st.floats(0.1, 20),
    prediction=st.sampled_from(["epsilon", "v_prediction"]),
)
def test_min_snr_weight_stays_between_zero_and_one(signal, gamma, prediction):
    weight = min_snr_weights(torch.tensor([signal]), torch.tensor([0]), gamma, prediction)

    assert 0 <= weight.item() <= 1


@given(signal=st.floats(0.01, 0.99), gamma=st.floats(0.5, 20))
def test_min_snr_weights_follow_the_paper(signal, gamma):
    alphas, zero = torch.tensor([signal], dtype=torch.float64), torch.tensor([0])
    ratio = signal / (1 - signal)

    for prediction, expected in (
        ("epsilon", min(ratio, gamma) / ratio),
        ("v_prediction", min(ratio, gamma) / (ratio + 1)),
        ("sample", min(ratio, gamma)),
    ):
        weight = min_snr_weights(alphas, zero, gamma, prediction).item()
        assert weight == pytest.approx(expected, rel=1e-4)


def test_min_snr_is_finite_at_the_ends_of_a_schedule():
    for prediction in ("epsilon", "v_prediction", "sample"):
        ends = min_snr_weights(torch.tensor([1.0, 0.0]), torch.tensor([0, 1]), 5, prediction)
        assert ends.isfinite().all()


def test_targets_agree_with_the_schedulers_of_diffusers():
    scheduler = DDPMScheduler(prediction_type="v_prediction")
    objective = NoiseObjective(scheduler.alphas_cumprod, "v_prediction", 0)
    numbers = torch.Generator().manual_seed(0)
    latents, noise = (torch.randn(3, 4, 2, 2, generator=numbers) for _ in range(2))
    timesteps = torch.tensor([0, 500, 999])

    torch.testing.assert_close(
        objective.add_noise(latents, noise, timesteps),
        scheduler.add_noise(latents, noise, timesteps),
    )
    torch.testing.assert_close(
        objective.target(latents, noise, timesteps),
        scheduler.get_velocity(latents, noise, timesteps),
    )


def test_noise_offset_moves_whole_channels():
    noise = torch.zeros(2, 3, 4, 4)
    moved = offset_noise(noise, torch.ones(2, 3, 1, 1), 0.05)

    assert (moved == 0.05).all()


@given(
    shapes=st.lists(st.sampled_from("abc"), min_size=1, max_size=30),
    batch=st.integers(1, 9),
    seed=st.integers(0, 5),
    repeats=st.integers(1, 3),
)
def test_each_epoch_shows_every_picture_in_batches_of_one_shape(shapes, batch, seed, repeats):
    plan = batch_sampler.make_plan(shapes, batch, seed, repeats)

    for epoch in range(2):
        first = epoch * plan.steps_per_epoch
        batches = [plan.batch_of(first + i) for i in range(plan.steps_per_epoch)]
        assert all(1 <= len(indices) <= batch for indices in batches)
        assert all(len({shapes[i] for i in indices}) == 1 for indices in batches)
        seen = Counter(i for indices in batches for i in indices)
        assert seen == Counter({i: repeats for i in range(len(shapes))})


def test_batch_of_a_step_does_not_depend_on_the_steps_before():
    plan = batch_sampler.make_plan(["a"] * 10, 3, seed=4)
    straight = [plan.batch_of(step) for step in range(12)]

    assert [plan.batch_of(step) for step in reversed(range(12))] == straight[::-1]
    assert straight[:4] != straight[4:8]


@given(
    total=st.integers(1, 500),
    schedule=st.sampled_from(["cosine", "constant", "linear"]),
    warmup=st.floats(0, 0.9),
)
def test_rate_rises_to_its_full_height_and_never_beyond(total, schedule, warmup):
    factors = [optimizers.learning_rate_factor(s, total, schedule, warmup) for s in range(total)]

    assert all(0 < factor <= 1 for factor in factors)
    top = factors.index(max(factors))
    assert factors[: top + 1] == sorted(factors[: top + 1])
    assert factors[top:] == sorted(factors[top:], reverse=True)
    if not warmup:
        assert factors[0] == 1


@given(
    ratio=st.floats(0.3, 3),
    resolution=st.sampled_from([256, 512, 768, 1024]),
    limit=st.sampled_from([1.0, 1.5, 2.0]),
)
def test_buckets_keep_area_steps_and_proportions(ratio, resolution, limit):
    info = BaseInfo("x", Path("x"), "sd15", 512, 512, 77, 8, 4, "epsilon", "attention")
    config = RunConfig(
        train_data_dir="a",
        metadata_path="b",
        base_model="c",
        output_dir="d",
        resolution=resolution,
        bucket_max_ratio=limit,
    )

    buckets = make_buckets(config, info)
    chosen = choose_bucket(buckets, round(1000 * ratio), 1000)

    assert chosen in buckets
    for bucket in buckets:
        assert bucket.width * bucket.height <= resolution**2
        assert bucket.width % 64 == bucket.height % 64 == 0
        assert max(bucket.width, bucket.height) <= limit * min(bucket.width, bucket.height)
    assert choose_bucket(buckets, 700, 700).width == choose_bucket(buckets, 700, 700).height
    (only,) = make_buckets(config.replace(buckets=False), info)
    assert (only.width, only.height) == (resolution, resolution)


@pytest.mark.parametrize("name", ["adamw", "adafactor", "prodigy"])
def test_optimizer_goes_on_from_its_kept_state(name):
    config = RunConfig(
        train_data_dir="a", metadata_path="b", base_model="c", output_dir="d", optimizer=name
    )

    def make(values):
        parameter = torch.nn.Parameter(values.clone())
        groups = [{"params": [parameter], "lr": 0.1, "name": "unet"}]
        return parameter, optimizers.make_optimizer(config, groups)

    def steps(parameter, optimizer, count):
        for i in range(count):
            optimizer.zero_grad()
            (parameter * (i + 1)).square().sum().backward()
            optimizer.step()

    start = torch.linspace(-1, 1, 12).view(3, 4)
    parameter, optimizer = make(start)
    steps(parameter, optimizer, 3)
    tensors, plain = optimizers.optimizer_state(optimizer)
    kept = parameter.detach().clone()
    steps(parameter, optimizer, 3)

    again, restored = make(kept)
    optimizers.restore_optimizer(restored, tensors, plain)
    steps(again, restored, 3)

    assert torch.equal(parameter, again)


def test_missing_optimizer_library_is_named(monkeypatch):
    # Where the library happens to be installed, importing it is made to fail.
    monkeypatch.setitem(sys.modules, "bitsandbytes", None)
    config = RunConfig(
        train_data_dir="a", metadata_path="b", base_model="c", output_dir="d", optimizer="adamw8bit"
    )
    with pytest.raises(EngineError, match="bitsandbytes"):
        optimizers.make_optimizer(config, [{"params": [], "lr": 1}])


def write_half(path, problem):
    with disk.whole_file(path, step=7) as temporary:
        temporary.write_text("half")
        raise problem


@pytest.mark.parametrize(
    ("number", "code"),
    [(errno.ENOSPC, "disk-full"), (errno.EROFS, "folder-read-only")],
)
def test_what_a_disk_refuses_leaves_no_half_file(tmp_path, number, code):
    with pytest.raises(EngineError) as caught:
        write_half(tmp_path / "a", OSError(number, "refused"))

    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_file_in_place_stays_whole_until_the_new_one_is(tmp_path):
    disk.write_json(tmp_path / "a.json", {"a": 1})

    with pytest.raises(ValueError, match="no"):
        write_half(tmp_path / "a.json", ValueError("no"))

    assert (tmp_path / "a.json").read_text() == '{\n  "a": 1\n}\n'


def test_sentences_are_filled_with_their_facts():
    error = EngineError("image-too-small", name="a.webp", side=412, needed=512)

    assert str(error).startswith("Image a.webp is 412 px on its short side; this run needs 512")
    assert error.to_json()["facts"] == {"name": "a.webp", "side": 412, "needed": 512}


def test_errors_survive_a_process_border():
    single = EngineError("prompt-empty")
    several = EngineErrors([single, EngineError("dataset-one-image")])

    for error in (single, several):
        assert pickle.loads(pickle.dumps(error)).to_json() == error.to_json()


def test_every_sentence_is_whole():
    for code, sentence in SENTENCES.items():
        # Some begin with a key's or a file's own name, which keeps its small letter.
        assert sentence == sentence.strip(), code
        assert sentence.endswith((".", "}", "?")), code
