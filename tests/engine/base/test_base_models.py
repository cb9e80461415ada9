"""Base models are known by their headers, and load without a network."""

import json

import pytest
import torch
from diffusers import UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextConfig, CLIPTextModel

from tests.engine import toys
from training.engine.base import base_models, loading
from training.engine.data.buckets import make_buckets
from training.engine.errors import EngineError
from training.engine.families.base_files import CONFIGS


@pytest.mark.parametrize(
    ("name", "family", "facts"),
    [
        ("sd15", "sd15", (32, 32, 77, 2, 4, "epsilon")),
        ("sd15-single.safetensors", "sd15", (32, 32, 77, 2, 4, "epsilon")),
        ("sdxl", "sdxl", (32, 32, 77, 2, 4, "epsilon")),
        ("sdxl-single.safetensors", "sdxl", (32, 32, 77, 2, 4, "epsilon")),
        ("studio-mini", "studio-mini", (48, 32, 32, 4, 8, "v_prediction")),
    ],
)
def test_describe_reads_everything_from_the_base(toy_base, name, family, facts):
    info = toy_base(name)

    assert info.family == family
    assert facts == (
        info.default_width,
        info.default_height,
        info.token_limit,
        info.vae_factor,
        info.latent_channels,
        info.prediction_type,
    )


def test_bundled_facts_come_from_studio_json(toy_base):
    info = toy_base("studio-mini")

    assert info.recommended_targets[-1] == "conv2"
    assert info.recommended_training == {"lora_rank": 4, "learning_rate": 1e-3}
    assert info.recommended_rendering["guidance"] == 3.0
    assert info.sizes == ((48, 32), (32, 48), (40, 40))
    assert info.neutral_phrase == toys.NEUTRAL


def test_shapes_of_a_set_resolution_include_the_bases_own_sizes(make_config):
    info = base_models.describe("studio-mini")
    config = make_config(base_model="studio-mini", resolution=info.default_width)

    shapes = {(bucket.width, bucket.height) for bucket in make_buckets(config, info)}

    assert info.bucket_step == 32
    assert {(256, 256), (288, 224), (224, 288)} <= shapes


@pytest.mark.parametrize("family", ["sd15", "sdxl"])
def test_single_file_loads_offline_with_every_weight(no_network, toy_base, family):
    written = toys.make_pipe(family, tokenizer="clip")

    loaded = loading.load_model(toy_base(f"{family}-single.safetensors"), "cpu")

    for name, part in written.components.items():
        if isinstance(part, torch.nn.Module):
            expected, found = part.state_dict(), getattr(loaded.pipe, name).state_dict()
            assert expected.keys() == found.keys()
            assert all(torch.equal(expected[key], found[key]) for key in expected), name
    prompt = "an arcade at night"
    assert loaded.pipe.tokenizer(prompt).input_ids == written.tokenizer(prompt).input_ids


def test_hash_of_a_folder_depends_on_its_weights_only(toy_base, tmp_path):
    info = base_models.describe(toys.write_base(tmp_path / "again"))
    other = base_models.describe(toys.write_base(tmp_path / "other", seed=1))

    assert info.sha256 == toy_base("sd15").sha256
    assert other.sha256 != info.sha256


def header(path, tensors, metadata=None):
    shapes = {name: torch.zeros(shape, dtype=torch.float16) for name, shape in tensors.items()}
    save_file(shapes, path, metadata)
    return path


UNET = "model.diffusion_model."
SD15 = {
    UNET + "input_blocks.0.0.weight": (320, 4, 3, 3),
    UNET + "out.2.weight": (4, 320, 3, 3),
    UNET + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 768),
    "cond_stage_model.transformer.text_model.final_layer_norm.bias": (768,),
    "first_stage_model.decoder.conv_in.bias": (512,),
}


def test_full_size_header_is_known_without_its_weights(tmp_path):
    info = base_models.describe(header(tmp_path / "sd-v1-5.safetensors", SD15))

    assert (info.name, info.family) == ("sd-v1-5", "sd15")
    assert (info.default_width, info.default_height, info.bucket_step) == (512, 512, 64)
    assert info.config_folder == CONFIGS / "sd15"


