"""What is neither used nor plain in a LoRA file is refused by name, wherever it is asked for."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file

from tests.engine import lora_makers
from tests.engine.lora_makers import ODDITIES, assert_same, dress, random_style, refusal
from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.lora import weight_files
from training.engine.lora.fit import check_fit
from training.engine.lora.packs import Packs
from training.engine.sampling import style_export


@pytest.mark.parametrize("oddity", sorted(ODDITIES))
@pytest.mark.parametrize("alone", [True, False])
def test_tensor_that_is_no_plain_lora_is_refused_by_its_kind(lora_models, tmp_path, oddity, alone):
    key, word = ODDITIES[oddity]
    style = dress(random_style(lora_models["sd15"], 1), lora_models["sd15"], "kohya")
    tensors = {key: torch.ones(2, 2)} | ({} if alone else style.tensors)
    save_file(tensors, tmp_path / "odd.safetensors")

    error = refusal(tmp_path / "odd.safetensors")

    if alone and word == key:
        assert error.code == "lora-empty"
    else:
        assert word in str(error)
    with pytest.raises(EngineError):
        style_export.export(tmp_path / "odd.safetensors", tmp_path / "out", "internal")


def test_butterfly_and_diagonal_oft_are_told_apart(tmp_path):
    for size, kind in (((2, 3, 3), "OFT"), ((2, 2, 3, 3), "BOFT")):
        save_file({"lora_unet_x.oft_blocks": torch.ones(size)}, tmp_path / "a.safetensors")
        assert refusal(tmp_path / "a.safetensors").facts["kind"] == kind


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"lora_bias": True}, "biases"),
        ({"bias": "lora_only"}, "biases"),
    ],
)
def test_peft_styles_beyond_plain_lora_are_refused_by_name(lora_models, tmp_path, settings, word):
    lora_makers.write_peft(
        lora_models["sd15"].pipe.unet, tmp_path / "ink", target_modules=["to_out.0"], **settings
    )

    assert word in str(refusal(tmp_path / "ink"))
    assert main(["inspect", str(tmp_path / "ink")]) == 1
    assert main(["export", str(tmp_path / "ink"), "--output", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


def test_lone_peft_file_is_refused_asking_for_its_configuration(lora_models, tmp_path):
    lora_makers.write_peft(
        lora_models["sd15"].pipe.unet, tmp_path / "ink", target_modules=["to_q"], lora_alpha=4
    )
    lone = tmp_path / "lone.safetensors"
    lone.write_bytes((tmp_path / "ink" / "adapter_model.safetensors").read_bytes())

    error = refusal(lone)
    with_config = weight_files.read(lone, tmp_path / "ink" / "adapter_config.json")

    assert error.code == "lora-config-missing"
    assert "adapter_config.json" in str(error)
    assert {module.alpha for module in with_config.modules.values()} == {4.0}


@pytest.mark.parametrize(
    ("change_config", "word"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"lora_bias": True}, "biases"),
        ({"peft_type": "LOHA"}, "LoHa"),
        ({"peft_type": "IA3"}, "IA3"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out"),
        ({"modules_to_save": ["conv_in"]}, "modules_to_save"),
        ({"init_lora_weights": "pissa"}, "pissa"),
        ({"init_lora_weights": []}, "init_lora_weights"),
        ({"lora_alpha": "8"}, "lora_alpha"),
        ({"lora_alpha": 0}, "lora_alpha"),
        ({"lora_alpha": [8]}, "lora_alpha"),
        ({"lora_alpha": True}, "lora_alpha"),
        ({"r": 16}, "rank 8"),
        ({"r": "8"}, "r = 8"),
        ({"alpha_pattern": {"(to_q": 1}}, "(to_q"),
        ({"alpha_pattern": {"to_q": "x"}}, "to_q: x"),
        ({"alpha_pattern": ["to_q"]}, "alpha_pattern"),
        ({"alpha_pattern": {r"(\w|\w\w|.|..)*\d{3}": 1}}, "alpha_pattern"),
        ({"rank_pattern": {"to_q": 3}}, "rank 8"),
        ({"use_rslora": "yes"}, "use_rslora"),
        ({"some_future_flag": 3}, "some_future_flag"),
    ],
)
def test_setting_that_cannot_be_used_is_refused_by_name(lora_models, tmp_path, change_config, word):
    lora_makers.write_peft(lora_models["sd15"].pipe.unet, tmp_path / "ink", target_modules=["to_q"])
    path = tmp_path / "ink" / "adapter_config.json"
    told = json.loads(path.read_text()) | change_config
    path.write_text(json.dumps(told))

    assert word in str(refusal(tmp_path / "ink"))
    header = {f"unet.{key}": value for key, value in told.items()}
    tensors = {
        key.replace("base_model.model.", "unet."): value
        for key, value in load_file(tmp_path / "ink" / "adapter_model.safetensors").items()
    }
    metadata = {"lora_adapter_metadata": json.dumps(header)}
    save_file(tensors, tmp_path / "told.safetensors", metadata)
    assert word in str(refusal(tmp_path / "told.safetensors"))


@pytest.mark.parametrize(
    "text",
    ["[]", "null", '"x"', "5", "{", "", "NaN", "[" * 20_000, '{"a":1,"a":2}', '{"a":"\\ud800"}']
    + ["9" * 5_000, '{"unet.lora_alpha": NaN}', '{"unet.lora_alpha": 1e999}'],
)
def test_header_that_is_no_table_is_refused_in_one_sentence(lora_models, tmp_path, text, capsys):
    style = dress(random_style(lora_models["sd15"], 1), lora_models["sd15"], "peft names")
    style.metadata["lora_adapter_metadata"] = text
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    assert refusal(path).code in ("lora-settings-unreadable", "lora-setting-unsupported")
    assert main(["inspect", str(path), "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["usable"] is False
    assert main(["export", str(path), "--output", str(tmp_path / "out")]) == 1


@pytest.mark.parametrize(
    ("alpha", "code"),
    [
        (torch.tensor(float("nan")), "lora-alpha-unusable"),
        (torch.tensor(float("inf")), "lora-alpha-unusable"),
        (torch.tensor(0.0), "lora-alpha-unusable"),
        (torch.tensor(0), "lora-alpha-unusable"),
        (torch.tensor([1.0, 2.0]), "lora-alpha-unusable"),
        (torch.zeros(0), "lora-alpha-unusable"),
        (torch.tensor(1e300, dtype=torch.float64), "lora-alpha-unusable"),
        (torch.tensor(1e-30), "lora-alpha-unusable"),
        (torch.tensor(True), "lora-alpha-unusable"),
        (torch.tensor(2.0, dtype=torch.bfloat16), None),
        (torch.tensor([2.0]), None),
        (torch.tensor(2, dtype=torch.int64), None),
        (torch.tensor(2, dtype=torch.uint8), None),
        (torch.tensor(-2.0, dtype=torch.float64), None),
    ],
)
def test_alpha_is_a_number_or_the_file_is_refused(lora_models, change, tmp_path, alpha, code):
    style = random_style(lora_models["sd15"], 3, count=1)
    place, (down, up, _) = next(iter(style.layers.items()))
    dress(style, lora_models["sd15"], "kohya")
    style.tensors[next(key for key in style.tensors if key.endswith(".alpha"))] = alpha
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    if code:
        assert refusal(path).code == code
        assert main(["export", str(path), "--output", str(tmp_path / "out")]) == 1
    else:
        style.layers[place] = (down, up, float(alpha))
        assert_same(change("sd15", path), style.deltas())


def spoilt(style, change):
    key = next(key for key in style.tensors if key.endswith("lora_down.weight"))
    change(style.tensors, key)
    return style


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda t, k: t.pop(k), "lora-incomplete"),
        (lambda t, k: t.update({"lora_unet_other.alpha": torch.tensor(1.0)}), "lora-incomplete"),
        (lambda t, k: t.update({k: t[k][:0]}), "lora-shapes-odd"),
        (lambda t, k: t.update({k: t[k].flatten()}), "lora-shapes-odd"),
        (lambda t, k: t.update({k: torch.tensor(1.0)}), "lora-shapes-odd"),
        (lambda t, k: t.update({k: torch.ones(9, 4)}), "lora-shapes-odd"),
        (lambda t, k: t.update({k: t[k].to(torch.int8)}), "lora-dtype-unsupported"),
        (lambda t, k: t.update({k: t[k].bool()}), "lora-dtype-unsupported"),
        (lambda t, k: t.update({k: t[k] * float("nan")}), "lora-not-finite"),
        (lambda t, k: t.update({k: t[k].half() * float("inf")}), "lora-not-finite"),
        (
            lambda t, k: t.update({k: (t[k] * float("nan")).to(torch.float8_e4m3fn)}),
            "lora-not-finite",
        ),
    ],
)
def test_damaged_layer_is_named(lora_models, tmp_path, spoil, code):
    style = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "kohya")
    path = lora_makers.write(spoilt(style, spoil), tmp_path / "a.safetensors")

    assert refusal(path).code == code
    assert [problem.code for problem in weight_files.inspect(path).problems][:1] == [code]


def test_two_adapters_in_one_file_are_refused(lora_models, tmp_path):
    first = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "peft names")
    second = dress(
        random_style(lora_models["sd15"], 3), lora_models["sd15"], "peft names with adapter"
    )
    first.tensors |= second.tensors
    path = lora_makers.write(first, tmp_path / "a.safetensors")

    assert refusal(path).code == "lora-layer-twice"


def test_one_layer_under_two_names_is_refused(lora_models, toy_base, tmp_path):
    first = dress(
        random_style(lora_models["sdxl"], 3, parts=("unet",)), lora_models["sdxl"], "kohya"
    )
    second = dress(
        random_style(lora_models["sdxl"], 3, parts=("unet",)), lora_models["sdxl"], "sgm"
    )
    first.tensors |= second.tensors
    path = lora_makers.write(first, tmp_path / "a.safetensors")

    with pytest.raises(EngineError, match="are the same layer"):
        Packs(lora_models["sdxl"]).use([(path, 1.0)])
    with pytest.raises(EngineError, match="are the same layer"):
        check_fit(path, "ink", toy_base("sdxl"))


def test_alphas_that_contradict_each_other_are_refused(lora_models, tmp_path):
    style = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "peft names")
    style.metadata["lora_adapter_metadata"] = json.dumps({"unet.lora_alpha": 77})
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    assert refusal(path).code == "lora-alpha-contradicts"


@pytest.mark.parametrize("told", [{"dora_wd": "True"}, {"use_dora": True}])
def test_dora_that_lost_its_magnitudes_is_no_plain_lora(lora_models, tmp_path, told):
    style = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "kohya")
    style.metadata["ss_network_args"] = json.dumps(told)

    assert "DoRA" in str(refusal(lora_makers.write(style, tmp_path / "a.safetensors")))


@pytest.mark.parametrize("told", ["null", "[]", "", "{}", '{"dora_wd": "False"}', "x"])
def test_remarks_of_a_trainer_forbid_nothing(lora_models, tmp_path, told):
    style = dress(random_style(lora_models["sd15"], 3), lora_models["sd15"], "kohya")
    style.metadata["ss_network_args"] = told

    assert weight_files.inspect(lora_makers.write(style, tmp_path / "a.safetensors")).usable
