"""Adapters: the right layers, the true strength on each, and a base that stays what it was."""

import pytest
import torch
from diffusers import UNet2DConditionModel

from tests.engine import toys
from training.engine import adapters, base_models, lora_files
from training.engine.errors import EngineError
from training.engine.layouts import original_name, unet_prefixes
from training.engine.lora_files import LoraModule


@pytest.fixture
def pipe(toy_base):
    return base_models.load(toy_base("sd15"), "cpu")


def train_adapter(pipe, info, config, size=0.05):
    """An adapter with values that act, as if it had been trained."""
    groups = adapters.add_training_adapter(pipe, config, info)
    numbers = torch.Generator().manual_seed(5)
    for group in groups:
        for parameter in group["params"]:
            noise = torch.randn(parameter.shape, generator=numbers)
            parameter.data.copy_(size * noise)
    return adapters.trained_modules(pipe, info)


def write_pack(path, info, config):
    pipe = base_models.load(info, "cpu")
    modules = train_adapter(pipe, info, config)
    lora_files.write_kohya(path, modules, {}, "fp32")
    return modules


@pytest.mark.parametrize(
    ("preset", "count"),
    # Two attention blocks down/up and one in the middle, each with two attentions of four layers.
    [("attention", 32), ("attention-mlp", 40), ("kohya", 48), ("kohya-conv", 79), ("all", 83)],
)
def test_target_presets_grow_by_kind_of_layer(pipe, preset, count):
    assert len(adapters.resolve_targets(pipe.unet, preset)) == count


def test_full_size_target_counts_are_the_published_ones():
    for family, attention, kohya in (("sd15", 128, 192), ("sdxl", 560, 722)):
        config = UNet2DConditionModel.load_config(base_models.CONFIGS / family / "unet")
        with torch.device("meta"):
            unet = UNet2DConditionModel.from_config(config)
        assert len(adapters.resolve_targets(unet, "attention")) == attention
        assert len(adapters.resolve_targets(unet, "kohya")) == kohya


def test_targets_that_match_nothing_are_refused(pipe):
    with pytest.raises(EngineError) as caught:
        adapters.resolve_targets(pipe.unet, ["nothing"], "toy")

    assert caught.value.code == "targets-match-nothing"


def test_fresh_adapter_depends_on_the_seed_only(toy_base, make_config):
    info, config = toy_base("sd15"), make_config()
    made = []
    for noise in (1, 2):
        torch.manual_seed(noise)
        before = torch.get_rng_state()
        pipe = base_models.load(info, "cpu")
        adapters.add_training_adapter(pipe, config, info)
        made.append(adapters.trained_modules(pipe, info))
        assert torch.equal(torch.get_rng_state(), before)

    first, second = made
    assert all(torch.equal(first[name].down, second[name].down) for name in first)
    assert all((module.up == 0).all() for module in first.values())


@pytest.mark.parametrize("family", ["sd15", "sdxl", "studio-mini"])
def test_kohya_names_of_the_family(toy_base, make_config, family):
    info = toy_base(family)
    pipe = base_models.load(info, "cpu")
    config = make_config(family, targets="attention", train_text_encoder=True)

    names = list(train_adapter(pipe, info, config))

    first = {"sdxl": "lora_te1_text_model_"}.get(family, "lora_te_text_model_")
    starts = ["lora_unet_", first] + (["lora_te2_text_model_"] if family == "sdxl" else [])
    assert all(any(name.startswith(start) for start in starts) for name in names)
    assert all(any(name.startswith(start) for name in names) for start in starts)


def delta(layer, x, name):
    """What the adapter adds to a layer's answer."""
    return layer(x) - layer.get_base_layer()(x)


@pytest.mark.parametrize("strength", [0.5, -0.3, 2.0])
def test_strength_acts_on_every_class_of_layer(toy_base, make_config, tmp_path, strength):
    info = toy_base("sd15")
    write_pack(tmp_path / "a.safetensors", info, make_config(targets="all"))
    pipe = base_models.load(info, "cpu")
    adapters.load_pack(pipe, tmp_path / "a.safetensors", "l_a")
    layers = adapters.lora_layers(pipe.unet, "l_a")

    for path, layer in layers:
        base = layer.get_base_layer()
        size = (
            (1, base.in_channels, 4, 4) if hasattr(base, "in_channels") else (1, base.in_features)
        )
        x = torch.ones(size)
        adapters.set_strengths(pipe, {"l_a": 1.0})
        full = delta(layer, x, "l_a")
        adapters.set_strengths(pipe, {"l_a": strength})
        assert full.abs().max() > 1e-4, path
        torch.testing.assert_close(delta(layer, x, "l_a"), full * strength, msg=path)
    assert len({type(layer.get_base_layer()) for _, layer in layers}) >= 2


