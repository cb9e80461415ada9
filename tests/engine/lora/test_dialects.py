"""LoRA files of other tools: each layer changes as its writer meant, whatever wrote the file."""

import json
import os

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from tests.engine import lora_makers
from tests.engine.lora_makers import DIALECTS, ODDITIES, assert_same, dress, random_style, refusal
from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.lora import kohya_file, weight_files
from training.engine.lora.fit import check_fit
from training.engine.lora.packs import Packs
from training.engine.sampling import style_export


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("styles")


@given(data=st.data(), seed=st.integers(0, 2**16), dialect=st.sampled_from(sorted(DIALECTS)))
def test_random_file_acts_as_its_writer_meant_or_is_refused(
    lora_models, folder, change, data, seed, dialect
):
    family = data.draw(st.sampled_from(["sd15", "sdxl"]))
    parts = ("unet", "text_encoder") + (("text_encoder_2",) if family == "sdxl" else ())
    dotted = not dialect.startswith(("kohya", "sgm", "ComfyUI"))
    alpha_in = data.draw(st.sampled_from(["tensor", "header"])) if dotted else "tensor"
    dtype = data.draw(st.sampled_from([torch.float32, torch.float16, torch.bfloat16]))
    style = dress(
        random_style(lora_models[family], seed, 4, parts),
        lora_models[family],
        dialect,
        alpha_in,
        dtype,
    )
    oddity = data.draw(st.none() | st.sampled_from(sorted(ODDITIES)))
    if oddity:
        style.tensors[ODDITIES[oddity][0]] = torch.ones(2, 2)
    path = lora_makers.write(style, folder / f"{seed}.safetensors")

    if oddity:
        assert ODDITIES[oddity][1] in str(refusal(path))
        assert not weight_files.inspect(path).usable
    else:
        assert_same(change(family, path), style.deltas())


PEFT_SETTINGS = {
    "alpha below r": {"r": 8, "lora_alpha": 4},
    "rslora": {"r": 8, "lora_alpha": 8, "use_rslora": True},
    "rslora, rank 2": {"r": 2, "lora_alpha": 2, "use_rslora": True},
    "regular expression": {
        "r": 4,
        "lora_alpha": 4,
        "alpha_pattern": {r"down_blocks\.\d+\..*attn[12]\.to_[qk]": 1},
    },
    "ranks by pattern": {
        "r": 4,
        "lora_alpha": 8,
        "rank_pattern": {"to_q": 2, "attn2.to_k": 3},
        "alpha_pattern": {"to_q": 3, r"mid_block.*": 1},
    },
    "rslora with patterns": {
        "r": 4,
        "lora_alpha": 8,
        "use_rslora": True,
        "rank_pattern": {"^up_blocks.*to_q": 2},
        "alpha_pattern": {"to_q": 16},
    },
    "the first pattern counts": {
        "r": 4,
        "lora_alpha": 4,
        "alpha_pattern": {"attn1.to_q": 1, "to_q": 2},
    },
    "convolutions": {"r": 3, "lora_alpha": 2, "target_modules": ["conv1", "conv_in", "to_q"]},
}


@pytest.mark.parametrize("settings", PEFT_SETTINGS.values(), ids=PEFT_SETTINGS)
def test_peft_folder_changes_each_layer_as_peft_does(lora_models, change, tmp_path, settings):
    settings = {"target_modules": ["to_q", "to_k", "to_out.0"], **settings}
    expected = lora_makers.write_peft(lora_models["sd15"].pipe.unet, tmp_path / "ink", **settings)
    expected = {("unet", path): delta for path, delta in expected.items()}

    assert_same(change("sd15", tmp_path / "ink"), expected)
    assert_same(change("sd15", tmp_path / "ink" / "adapter_model.safetensors"), expected)
    exported = style_export.export(tmp_path / "ink", tmp_path / "out", "internal", precision="fp32")
    assert exported.path.name == "ink.safetensors"
    assert_same(change("sd15", exported.path), expected)
    kohya_file.rewrite(tmp_path / "ink", tmp_path / "again.safetensors", {})
    assert_same(change("sd15", tmp_path / "again.safetensors"), expected)


