"""Packs in the weights: the true strength on every layer, and a base that stays what it was."""

import pytest
import torch

from tests.engine.lora.test_adapters import answers, write_pack
from training.engine.base import loading
from training.engine.errors import EngineError
from training.engine.families.unet_layouts import original_name, unet_prefixes
from training.engine.lora import adapters, weight_files
from training.engine.lora.packs import Packs
from training.engine.lora.weight_files import LoraModule


@pytest.fixture
def make_pack(toy_base, make_config, tmp_path):
    """Write a random pack for a toy base; returns (path, its modules by kohya name)."""

    def make(name="a", family="sd15", **changes):
        path = tmp_path / f"{name}.safetensors"
        settings = {"targets": "all", "train_text_encoder": True, **changes}
        return path, write_pack(path, toy_base(family), make_config(family, **settings))

    return make


@pytest.fixture
def model(toy_base):
    return loading.load_model(toy_base("sd15"), "cpu")


def weights_of(model):
    """Every layer's weight by kohya name, copied."""
    layers = adapters.known_layers(model)
    return {name: layer.weight.detach().clone() for name, (_, _, layer) in layers.items()}


@pytest.mark.parametrize("strength", [0.5, -0.3, 2.0])
def test_strength_acts_on_every_class_of_layer(model, make_pack, strength):
    path, modules = make_pack()
    before = weights_of(model)

    Packs(model).use([(path, strength)])

    after = weights_of(model)
    kinds = set()
    for name, module in modules.items():
        delta = (module.up.flatten(1) @ module.down.flatten(1)).view_as(before[name])
        torch.testing.assert_close(
            after[name] - before[name], delta * module.scale * strength, msg=name
        )
        assert delta.abs().max() > 1e-4, name
        part, _, layer = adapters.known_layers(model)[name]
        kinds.add((part, type(layer).__name__, tuple(layer.weight.shape[2:])))
    assert kinds == {
        ("unet", "Linear", ()),
        ("unet", "Conv2d", (1, 1)),
        ("unet", "Conv2d", (3, 3)),
        ("text_encoder", "Linear", ()),
    }


def test_true_alpha_of_each_layer_is_used(model, make_pack, tmp_path):
    _, modules = make_pack(targets="attention")
    mixed = {
        name: LoraModule(m.down[: 1 + i % 2], m.up[:, : 1 + i % 2], alpha=0.5 * (1 + i % 3))
        for i, (name, m) in enumerate(modules.items())
    }
    path = tmp_path / "mixed.safetensors"
    weight_files.write_kohya(path, mixed, {}, "fp32")
    before = weights_of(model)

    Packs(model).use([(path, 1.0)])

    after = weights_of(model)
    for name, module in mixed.items():
        delta = (module.up.flatten(1) @ module.down.flatten(1)) * module.scale
        torch.testing.assert_close(after[name] - before[name], delta.view_as(before[name]))


def test_base_is_itself_at_zero_and_when_nothing_acts(model, make_pack):
    path, _ = make_pack()
    packs, plain = Packs(model), answers(model)
    before = weights_of(model)

    packs.use([(path, 1.0)])
    styled = answers(model)
    packs.use([(path, 0.0)])
    zero = answers(model)
    packs.use([(path, 0.3)])
    packs.use([])

    assert not torch.equal(plain, styled)
    assert torch.equal(plain, zero)
    after = weights_of(model)
    assert all(torch.equal(after[name], value) for name, value in before.items())


def test_weights_do_not_depend_on_what_acted_before(model, toy_base, make_pack):
    first, second = make_pack("a")[0], make_pack("b", targets="attention", lora_rank=3)[0]
    fresh = loading.load_model(toy_base("sd15"), "cpu")
    Packs(fresh).use([(first, 0.7)])

    packs = Packs(model)
    for wanted in ([(first, 1.0)], [(second, 0.5), (first, 0.2)], [(second, 1.0)], [(first, 0.7)]):
        packs.use(wanted)

    expected = weights_of(fresh)
    assert all(torch.equal(value, expected[name]) for name, value in weights_of(model).items())


