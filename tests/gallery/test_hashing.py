"""How often a file is read only to be hashed on its way into the library."""

from brandstudio.core import blobs
from gallery import services
from gallery.models import StylePack
from gallery.services.style_files import fitting
from tests.engine import lora_makers
from training.engine.base import base_models, loading

NAMES = {"name_zh": "玩具", "name_en": "Toy", "slug": "toy"}


def test_style_from_elsewhere_is_hashed_once(base, designer, toy_weights, hashed):
    style = fitting(toy_weights, "toy", base)

    version = services.publish_file(style, designer, StylePack(**NAMES))

    assert hashed(blobs.size(version.weights_sha256)) == 1


def test_style_that_is_rewritten_is_hashed_for_its_header_and_for_the_store(
    base, designer, toy_base, tmp_path, hashed
):
    model = loading.load_model(base_models.describe(toy_base), "cpu")
    lora_makers.write_peft(model.pipe.unet, tmp_path, r=4, lora_alpha=4, target_modules=["to_q"])
    weights, config = tmp_path / "adapter_model.safetensors", tmp_path / "adapter_config.json"

    style = fitting(weights, "ink", base, config)

    version = services.publish_file(style, designer, StylePack(**NAMES))

    assert hashed(blobs.size(version.weights_sha256)) == 2