@pytest.mark.parametrize("part", ["text_encoder", "text_encoder_2"])
def test_peft_folder_of_a_text_encoder_finds_its_encoder(lora_models, change, tmp_path, part):
    expected = lora_makers.write_peft(
        getattr(lora_models["sdxl"].pipe, part),
        tmp_path / "words",
        r=2,
        lora_alpha=1,
        target_modules=["q_proj", "fc1"],
    )

    changes = change("sdxl", tmp_path / "words")

    assert_same(changes, {(part, path): delta for path, delta in expected.items()})
    assert weight_files.inspect(tmp_path / "words").name == "words"


def test_projection_of_the_second_encoder_is_read_as_onetrainer_names_it(
    lora_models, change, tmp_path
):
    layer = lora_models["sdxl"].pipe.text_encoder_2.text_projection
    style = lora_makers.Style()
    down, up = torch.randn(2, layer.in_features), torch.randn(layer.out_features, 2)
    style.layers["text_encoder_2", "text_projection"] = (down, up, 1.0)
    dress(style, lora_models["sdxl"], "kohya")
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    assert list(weight_files.read(path).modules) == ["lora_te2_text_projection"]
    assert_same(change("sdxl", path), style.deltas())


def test_same_weights_under_another_configuration_are_another_pack(lora_models, change, tmp_path):
    expected = lora_makers.write_peft(
        lora_models["sd15"].pipe.unet, tmp_path / "ink", target_modules=["to_q"], lora_alpha=4
    )
    packs = Packs(lora_models["sd15"])
    packs.use([(tmp_path / "ink", 1.0)])
    before = packs.acting
    config = tmp_path / "ink" / "adapter_config.json"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"lora_alpha": 8}))

    packs.use([(tmp_path / "ink", 1.0)])

    assert packs.acting != before
    packs.use([])
    doubled = {("unet", path): 2 * delta for path, delta in expected.items()}
    assert_same(change("sd15", tmp_path / "ink"), doubled)


@pytest.mark.parametrize(
    "base", ["sd15", "sdxl", "sd15-single.safetensors", "sdxl-single.safetensors"]
)
@pytest.mark.parametrize("dialect", sorted(DIALECTS))
def test_fit_is_told_from_headers_alone(lora_models, toy_base, tmp_path, base, dialect):
    family = base[:4].removesuffix("-")
    style = dress(random_style(lora_models[family], 5, count=12), lora_models[family], dialect)
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    check_fit(path, "ink", toy_base(base))
    key = next(key for key in style.tensors if key.startswith(("lora_unet_", "unet.", "diff")))
    stem = key.partition(".lora")[0].removesuffix(".alpha")
    strange = {k.replace(stem, stem + "_x"): v for k, v in style.tensors.items()}
    save_file(strange, path, style.metadata or None)
    with pytest.raises(EngineError, match="unknown"):
        check_fit(path, "ink", toy_base(base))


def test_layers_that_kohya_passes_over_are_noted(lora_models, tmp_path, capsys):
    style = lora_makers.Style()
    conv = lora_models["sd15"].pipe.unet.conv_in.weight
    style.layers["unet", "conv_in"] = (torch.randn(2, *conv.shape[1:]), torch.randn(32, 2, 1, 1), 1)
    dress(style, lora_models["sd15"], "kohya")
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    report = weight_files.inspect(path)

    assert report.problems == []
    assert [note.code for note in report.notes] == ["lora-layers-beyond-kohya"]
    assert main(["inspect", str(path)]) == 0
    assert "sd-scripts" in capsys.readouterr().out


