"""The same weights are told however they are stored; others are not taken for them."""

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.engine import lora_disguises, lora_makers
from tests.engine.lora_makers import DIALECTS
from training.engine.errors import EngineError
from training.engine.lora import numbers
from training.engine.lora.effect import (
    FAINT,
    NEAR,
    SAME,
    SIZE,
    effect_of,
    likeness,
    likeness_of_layers,
    read_effect,
)


@pytest.fixture
def path(lora_models, tmp_path):
    """A kohya file of 24 layers with ranks and alphas of their own."""
    return dressed(lora_models["sd15"], tmp_path, "kohya", seed=3, dtype=torch.float16)


def dressed(model, folder, dialect, seed, alpha_in="tensor", dtype=torch.float32):
    style = lora_makers.random_style(model, seed, 24)
    lora_makers.dress(style, model, dialect, alpha_in, dtype)
    return lora_makers.write(style, folder / f"{dialect} {alpha_in} {seed}.safetensors")


def alike(path, other):
    [cosine] = likeness(effect_of(path), [effect_of(other)])
    return cosine


@pytest.mark.parametrize("change", lora_disguises.SAME, ids=lambda change: change.__name__)
def test_disguise_leaves_the_effect_as_it_was(change, path, tmp_path):
    other = lora_disguises.store(path, tmp_path / "other.safetensors", change)

    assert other.read_bytes() != path.read_bytes()
    rounded = change in (
        lora_disguises.as_bfloat16,
        lora_disguises.as_float8,
        lora_disguises.slightly_noisy,
    )
    assert alike(path, other) > (SAME if rounded else 1 - 1e-6)


@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_names_of_every_tool_mean_the_same_effect(dialect, lora_models, path, tmp_path):
    other = dressed(lora_models["sd15"], tmp_path, dialect, seed=3, dtype=torch.float16)

    assert alike(path, other) == pytest.approx(1, abs=1e-6)


def test_alpha_told_in_the_header_counts(lora_models, path, tmp_path):
    other = dressed(
        lora_models["sd15"], tmp_path, "diffusers", 3, alpha_in="header", dtype=torch.float16
    )

    assert alike(path, other) == pytest.approx(1, abs=1e-6)


def test_noise_or_a_missing_layer_leave_it_near(path, tmp_path):
    noisy = lora_disguises.store(path, tmp_path / "noisy.safetensors", lora_disguises.noisy)
    fewer = lora_disguises.without_a_layer(path, tmp_path / "fewer.safetensors")

    for other in (noisy, fewer):
        assert NEAR < alike(path, other) < SAME


@pytest.mark.parametrize("part_of", lora_disguises.PARTS, ids=lambda part_of: part_of.__name__)
def test_part_of_a_file_is_known_by_the_layers_that_both_have(part_of, path, tmp_path):
    part = part_of(path, tmp_path / "part.safetensors")
    one, other = read_effect(path), read_effect(part)

    assert FAINT < alike(path, part) < NEAR
    assert likeness_of_layers(one.layers, other.layers) > 1 - 1e-3
    assert likeness_of_layers(other.layers, one.layers) > 1 - 1e-3


def test_layers_of_other_weights_have_little_in_common(lora_models, path, tmp_path):
    others = [dressed(lora_models["sd15"], tmp_path, "kohya", seed) for seed in range(10, 20)]
    mine = read_effect(path).layers

    cosines = [likeness_of_layers(mine, read_effect(other).layers) for other in others]

    assert np.abs(cosines).max() < 0.4


def test_too_few_layers_in_common_tell_nothing(path, tmp_path):
    layers = read_effect(path).layers
    size = len(layers) // 24
    few, strange = layers[: 7 * size], layers[7 * size :]

    assert likeness_of_layers(few, layers) > 1 - 1e-3
    assert likeness_of_layers(few, strange) == 0
    assert likeness_of_layers(layers[: 14 * size], strange) == 0
    assert likeness_of_layers(layers, b"") == 0