def test_true_alpha_of_each_layer_is_used(toy_base, make_config, tmp_path):
    info = toy_base("sd15")
    modules = write_pack(tmp_path / "a.safetensors", info, make_config(targets="attention"))
    names = list(modules)
    mixed = {}
    for i, name in enumerate(names):
        rank = 1 + i % 2
        m = modules[name]
        mixed[name] = LoraModule(m.down[:rank], m.up[:, :rank], alpha=0.5 * (1 + i % 3))
    lora_files.write_kohya(tmp_path / "b.safetensors", mixed, {}, "fp32")
    pipe = base_models.load(info, "cpu")

    adapters.load_pack(pipe, tmp_path / "b.safetensors", "l_b")
    adapters.set_strengths(pipe, {"l_b": 1.0})

    scales = {
        adapters.kohya_name("unet", path, "sd15"): layer.scaling["l_b"]
        for path, layer in adapters.lora_layers(pipe.unet, "l_b")
    }
    assert scales == pytest.approx({name: m.scale for name, m in mixed.items()})


def test_rslora_is_exported_with_the_alpha_that_gives_its_scale(toy_base, make_config):
    info = toy_base("sd15")
    pipe = base_models.load(info, "cpu")

    modules = train_adapter(pipe, info, make_config(rslora=True, lora_rank=4, lora_alpha=6))

    assert {m.scale for m in modules.values()} == {6 / 4**0.5}


def answers(pipe):
    """What the networks say to a fixed question."""
    with torch.inference_mode():
        numbers = torch.Generator().manual_seed(0)
        text = pipe.encode_prompt("an arcade", "cpu", 1, False)[0]
        x = torch.randn(1, 4, 16, 16, generator=numbers)
        return pipe.unet(x, 10, text).sample


def test_base_is_itself_at_zero_and_after_unloading(pipe, toy_base, make_config, tmp_path):
    config = make_config(targets="all", train_text_encoder=True)
    write_pack(tmp_path / "a.safetensors", toy_base("sd15"), config)
    plain = answers(pipe)

    adapters.load_pack(pipe, tmp_path / "a.safetensors", "l_a")
    loaded = answers(pipe)
    adapters.set_strengths(pipe, {"l_a": 1.0})
    styled = answers(pipe)
    adapters.set_strengths(pipe, {"l_a": 0.0})
    zero = answers(pipe)
    adapters.unload_pack(pipe, "l_a")
    unloaded = answers(pipe)

    assert torch.equal(plain, loaded)
    assert not torch.equal(plain, styled)
    assert torch.equal(plain, zero)
    assert torch.equal(plain, unloaded)


def test_pack_for_another_base_is_refused_and_nothing_changes(
    pipe, toy_base, make_config, tmp_path
):
    write_pack(tmp_path / "a.safetensors", toy_base("sdxl"), make_config("sdxl"))
    plain = answers(pipe)

    with pytest.raises(EngineError) as caught:
        adapters.load_pack(pipe, tmp_path / "a.safetensors", "l_a", "toy")

    assert caught.value.code == "lora-does-not-fit"
    assert pipe.get_list_adapters() == {}
    assert torch.equal(answers(pipe), plain)


def test_sgm_named_file_meets_the_same_layers(toy_base, make_config, tmp_path):
    info = toy_base("sdxl")
    modules = write_pack(
        tmp_path / "a.safetensors", info, make_config("sdxl", targets="kohya-conv")
    )
    pipe = base_models.load(info, "cpu")
    prefixes = unet_prefixes(pipe.unet.config)
    paths = {path.replace(".", "_"): path for path, _ in pipe.unet.named_modules()}
    renamed = {}
    for name, m in modules.items():
        original = original_name(paths[name.removeprefix("lora_unet_")], prefixes)
        renamed["lora_unet_" + original.replace(".", "_")] = m
    lora_files.write_kohya(tmp_path / "sgm.safetensors", renamed, {}, "fp32")

    assert lora_files.inspect(tmp_path / "sgm.safetensors").dialect == "sgm"
    adapters.load_pack(pipe, tmp_path / "sgm.safetensors", "l_a")
    for path, layer in adapters.lora_layers(pipe.unet, "l_a"):
        expected = modules[adapters.kohya_name("unet", path, "sdxl")]
        assert torch.equal(layer.lora_A["l_a"].weight, expected.down)


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_file_acts_the_same_through_diffusers_own_loader(toy_base, make_config, tmp_path, family):
    info = toy_base(family)
    config = make_config(family, targets="kohya", train_text_encoder=True, lora_alpha=3)
    write_pack(tmp_path / "a.safetensors", info, config)
    ours, theirs = base_models.load(info, "cpu"), base_models.load(info, "cpu")

    adapters.load_pack(ours, tmp_path / "a.safetensors", "l_a")
    adapters.set_strengths(ours, {"l_a": 1.0})
    theirs.load_lora_weights(str(tmp_path / "a.safetensors"), adapter_name="l_a")

    for part in ("unet", "text_encoder"):
        expected = dict(adapters.lora_layers(getattr(theirs, part), "l_a"))
        found = dict(adapters.lora_layers(getattr(ours, part), "l_a"))
        assert found.keys() == expected.keys()
        for path, layer in found.items():
            assert layer.scaling["l_a"] == pytest.approx(expected[path].scaling["l_a"])
            assert torch.equal(layer.lora_A["l_a"].weight, expected[path].lora_A["l_a"].weight), (
                path
            )


def test_layers_differ_between_toys():
    # The toys must not be so alike that a file of one fits another.
    assert toys.make_pipe("sd15").unet.config.in_channels == 4
    assert toys.make_pipe("studio-mini").unet.config.in_channels == 8
