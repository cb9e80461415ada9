"""Adapters: the right layers, the true strength on each, and a base that stays what it was."""

import pytest
import torch
from diffusers import UNet2DConditionModel

from tests.engine import toys
from training.engine import families
from training.engine.base import loading
from training.engine.errors import EngineError
from training.engine.families.base_files import CONFIGS
from training.engine.lora import adapters, weight_files


@pytest.fixture
def model(toy_base):
    return loading.load_model(toy_base("sd15"), "cpu")


def train_adapter(model, config, size=0.05):
    """An adapter with values that act, as if it had been trained."""
    groups = adapters.add_training_adapter(model, config)
    numbers = torch.Generator().manual_seed(5)
    for group in groups:
        for parameter in group["params"]:
            noise = torch.randn(parameter.shape, generator=numbers)
            parameter.data.copy_(size * noise)
    return adapters.trained_modules(model)


def write_pack(path, info, config):
    model = loading.load_model(info, "cpu")
    modules = train_adapter(model, config)
    weight_files.write_kohya(path, modules, {}, "fp32")
    return modules


@pytest.mark.parametrize(
    ("preset", "count"),
    # Two attention blocks down/up and one in the middle, each with two attentions of four layers.
    [("attention", 32), ("attention-mlp", 40), ("kohya", 48), ("kohya-conv", 79), ("all", 83)],
)
def test_target_presets_grow_by_kind_of_layer(model, preset, count):
    assert len(adapters.resolve_targets(model.network, model.family, preset)) == count


def test_full_size_target_counts_are_the_published_ones():
    for family, attention, kohya in (("sd15", 128, 192), ("sdxl", 560, 722)):
        config = UNet2DConditionModel.load_config(CONFIGS / family / "unet")
        with torch.device("meta"):
            unet = UNet2DConditionModel.from_config(config)
        assert len(adapters.resolve_targets(unet, families.of(family), "attention")) == attention
        assert len(adapters.resolve_targets(unet, families.of(family), "kohya")) == kohya


def test_targets_that_match_nothing_are_refused(model):
    with pytest.raises(EngineError) as caught:
        adapters.resolve_targets(model.network, model.family, ["nothing"])

    assert caught.value.code == "targets-match-nothing"


def test_one_misspelt_target_of_several_is_refused_by_name(model):
    with pytest.raises(EngineError) as caught:
        adapters.resolve_targets(model.network, model.family, ["to_q", "to_kk", "ff.net.9"])

    assert caught.value.code == "targets-match-nothing"
    assert caught.value.facts["targets"] == "to_kk, ff.net.9"


def test_fresh_adapter_depends_on_the_seed_only(toy_base, make_config):
    info, config = toy_base("sd15"), make_config()
    made = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        before = torch.get_rng_state()
        model = loading.load_model(info, "cpu")
        adapters.add_training_adapter(model, config)
        made.append(adapters.trained_modules(model))
        assert torch.equal(torch.get_rng_state(), before)

    first, second = made
    assert all(torch.equal(first[name].down, second[name].down) for name in first)
    assert all((module.up == 0).all() for module in first.values())


@pytest.mark.parametrize("family", ["sd15", "sdxl", "studio-mini"])
def test_kohya_names_of_the_family(toy_base, make_config, family):
    info = toy_base(family)
    model = loading.load_model(info, "cpu")
    config = make_config(family, targets="attention", train_text_encoder=True)

    names = list(train_adapter(model, config))

    first = {"sdxl": "lora_te1_text_model_"}.get(family, "lora_te_text_model_")
    starts = ["lora_unet_", first] + (["lora_te2_text_model_"] if family == "sdxl" else [])
    assert all(any(name.startswith(start) for start in starts) for name in names)
    assert all(any(name.startswith(start) for name in names) for start in starts)


def test_rslora_is_exported_with_the_alpha_that_gives_its_scale(toy_base, make_config):
    info = toy_base("sd15")
    model = loading.load_model(info, "cpu")

    modules = train_adapter(model, make_config(rslora=True, lora_rank=4, lora_alpha=6))

    assert {m.scale for m in modules.values()} == {6 / 4**0.5}


def answers(model):
    """What the networks say to a fixed question."""
    with torch.inference_mode():
        numbers = torch.Generator().manual_seed(0)
        text = model.pipe.encode_prompt("an arcade", "cpu", 1, False)[0]
        x = torch.randn(1, 4, 16, 16, generator=numbers)
        return model.pipe.unet(x, 10, text).sample


def test_layers_differ_between_toys():
    # The toys must not be so alike that a file of one fits another.
    assert toys.make_pipe("sd15").unet.config.in_channels == 4
    assert toys.make_pipe("studio-mini").unet.config.in_channels == 8
