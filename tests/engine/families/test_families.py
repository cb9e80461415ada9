"""Every family gives all that the engine asks, and nobody else names one."""

import ast
import inspect
from pathlib import Path

import pytest
import torch

from tests.engine import toys
from training.engine import families
from training.engine.base import base_models, loading
from training.engine.families.diffusion_model import DiffusionModel
from training.engine.families.family import Family
from training.engine.families.noise_sampler import SCHEDULERS
from training.engine.families.prompt_embeds import PromptEmbeds
from training.engine.lora.fit import layers_of

TRAINING = Path(families.__file__).parents[2]
# Who may: the room itself, the bundled base's own making, and a form's choices on a style guide.
OUTSIDE = [
    path
    for folder in (TRAINING, TRAINING.parent / "gallery")
    for path in sorted(folder.rglob("*.py"))
    if not {"families", "minibase", "migrations"} & set(path.parts)
]


@pytest.fixture(params=families.NAMES)
def family(request):
    return families.of(request.param)


def test_family_tells_each_part_that_needs_no_torch(family):
    for name, kind in inspect.get_annotations(Family).items():
        assert getattr(family, name) or name in ("webui_version", "reads_chinese"), (name, kind)
    assert not family.__abstractmethods__
    assert family.network in family.weight_folders
    assert set(family.text_encoders) <= set(family.weight_folders)
    assert "attention" in family.targets
    assert "from training.engine.families" in inspect.getsource(inspect.getmodule(family))


def test_families_differ_in_all_that_tells_them_apart():
    for part in ("name", "version", "architecture"):
        assert len({getattr(one, part) for one in families.ALL}) == len(families.ALL)
    for family in families.ALL:
        metadata = {"ss_base_model_version": family.version}
        assert [one.name for one in families.ALL if one.claims(metadata)] == [family.name]


def test_model_of_a_family_gives_each_part_that_computes(family, toy_base):
    info = toy_base(family.name)
    model = loading.load_model(info, "cpu")

    assert isinstance(model, DiffusionModel)
    assert list(model.lora_networks) == [family.network, *family.text_encoders]
    prompts = model.batch([model.encode_prompt("tea"), model.encode_prompt("tea, " * 60)])
    latents = model.encode_images(torch.zeros(2, 3, 32, 48)).mean
    assert latents.shape == (2, info.latent_channels, 32 // info.vae_factor, 48 // info.vae_factor)
    objective = model.objective(5.0)
    timesteps = objective.draw_timesteps(latents.shape, torch.Generator())
    with torch.no_grad():
        model_output = model.predict(latents, timesteps, prompts)
        assert model.decode_latents(model_output).shape == (2, 3, 32, 48)
    target = objective.target(latents, latents, timesteps)
    assert objective.loss(model_output, target, timesteps).shape == (2,)
    for name in family.schedulers:
        steps = model.sampler(name).set_timesteps(4, 1, latents.shape[1:], torch.device("cpu"))
        assert len(steps) == 3


def test_layers_have_the_same_names_by_header_and_in_memory(family, toy_base):
    info = toy_base(family.name)
    model = loading.load_model(info, "cpu")

    table, parts = layers_of(info)

    assert parts == set(model.lora_networks)
    for part, network in model.lora_networks.items():
        for path, layer in network.named_modules():
            if isinstance(layer, torch.nn.Linear | torch.nn.Conv2d):
                for name in model.kohya_names(part, path):
                    assert table[name] == (f"{part}.{path}", tuple(layer.weight.shape))
                    assert family.layer_names.is_layer(name)
                    assert family.layer_names.part_of(name) == part


def test_schedulers_of_the_light_half_are_those_of_the_other(family):
    assert family.schedulers == tuple(SCHEDULERS)


def test_unknown_family_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        families.of("another")


def test_bundled_base_is_of_the_bundled_family(tmp_path):
    assert base_models.describe(base_models.BUNDLED).family == families.BUNDLED
    assert base_models.describe(toys.write_base(tmp_path / "a")).family != families.BUNDLED


@pytest.mark.parametrize("path", OUTSIDE, ids=lambda path: str(path.relative_to(TRAINING.parent)))
def test_no_module_outside_the_room_names_a_family_or_its_parts(path):
    named = {*families.NAMES, "text_encoder", "text_encoder_2"}
    tree = ast.parse(path.read_bytes())
    values = {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    attributes = {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}

    assert not {value for value in values if isinstance(value, str)} & named
    assert not attributes & {"unet", "text_encoder", "text_encoder_2", "tokenizer"}


def test_prompts_of_one_length_go_below_each_other_and_apart_again():
    mask = torch.tensor([[True, False]])
    one = PromptEmbeds(torch.ones(1, 2, 3), None, mask)
    both = PromptEmbeds.cat([one, PromptEmbeds(torch.zeros(1, 2, 3), None, mask)])

    half = both.to(dtype=torch.float16)[1:]

    assert len(both) == 2
    assert half.prompt_embeds.dtype == torch.float16
    assert not half.prompt_embeds.any()
    assert half.mask.dtype == torch.bool