@pytest.mark.parametrize(
    ("extra", "metadata"),
    [({"v_pred": (0,)}, None), ({}, {"modelspec.prediction_type": "v"})],
)
def test_v_prediction_is_read_from_a_single_file(tmp_path, extra, metadata):
    path = header(tmp_path / "v.safetensors", SD15 | extra, metadata)

    assert base_models.describe(path).prediction_type == "v_prediction"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({UNET + "input_blocks.0.0.weight": (320, 9, 3, 3)}, "base-family-unsupported"),
        (
            {UNET + "input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight": (320, 1024)},
            "base-family-unsupported",
        ),
        ({UNET + "double_blocks.0.x": (1,)}, "base-family-unsupported"),
        ({"cond_stage_model.transformer.text_model.final_layer_norm.bias": None}, None),
        ({"first_stage_model.decoder.conv_in.bias": None}, None),
        ({"lora_unet_x.lora_down.weight": (1, 1)}, "base-not-a-model"),
    ],
)
def test_what_is_no_full_checkpoint_of_a_known_family_is_refused(tmp_path, changes, code):
    tensors = {name: shape for name, shape in (SD15 | changes).items() if shape}

    with pytest.raises(EngineError) as caught:
        base_models.describe(header(tmp_path / "odd.safetensors", tensors))

    assert caught.value.code == (code or "base-family-unsupported")
    assert "odd" in str(caught.value)


def test_vae_alone_is_called_a_vae(tmp_path):
    with pytest.raises(EngineError, match="VAE"):
        base_models.describe(header(tmp_path / "x.safetensors", {"decoder.conv_in.bias": (4,)}))


@pytest.mark.parametrize("name", ["model.ckpt", "model.safetensors"])
def test_pickle_is_refused_by_name_and_by_content(tmp_path, name):
    path = tmp_path / name
    torch.save({"a": torch.zeros(1)}, path)

    with pytest.raises(EngineError) as caught:
        base_models.describe(path)

    assert caught.value.code == "base-is-pickle"


def test_folder_with_pickled_weights_is_refused(tmp_path):
    folder = toys.write_base(tmp_path / "base")
    weights = folder / "unet" / "diffusion_pytorch_model.safetensors"
    torch.save(load_file(weights), weights.with_suffix(".bin"))
    weights.unlink()

    with pytest.raises(EngineError) as caught:
        base_models.describe(folder)

    assert caught.value.code == "base-is-pickle"


def test_truncated_and_missing_bases_are_named(toy_folder, tmp_path):
    whole = (toy_folder / "sd15-single.safetensors").read_bytes()
    (tmp_path / "cut.safetensors").write_bytes(whole[: len(whole) // 2])

    with pytest.raises(EngineError) as cut:
        base_models.describe(tmp_path / "cut.safetensors")
    with pytest.raises(EngineError) as missing:
        base_models.describe("nowhere", [tmp_path])

    assert cut.value.code == "base-unreadable"
    assert missing.value.code == "base-missing"
    assert str(tmp_path) in str(missing.value)


def test_bases_of_a_folder_are_listed_and_found_by_name(toy_folder):
    names = [info.name for info in base_models.list_bases(toy_folder)]

    assert names == ["sd15", "sd15-single", "sdxl", "sdxl-single", "studio-mini"]
    assert base_models.describe("sdxl-single", [toy_folder]).family == "sdxl"


@pytest.mark.parametrize(("family", "millions"), [("sd15", 859.5), ("sdxl", 2567.5)])
def test_vendored_unet_configuration_has_the_published_size(family, millions):
    config = json.loads((CONFIGS / family / "unet" / "config.json").read_text())

    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(config)

    assert sum(p.numel() for p in unet.parameters()) / 1e6 == pytest.approx(millions, abs=0.05)


@pytest.mark.parametrize(
    ("family", "part", "millions"),
    [("sd15", "text_encoder", 123.1), ("sdxl", "text_encoder_2", 694.7)],
)
def test_vendored_text_configuration_has_the_published_size(family, part, millions):
    config = CLIPTextConfig.from_pretrained(CONFIGS / family / part)

    with torch.device("meta"):
        encoder = CLIPTextModel(config)
    count = sum(p.numel() for p in encoder.parameters())
    if part == "text_encoder_2":
        count += config.hidden_size * config.projection_dim

    assert count / 1e6 == pytest.approx(millions, abs=0.1)