def test_one_layer_blown_up_does_not_drown_the_rest(path, tmp_path):
    """Ten times as strong it would hold nearly all of the change's length."""
    tensors = load_file(path)
    key = max((key for key in tensors if ".lora_up." in key), key=lambda k: tensors[k].norm())
    tensors[key] *= 10
    other = tmp_path / "other.safetensors"
    save_file(tensors, other)

    assert alike(path, other) > NEAR


def test_other_weights_have_little_in_common(lora_models, path, tmp_path):
    others = [dressed(lora_models["sd15"], tmp_path, "kohya", seed) for seed in range(10, 20)]

    cosines = likeness(effect_of(path), [effect_of(other) for other in others])

    assert cosines.shape == (10,)
    assert np.abs(cosines).max() < 0.4


def test_likeness_is_about_the_cosine_of_the_changes(tmp_path):
    """Of one layer, where nothing is damped against another."""
    generator = torch.Generator().manual_seed(1)
    down = torch.randn(4, 64, generator=generator)
    first, further = torch.randn(2, 48, 4, generator=generator)
    second = first + 0.75 * further
    paths = []
    for number, up in enumerate((first, second)):
        tensors = {
            "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q" + end: tensor
            for end, tensor in ((".lora_down.weight", down), (".lora_up.weight", up.contiguous()))
        }
        paths.append(tmp_path / f"{number}.safetensors")
        save_file(tensors, paths[-1])
    changes = [(up @ down).flatten() for up in (first, second)]
    truth = torch.nn.functional.cosine_similarity(*changes, 0).item()

    assert alike(*paths) == pytest.approx(truth, abs=0.1)


def test_effect_is_the_same_on_every_machine(tmp_path):
    """A stored effect is compared for years: these figures are never to change."""
    tensors = {
        "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q" + end: tensor
        for end, tensor in (
            (".lora_down.weight", torch.arange(6.0).reshape(2, 3)),
            (".lora_up.weight", torch.tensor([[1.0, -2.0], [0.5, 3.0]])),
            (".alpha", torch.tensor(1.0)),
        )
    }
    path = tmp_path / "small.safetensors"
    save_file(tensors, path)

    effect = np.frombuffer(effect_of(path), "<f4")

    assert effect.shape == (SIZE,)
    assert np.linalg.norm(effect) == pytest.approx(1)
    assert effect[:4] == pytest.approx([0.0369544, -0.0193571, 0.0580712, -0.0369544], abs=1e-6)


def test_file_without_effect_has_none(path, tmp_path):
    def emptied(down, up, alpha):
        return down, torch.zeros_like(up), alpha

    assert effect_of(lora_disguises.store(path, tmp_path / "zero.safetensors", emptied)) == b""


def test_numbers_beyond_every_float_have_no_effect_that_could_be_told(path, tmp_path):
    def huge(down, up, alpha):
        return down.double() * 1e200, up.double() * 1e200, alpha

    assert effect_of(lora_disguises.store(path, tmp_path / "huge.safetensors", huge)) == b""


def test_what_is_no_lora_is_refused(tmp_path):
    path = tmp_path / "none.safetensors"
    save_file({"weight": torch.ones(2, 2)}, path)

    with pytest.raises(EngineError):
        effect_of(path)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("F8_E4M3", torch.float8_e4m3fn),
        ("F8_E5M2", torch.float8_e5m2),
        ("BF16", torch.bfloat16),
        ("F16", torch.float16),
        ("F32", torch.float32),
        ("F64", torch.float64),
    ],
)
def test_every_number_format_is_read_as_torch_reads_it(name, kind):
    raw = torch.arange(256, dtype=torch.uint8).repeat(16)
    expected = raw.view(kind)
    expected = expected if kind == torch.float64 else expected.float()

    assert np.array_equal(numbers.as_floats(raw.numpy(), name), expected.numpy(), equal_nan=True)
