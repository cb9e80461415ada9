"""A LoRA file from elsewhere on the site: checked by its header before anything is stored."""

import subprocess
import sys

import pytest
import torch
from django.core.files.uploadedfile import SimpleUploadedFile
from safetensors.torch import load_file, save_file

from brandstudio.core import blobs
from brandstudio.core.problems import Refused
from gallery import services
from gallery.models import StylePack, StyleVersion
from gallery.services.style_files import fitting
from tests.engine import lora_makers
from training.engine.base import base_models, loading
from training.engine.lora import weight_files

NAMES = {"name_zh": "玩具", "name_en": "Toy", "slug": "toy"}


def upload(path, name="", field="file"):
    return {field: SimpleUploadedFile(name or path.name, path.read_bytes())}


def sdxl_file(folder, width=2048):
    name = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k"
    path = folder / "foreign.safetensors"
    module = weight_files.LoraModule(torch.ones(2, width), torch.ones(8, 2), 2.0)
    weight_files.write_kohya(path, {name: module}, {})
    return path


def renamed(weights, folder):
    """The same layers under other names, which no base has."""
    tensors = {key.replace("attn1", "attn9"): value for key, value in load_file(weights).items()}
    save_file(tensors, folder / "renamed.safetensors")
    return folder / "renamed.safetensors"


@pytest.mark.parametrize("make", [sdxl_file, lambda folder: sdxl_file(folder, width=33)])
def test_file_of_another_family_is_refused_beside_its_field_and_nothing_is_stored(
    at, designer, base, tmp_path, make
):
    answer = at(designer).post("version-import", **upload(make(tmp_path)), base=base.pk, **NAMES)

    assert answer.status_code == 422
    assert "foreign.safetensors" in answer.context["form"].errors["file"][0]
    assert not StylePack.objects.exists()
    assert not StyleVersion.objects.exists()


def test_file_with_layers_that_the_base_lacks_is_refused(at, designer, base, toy_weights, tmp_path):
    path = renamed(toy_weights, tmp_path)

    answer = at(designer).post("version-import", **upload(path), base=base.pk, **NAMES)

    assert answer.status_code == 422
    assert "unknown" in answer.context["form"].errors["file"][0]


@pytest.mark.parametrize(
    "content", [b"", b"x", b"\0" * 8, b"\xff" * 40, b"PK\x03\x04" + b"x" * 90, b"{}" * 40]
)
def test_file_that_is_no_lora_is_refused_by_its_own_name(at, designer, base, content):
    file = SimpleUploadedFile("odd.safetensors", content)

    answer = at(designer).post("version-import", file=file, base=base.pk, **NAMES)

    assert answer.status_code == 422
    assert answer.context["form"].errors["file"]
    assert not StylePack.objects.exists()


def test_pack_and_version_are_stored_together_or_not_at_all(base, designer, toy_weights, tmp_path):
    StylePack.objects.create(**NAMES)
    taken = StylePack(**NAMES)

    with pytest.raises(Refused) as caught:
        services.publish_file(fitting(toy_weights, "toy", base), designer, taken)

    assert caught.value.code == "slug-taken"
    assert StylePack.objects.count() == 1
    assert not StyleVersion.objects.exists()


def test_remarks_of_the_check_are_told_on_import(at, designer, base, toy_weights, tmp_path):
    tensors = {k: v for k, v in load_file(toy_weights).items() if not k.endswith(".alpha")}
    save_file(tensors, tmp_path / "bare.safetensors")

    answer = at(designer).post(
        "version-import", **upload(tmp_path / "bare.safetensors"), base=base.pk, **NAMES
    )

    told = [str(message) for message in answer.wsgi_request._messages]
    assert StyleVersion.objects.count() == 1
    assert any("bare.safetensors" in message for message in told)


def test_peft_style_is_imported_with_its_configuration_and_stored_for_every_tool(
    at, designer, base, toy_base, tmp_path
):
    model = loading.load_model(base_models.describe(toy_base), "cpu")
    expected = lora_makers.write_peft(
        model.pipe.unet,
        tmp_path / "ink",
        r=4,
        lora_alpha=4,
        use_rslora=True,
        target_modules=["to_q"],
    )
    weights = tmp_path / "ink" / "adapter_model.safetensors"
    config = tmp_path / "ink" / "adapter_config.json"

    alone = at(designer).post(
        "version-import", **upload(weights, "ink.safetensors"), base=base.pk, **NAMES
    )
    both = at(designer).post(
        "version-import",
        **upload(weights, "ink.safetensors"),
        **upload(config, field="config"),
        base=base.pk,
        **NAMES,
    )

    assert "adapter_config.json" in alone.context["form"].errors["file"][0]
    assert both.status_code == 302
    stored = weight_files.read(blobs.local(StyleVersion.objects.get().weights_sha256))
    assert stored.dialect == "kohya"
    assert len(stored.modules) == len(expected)
    for path, delta in expected.items():
        module = stored.modules["lora_unet_" + path.replace(".", "_")]
        torch.testing.assert_close(module.up @ module.down * module.scale, delta)


def test_checking_an_import_loads_no_torch():
    code = "import sys, training.engine.lora.fit, training.engine.lora.kohya_file;"
    code += "print('torch' in sys.modules)"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "False"
