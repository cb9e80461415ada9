"""Files that leave: the same weights under other metadata, with a card and a picture."""

import json
import subprocess
import sys

import pytest
import torch
from PIL import Image
from safetensors.torch import load_file, save_file

from tests.engine.lora.test_adapters import write_pack
from tests.engine.lora.test_weight_files import NAME, PEFT, module, write
from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.lora import profiles, weight_files
from training.engine.sampling import style_export
from training.engine.sampling.renderer import Renderer, SampleRequest

FULL = {
    "ss_v2": "False",
    "ss_base_model_version": "sd_v1",
    "ss_network_dim": "2",
    "ss_output_name": "ink",
    "ss_tag_frequency": "{}",
    "ss_dataset_dirs": "{}",
    "ss_sd_model_name": "secret",
    "modelspec.title": "ink",
    "modelspec.trigger_phrase": "lnarc",
    "studio.libraries": "{}",
}


def test_external_profile_keeps_no_house_secrets(tmp_path):
    write(tmp_path / "ink.safetensors", FULL)

    done = style_export.export(
        tmp_path / "ink.safetensors", tmp_path / "out", "external", licence="CC BY-NC 4.0"
    )

    report = weight_files.inspect(done.path)
    hashes = {"sshs_model_hash", "sshs_legacy_hash"}
    assert {k: v for k, v in report.metadata.items() if k not in hashes} == {
        "ss_v2": "False",
        "ss_base_model_version": "sd_v1",
        "ss_network_dim": "2",
        "ss_output_name": "ink",
        "modelspec.title": "ink",
        "modelspec.license": "CC BY-NC 4.0",
        "modelspec.trigger_phrase": "lnarc",
    }
    assert b"secret" not in done.path.read_bytes()
    assert report.problems == []
    assert report.hashes["sha256"] == done.sha256


@pytest.mark.parametrize("profile", profiles.PROFILES)
def test_weights_are_copied_bit_for_bit_and_hashed_as_the_trainer_does(tmp_path, profile):
    # More than 1 MiB, so that the legacy hash has something to look at.
    modules = {NAME: module(rank=64, width=4096, out=4096)}
    source = tmp_path / "a.safetensors"
    weight_files.write_kohya(source, modules, FULL | {"modelspec.license": "house"}, "fp32")

    done = style_export.export(source, tmp_path / "out", profile, trigger_words="新词")

    first, second = load_file(source), load_file(done.path)
    assert all(torch.equal(first[name], second[name]) for name in first)
    told = weight_files.inspect(done.path).metadata
    assert told["modelspec.trigger_phrase"] == "新词"
    # The trainer's writer, given the same metadata, gives the same hashes.
    plain = {key: value for key, value in told.items() if not key.startswith("sshs_")}
    weight_files.write_kohya(tmp_path / "again.safetensors", modules, plain, "fp32")
    again = weight_files.inspect(tmp_path / "again.safetensors").metadata
    assert again == told


def test_card_is_what_webui_reads(tmp_path):
    write(tmp_path / "ink.safetensors", FULL | {"modelspec.license": "house only"})

    done = style_export.export(
        tmp_path / "ink.safetensors", tmp_path / "out", "internal", name="水墨", strength=0.6
    )

    assert done.path.name == "水墨.safetensors"
    assert done.card.name == "水墨.json"
    assert json.loads(done.card.read_text(encoding="utf-8")) == {
        "description": "ink",
        "sd version": "SD1",
        "activation text": "lnarc",
        "preferred weight": 0.6,
        "negative text": "",
        "notes": "Licence: house only",
    }
    assert done.preview is None


def test_external_file_without_licence_is_refused_and_nothing_is_left(tmp_path):
    write(tmp_path / "ink.safetensors", FULL)

    with pytest.raises(EngineError) as caught:
        style_export.export(tmp_path / "ink.safetensors", tmp_path / "out", "external")

    assert caught.value.code == "export-without-licence"
    assert not (tmp_path / "out").exists()


