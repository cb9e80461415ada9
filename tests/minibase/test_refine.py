"""Training the bundled UNet on: the start changes nothing, and a stop changes nothing."""

import random

import numpy as np
import pytest
import torch
from diffusers import UNet2DConditionModel
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file

from training.minibase import basis, bundle, cache, refine, unet
from training.minibase.basis import CHANNELS
from training.minibase.widening import LAYERS, widened

TOY = (16, 16, 32, 32)


@pytest.fixture(scope="module")
def shipped():
    return UNet2DConditionModel.from_pretrained(bundle.WEIGHTS / "unet", dtype=torch.float32)


@pytest.fixture(scope="module")
def toy_weights(tmp_path_factory):
    """The bundled words with a small untrained UNet."""
    path = tmp_path_factory.mktemp("weights")
    for part in ("tokenizer", "text_encoder"):
        (path / part).symlink_to(bundle.WEIGHTS / part)
    torch.manual_seed(0)
    unet.new_unet(TOY).save_pretrained(path / "unet")
    return path


@pytest.fixture
def make_settings(toy_weights, tmp_path):
    def make(name, **changes):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        axes = folder / "basis.npz"
        if not axes.exists():
            basis.fit(images=12).save(axes)
            scenes = folder / "scenes"
            cache.build(scenes, axes, 1, seed=3, workers=1, per_job=4, say=lambda line: None)
        settings = {"weights": toy_weights, "batch": 2, "crop_share": 0.5, "warm_up": 2}
        return refine.RefineSettings(folder, 4, **{**settings, **changes})

    return make


@pytest.mark.parametrize("side", [(32, 32), (24, 44), (16, 16)])
def test_widened_unet_answers_exactly_as_the_shipped_one(shipped, side):
    new = widened(shipped, seed=5).eval()
    generator = torch.Generator().manual_seed(1)
    noisy = torch.randn(2, CHANNELS, *side, generator=generator)
    states = torch.randn(2, 77, 128, generator=generator)

    with torch.no_grad():
        before, after = (m.eval()(noisy, 300, states).sample for m in (shipped, new))

    assert new.config.layers_per_block == LAYERS
    assert torch.equal(before, after)


def test_widened_unet_learns_in_its_new_layers(shipped):
    new = widened(shipped)

    new(torch.randn(1, CHANNELS, 16, 16), 300, torch.randn(1, 77, 128)).sample.sum().backward()

    for layer in (new.down_blocks[0].resnets[1], new.up_blocks[3].resnets[1]):
        assert layer.conv2.weight.grad.abs().sum() > 0


def test_unet_that_is_wide_already_is_refused(shipped):
    with pytest.raises(ValueError, match="one layer a level"):
        widened(widened(shipped))


def test_stopped_refinement_ends_as_one_that_was_not_stopped(make_settings):
    refine.refine(make_settings("whole"), say=lambda line: None)
    said = []
    for _ in range(4):  # no processor time means one step a call
        refine.refine(make_settings("parts", seconds=0), say=said.append)

    whole, parts = (make_settings(name).out / "state.safetensors" for name in ("whole", "parts"))
    one, other = load_file(whole), load_file(parts)
    assert "going on at step 3" in said
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_refined_unet_is_kept_averaged_in_half_precision(make_settings, toy_weights):
    settings = make_settings("kept", seconds=0)

    refine.refine(settings, say=lambda line: None)

    kept = UNet2DConditionModel.from_pretrained(settings.out / "averaged")
    tensors = load_file(settings.out / "averaged" / "diffusion_pytorch_model.safetensors")
    old = UNet2DConditionModel.from_pretrained(toy_weights / "unet")
    assert {tensor.dtype for tensor in tensors.values()} == {torch.float16}
    assert tuple(kept.config.layers_per_block) == LAYERS
    moved = (kept.conv_in.weight - old.conv_in.weight).abs().max()
    assert 1e-5 < moved < 1e-2
    assert sorted(path.name for path in settings.out.iterdir()) == ["averaged", "state.safetensors"]


def test_steps_depend_on_their_number_alone(make_settings):
    settings = make_settings("steps")
    first, second = refine.Scenes(settings), refine.Scenes(settings)
    first.batch(0)

    one, other, later = first.batch(7), second.batch(7), second.batch(8)

    assert all(torch.equal(a, b) for a, b in zip(one[1:], other[1:], strict=True))
    assert not torch.equal(one[1], later[1])


def test_crops_cost_as_much_as_frames_and_hold_little_noise(make_settings):
    settings = make_settings("crops", crop_share=1.0, batch=1)

    kind, latents, states, weight, steps, noise = refine.Scenes(settings).batch(0)

    assert kind == "crop"
    assert latents.shape == noise.shape == (4, CHANNELS, refine.CROP, refine.CROP)
    assert len(states) == len(steps) == 4
    assert steps.max() < refine.LITTLE_NOISE
    assert weight.mean((1, 2)).numpy() == pytest.approx(np.ones(4))


@given(
    st.sampled_from([(32, 32), (28, 36), (36, 28), (24, 44), (44, 24)]),
    st.tuples(*[st.integers(0, 100)] * 4),  # hundredths
    st.integers(0, 99),
)
def test_car_windows_lie_in_the_frame_and_touch_the_car(shape, edges, seed):
    height, width = shape
    left, right = sorted(edge * width / 100 for edge in edges[:2])
    top, bottom = sorted(edge * height / 100 for edge in edges[2:])

    y, x = refine.car_window((left, top, right, bottom), shape, random.Random(seed))

    assert 0 <= y <= height - refine.CROP
    assert 0 <= x <= width - refine.CROP
    assert y - 2 <= bottom
    assert y + refine.CROP + 2 >= top
    assert x - 2 <= right
    assert x + refine.CROP + 2 >= left


def test_cut_edges_count_nothing_and_the_frame_edges_count():
    weight = refine.cut_edge_weight(16, 8, (32, 32))

    assert weight[0].sum() == weight[:, 0].sum() == weight[:, -1].sum() == 0
    assert weight[-1, 1:-1].min() == 1


@given(st.integers(1, 64), st.integers(0, 20), st.integers(0, 9))
def test_timesteps_lie_in_the_schedule_with_the_wished_share_of_little_noise(count, part, seed):
    share = part / 20
    steps = refine.timesteps(count, share, torch.Generator().manual_seed(seed))

    assert steps.min() >= 0
    assert steps.max() <= 999
    assert abs((steps < refine.LITTLE_NOISE).sum().item() - share * count) <= 1


def test_rate_rises_at_once_and_ends_low(tmp_path):
    settings = refine.RefineSettings(tmp_path, steps=1000)

    rates = [refine.learning_rate(settings, step) for step in (0, 60, 499, 750, 999, 2000)]

    assert rates[0] < rates[1] == rates[2] == settings.learning_rate
    assert rates[2] > rates[3] > rates[4] >= rates[5] > 0
