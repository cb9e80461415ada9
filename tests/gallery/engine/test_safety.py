"""The safety check: run where a checker lies among the base models, and plain when it withholds."""

import dataclasses

import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from PIL import Image
from transformers import CLIPConfig

from gallery.engine.renderer import SceneRenderer
from gallery.engine.safety import Safety, SafetyChecker
from tests.engine import toys
from tests.unfit_drawing import unfit_drawing
from training.engine.errors import EngineError
from training.engine.sampling.renderer import SampleRequest

REQUEST = SampleRequest("tea", steps=1)
TINY = {
    "hidden_size": 16,
    "intermediate_size": 16,
    "num_hidden_layers": 1,
    "num_attention_heads": 2,
    "projection_dim": 8,
}


@pytest.fixture
def checker(tmp_path):
    """Write a toy checker that withholds what is likelier than `threshold`; returns its folder."""

    def make(threshold):
        vision = {**TINY, "image_size": 28, "patch_size": 14}
        config = CLIPConfig(text_config=TINY, vision_config=vision, projection_dim=8)
        network = StableDiffusionSafetyChecker(config)
        network.concept_embeds_weights.data.fill_(threshold)
        network.special_care_embeds_weights.data.fill_(2.0)
        network.save_pretrained(tmp_path / "safety-checker", safe_serialization=True)
        return tmp_path / "safety-checker"

    return make


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return toys.write_base(tmp_path_factory.mktemp("base"), "studio-mini")


def painted(base, folder):
    scene_renderer = SceneRenderer("cpu", safety=Safety(2.0, folder))
    scene_renderer.ensure_loaded(base, "toy")
    return scene_renderer.render(REQUEST), scene_renderer.enlarge(
        Image.new("RGB", (48, 32)), (96, 64)
    )


def test_picture_that_passes_is_unchanged(base, checker):
    plain = painted(base, None)

    passed = painted(base, checker(threshold=2.0))

    assert [list(one.get_flattened_data()) for one in passed] == [
        list(one.get_flattened_data()) for one in plain
    ]


def test_withheld_picture_says_so(base, checker):
    scene_renderer = SceneRenderer("cpu", safety=Safety(2.0, checker(threshold=-2.0)))
    scene_renderer.ensure_loaded(base, "toy")

    for act in (
        lambda: scene_renderer.render(REQUEST),
        lambda: scene_renderer.render(
            dataclasses.replace(REQUEST, init_image=Image.new("RGB", (8, 8)))
        ),
        lambda: scene_renderer.enlarge(Image.new("RGB", (48, 32)), (96, 64)),
    ):
        with pytest.raises(EngineError) as caught:
            act()
        assert caught.value.code == "picture-withheld"


def test_folder_that_is_not_there_checks_nothing(base, tmp_path):
    assert painted(base, tmp_path / "none")


def test_unreadable_checker_is_told(tmp_path):
    (tmp_path / "config.json").write_text("{", encoding="utf-8")

    with pytest.raises(EngineError) as caught:
        SafetyChecker(tmp_path)

    assert caught.value.code == "safety-unreadable"


def test_checker_sees_the_picture(checker):
    seen = []
    check = SafetyChecker(checker(threshold=2.0))
    check._network.vision_model.register_forward_hook(
        lambda module, args, kwargs, output: seen.append(kwargs or args), with_kwargs=True
    )
    check.withholds(Image.new("RGB", (64, 32), "white"))
    pixels = next(value for value in (*seen[0],) if torch.is_tensor(value))
    assert pixels.shape == (1, 3, 28, 28)
    assert pixels.min() > 1.9


def test_network_that_comes_along_withholds_what_it_is_sure_of():
    Safety(0.8).check(Image.new("RGB", (64, 48), "white"))

    with pytest.raises(EngineError) as caught:
        Safety(0.8).check(unfit_drawing())

    assert caught.value.code == "picture-withheld"
    Safety(2.0).check(unfit_drawing())


def test_enlarging_is_looked_at_too(base):
    scene_renderer = SceneRenderer("cpu", safety=Safety(0.8))

    with pytest.raises(EngineError) as caught:
        scene_renderer.enlarge(unfit_drawing(), (512, 512))

    assert caught.value.code == "picture-withheld"