def test_what_inspect_warns_of_is_told_when_drawing_and_exporting(
    toy_folder, lora_models, tmp_path, capsys
):
    style = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "kohya")
    style.tensors = {k: v for k, v in style.tensors.items() if not k.endswith(".alpha")}
    style.metadata["ss_base_model_version"] = "sdxl_base_v1-0"
    style.tensors |= {
        "lora_unet_mid_block_x_attn2_to_k.lora_down.weight": torch.ones(1, 768),
        "lora_unet_mid_block_x_attn2_to_k.lora_up.weight": torch.ones(2, 1),
    }
    path = lora_makers.write(style, tmp_path / "ink.safetensors")
    warnings = [str(problem) for problem in weight_files.inspect(path).problems]
    assert len(warnings) == 2

    main(["export", str(path), "--output", str(tmp_path / "out")])
    exported = capsys.readouterr().err
    generate = ["generate", "--prompt", "x <lora:ink:1>", "--lora-dir", str(tmp_path)]
    generate += ["--base-model", str(toy_folder / "sd15"), "--output", str(tmp_path / "x.png")]
    main(generate)
    drawn = capsys.readouterr().err

    for warning in warnings:
        assert warning in exported
        assert warning in drawn


def test_peft_folder_is_called_by_its_own_name(toy_folder, lora_models, tmp_path, capsys):
    lora_makers.write_peft(lora_models["sd15"].pipe.unet, tmp_path / "ink", target_modules=["to_q"])
    out = tmp_path / "x.png"
    generate = ["--base-model", str(toy_folder / "sd15"), "--output", str(out), "--steps", "1"]

    for lora_dir in (tmp_path, tmp_path / "ink"):
        prompt = ["generate", "--prompt", "x <lora:ink:1>", "--lora-dir", str(lora_dir)]
        assert main(prompt + generate) == 0
    capsys.readouterr()
    assert (
        main(["generate", "--prompt", "x <lora:no:1>", "--lora-dir", str(tmp_path), *generate]) == 1
    )

    told = capsys.readouterr().err
    assert "Those there: ink." in told


def test_converted_file_tells_other_tools_its_family(tmp_path):
    stem = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    tensors = {
        f"{stem}.lora_A.weight": torch.ones(2, 2048),
        f"{stem}.lora_B.weight": torch.ones(4, 2),
    }
    save_file(
        tensors, tmp_path / "a.safetensors", {"lora_adapter_metadata": '{"unet.lora_alpha": 1}'}
    )

    done = style_export.export(tmp_path / "a.safetensors", tmp_path / "out", "internal")

    report = weight_files.inspect(done.path)
    assert (report.claimed, report.family, report.alpha) == ("sdxl", "sdxl", 1.0)
    assert "lora_adapter_metadata" not in report.metadata
    assert json.loads(done.card.read_text())["sd version"] == "SDXL"


def test_rewritten_file_is_the_one_that_safetensors_itself_would_write(lora_models, tmp_path):
    style = dress(
        random_style(lora_models["sd15"], 3, count=9), lora_models["sd15"], "peft names", "header"
    )
    path = lora_makers.write(style, tmp_path / "a.safetensors")
    kohya_file.rewrite(path, tmp_path / "b.safetensors", {"ss_v2": "False"})

    tensors = load_file(tmp_path / "b.safetensors")
    save_file(tensors, tmp_path / "c.safetensors")

    hashes = [
        weight_files.inspect(tmp_path / name).hashes["sshs_model_hash"]
        for name in ("b.safetensors", "c.safetensors")
    ]
    assert hashes[0] == hashes[1]
    told = weight_files.inspect(tmp_path / "b.safetensors").metadata
    assert told["sshs_model_hash"] == hashes[0]


def test_name_that_is_no_text_is_shown_without_a_traceback(lora_models, tmp_path, capsys):
    style = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "kohya")
    path = lora_makers.write(style, tmp_path / "a.safetensors")
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xbf.safetensors")
    os.rename(path, odd)

    assert main(["inspect", odd]) == 0
    assert main(["inspect", odd, "--json"]) == 0
    capsys.readouterr().out.encode("utf-8")