def test_file_in_another_dialect_leaves_in_kohyas(tmp_path):
    m = module()
    table = {"unet.lora_alpha": 1.0}
    save_file(
        {PEFT + ".lora_A.weight": m.down, PEFT + ".lora_B.weight": m.up},
        tmp_path / "a.safetensors",
        {"lora_adapter_metadata": json.dumps(table)},
    )

    done = style_export.export(tmp_path / "a.safetensors", tmp_path, "internal", name="b")

    report = weight_files.inspect(done.path)
    assert (report.dialect, report.alpha, report.dtype) == ("kohya", 1.0, "F16")


def test_preview_is_the_files_own_picture_and_differs_from_the_base(
    toy_base, toy_folder, make_config, tmp_path, capsys
):
    info = toy_base("studio-mini")
    pack = tmp_path / "ink.safetensors"
    write_pack(pack, info, make_config("studio-mini"))
    command = ["export", str(pack), f"--output={tmp_path / 'out'}", "--license=house"]

    code = main(
        [*command, f"--base-model={toy_folder / 'studio-mini'}", "--prompt=tea", "--strength=0.9"]
    )

    assert code == 0
    assert "ink.preview.png" in capsys.readouterr().out
    shown = Image.open(tmp_path / "out" / "ink.preview.png")
    renderer = Renderer(info, "cpu")
    (picture,) = renderer.render([SampleRequest("tea", packs=[(pack, 0.9)])])
    assert shown.tobytes() == picture.tobytes()


def test_file_that_changes_no_picture_is_not_exported(toy_base, make_config, tmp_path):
    info = toy_base("studio-mini")
    pack = tmp_path / "ink.safetensors"
    write_pack(pack, info, make_config("studio-mini"))
    weights = weight_files.read(pack)
    still = {
        name: weight_files.LoraModule(m.down, torch.zeros_like(m.up), m.alpha)
        for name, m in weights.modules.items()
    }
    weight_files.write_kohya(pack, still, weights.metadata)

    with pytest.raises(EngineError) as caught:
        style_export.export(pack, tmp_path / "out", "internal", renderer=Renderer(info, "cpu"))

    assert caught.value.code == "lora-without-effect"
    assert list((tmp_path / "out").iterdir()) == []


def test_rewriting_needs_no_torch(tmp_path):
    """A web process hands files out, and has no torch in memory."""
    write(tmp_path / "ink.safetensors", FULL)
    source, target = tmp_path / "ink.safetensors", tmp_path / "b.safetensors"
    code = (
        "import sys; from training.engine.lora import kohya_file as e;"
        "e.rewrite(sys.argv[1], sys.argv[2], {'modelspec.title': 'x'});"
        "sys.exit('torch' in sys.modules)"
    )

    ended = subprocess.run([sys.executable, "-c", code, source, target], check=False)

    assert ended.returncode == 0
    assert weight_files.inspect(target).metadata["modelspec.title"] == "x"


@pytest.mark.parametrize("name", ["x" * 250, "骑" * 82, "..", "a/b", "a\nb"])
def test_name_that_no_file_can_have_is_refused_and_nothing_is_left(tmp_path, name):
    write(tmp_path / "ink.safetensors", FULL)

    with pytest.raises(EngineError) as caught:
        style_export.export(tmp_path / "ink.safetensors", tmp_path / "out", "internal", name=name)

    assert caught.value.code == "output-name-bad"
    assert not (tmp_path / "out").exists()


def test_export_never_writes_over_the_file_it_reads(tmp_path):
    write(tmp_path / "ink.safetensors", FULL)
    before = (tmp_path / "ink.safetensors").read_bytes()

    with pytest.raises(EngineError) as caught:
        style_export.export(tmp_path / "ink.safetensors", tmp_path, "internal")

    assert caught.value.code == "output-name-bad"
    assert (tmp_path / "ink.safetensors").read_bytes() == before


def test_file_as_the_folder_of_an_export_is_named(tmp_path):
    write(tmp_path / "ink.safetensors", FULL)
    (tmp_path / "out").write_text("mine")

    with pytest.raises(EngineError) as caught:
        style_export.export(tmp_path / "ink.safetensors", tmp_path / "out", "internal")

    assert caught.value.code == "output-is-file"
    assert (tmp_path / "out").read_text() == "mine"