def test_two_packs_act_together_in_any_order(model, toy_base, make_pack):
    first, second = make_pack("a")[0], make_pack("b", lora_rank=3)[0]
    other = loading.load_model(toy_base("sd15"), "cpu")

    Packs(model).use([(first, 0.6), (second, 0.3)])
    Packs(other).use([(second, 0.3), (first, 0.6)])

    expected = weights_of(other)
    assert all(torch.equal(value, expected[name]) for name, value in weights_of(model).items())


def test_pack_for_another_base_is_refused_and_nothing_changes(model, make_pack):
    fitting, foreign = make_pack()[0], make_pack("b", "sdxl")[0]
    packs = Packs(model, "toy")
    packs.use([(fitting, 1.0)])
    styled = answers(model)

    with pytest.raises(EngineError) as caught:
        packs.use([(fitting, 0.5), (foreign, 1.0)])

    assert caught.value.code == "lora-does-not-fit"
    assert caught.value.facts["base"] == "toy"
    assert torch.equal(answers(model), styled)


def test_missing_pack_is_refused(model, tmp_path):
    with pytest.raises(EngineError) as caught:
        Packs(model).use([(tmp_path / "none.safetensors", 1.0)])

    assert caught.value.code == "file-missing"


def test_few_packs_stay_in_memory(model, make_pack):
    paths = [make_pack(str(rank), targets="attention", lora_rank=rank)[0] for rank in (1, 2, 3, 4)]
    packs = Packs(model, resident=2)

    for path in paths:
        packs.use([(path, 1.0)])
    assert packs.in_memory() == [weight_files.sha256(path) for path in paths[2:]]
    packs.use([(path, 0.2) for path in paths])

    assert len(packs.in_memory()) == 4


def test_changed_file_is_another_pack(model, make_pack):
    path, _ = make_pack()
    packs = Packs(model)
    packs.use([(path, 1.0)])
    before = packs.acting

    make_pack(lora_rank=1)
    packs.use([(path, 1.0)])

    assert packs.acting != before


def test_packs_tell_on_which_part_they_act(model, make_pack):
    with_text = make_pack("a")[0]
    without = make_pack("b", targets="attention", train_text_encoder=False)[0]
    packs = Packs(model)

    packs.use([(with_text, 0.5), (without, 0.7)])

    assert packs.act_on("text_encoder") == ((weight_files.sha256(with_text), 0.5),)
    assert len(packs.act_on("unet")) == 2


def test_sdxl_files_are_read_under_either_name_of_a_layer(toy_base, make_pack, tmp_path):
    path, written = make_pack(family="sdxl", targets="kohya-conv", train_text_encoder=False)
    first, second = (loading.load_model(toy_base("sdxl"), "cpu") for _ in range(2))
    prefixes = unet_prefixes(first.network.config)
    renamed = {}
    for place in adapters.resolve_targets(first.network, first.family, "kohya-conv"):
        original = original_name(place, prefixes).replace(".", "_")
        renamed["lora_unet_" + place.replace(".", "_")] = written[f"lora_unet_{original}"]
    weight_files.write_kohya(tmp_path / "blocks.safetensors", renamed, {}, "fp32")

    Packs(first).use([(path, 0.8)])
    Packs(second).use([(tmp_path / "blocks.safetensors", 0.8)])

    # Ours go by the names of kohya's own SDXL files; others by those of diffusers' blocks.
    assert weight_files.inspect(path).dialect == "sgm"
    assert weight_files.inspect(tmp_path / "blocks.safetensors").dialect == "kohya"
    assert len(renamed) == len(written)
    expected = weights_of(first)
    assert all(torch.equal(value, expected[name]) for name, value in weights_of(second).items())


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_file_acts_the_same_through_diffusers_own_loader(toy_base, make_pack, family):
    path, _ = make_pack(family=family, targets="kohya", lora_alpha=3)
    ours, theirs = (loading.load_model(toy_base(family), "cpu") for _ in range(2))

    Packs(ours).use([(path, 0.7)])
    theirs.pipe.load_lora_weights(str(path), adapter_name="l_a")
    theirs.pipe.set_adapters(["l_a"], [0.7])

    for part in ("unet", "text_encoder"):
        found = dict(ours.lora_networks[part].named_parameters())
        for where, layer in adapters.lora_layers(theirs.lora_networks[part], "l_a"):
            expected = layer.get_base_layer().weight + layer.get_delta_weight("l_a")
            torch.testing.assert_close(found[f"{where}.weight"], expected, msg=where)
