"""LoRA files of other tools: each layer changes as its writer meant, or the file is refused."""

import json
import os

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from tests.engine import lora_makers
from tests.engine.lora_makers import DIALECTS, dress, random_style
from training.engine import adapters, base_models, lora_export, lora_files
from training.engine.cli import main
from training.engine.errors import EngineError
from training.engine.lora_fit import check_fit
from training.engine.packs import Packs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("styles")


@pytest.fixture(scope="module")
def pipes(toy_folder):
    return {
        family: base_models.load(base_models.describe(toy_folder / family), "cpu")
        for family in ("sd15", "sdxl")
    }


@pytest.fixture(scope="module")
def change(pipes):
    """change(family, path): the change of every layer's weight when the style acts in full."""

    def change(family, path):
        pipe = pipes[family]
        layers = {(part, p): layer for part, p, layer in adapters.known_layers(pipe).values()}
        before = {place: layer.weight.detach().clone() for place, layer in layers.items()}
        packs = Packs(pipe, "toy")
        try:
            packs.use([(path, 1.0)])
            return {
                place: (layer.weight.detach() - before[place]).flatten(1)
                for place, layer in layers.items()
                if not torch.equal(layer.weight, before[place])
            }
        finally:
            packs.use([])

    return change


def refusal(path):
    with pytest.raises(EngineError) as caught:
        lora_files.read(path)
    return caught.value


def assert_same(changes, expected):
    assert changes.keys() == expected.keys()
    for place, delta in expected.items():
        torch.testing.assert_close(changes[place], delta, rtol=1e-4, atol=1e-4, msg=str(place))


ODDITIES = {
    "peft DoRA": ("unet.x.lora_magnitude_vector", "DoRA"),
    "peft DoRA, weight": ("unet.x.lora_magnitude_vector.weight", "DoRA"),
    "kohya DoRA": ("lora_unet_mid_block_attentions_0_proj_in.dora_scale", "DoRA"),
    "bias": ("unet.conv_in.lora_B.bias", "biases"),
    "whole bias": ("base_model.model.conv_in.bias", "biases"),
    "norm": ("base_model.model.conv_norm_out.weight", "norms"),
    "LyCORIS norm": ("lora_unet_conv_norm_out.w_norm", "norms"),
    "LoHa": ("lora_unet_conv_in.hada_w1_a", "LoHa"),
    "LoKr": ("lora_unet_conv_in.lokr_w1", "LoKr"),
    "OFT": ("lora_unet_conv_in.oft_blocks", "OFT"),
    "peft OFT": ("base_model.model.conv_in.oft_R.weight", "OFT"),
    "BOFT": ("base_model.model.conv_in.boft_R", "BOFT"),
    "GLoRA": ("lora_unet_conv_in.a1.weight", "GLoRA"),
    "IA3": ("lora_unet_conv_in.on_input", "IA3"),
    "peft IA3": ("base_model.model.conv_in.ia3_l", "IA3"),
    "T-LoRA": ("lora_unet_conv_in.lambda_layer", "T-LoRA"),
    "full": ("lora_unet_conv_in.diff", "weight-difference"),
    "Tucker": ("lora_unet_conv_in.lora_mid.weight", "Tucker"),
    "embedding": ("base_model.model.token_embedding.lora_embedding_A", "embedding"),
    "bundled": ("bundle_emb.x.string_to_param.*", "embeddings"),
    "AdaLoRA": ("base_model.model.conv_in.lora_E", "AdaLoRA"),
    "VeRA": ("base_model.model.conv_in.vera_lambda_b", "VeRA"),
    "foreign": ("something.else", "something.else"),
    "foreign scalar": ("lora_unet_conv_in.scalar", "lora_unet_conv_in.scalar"),
}


@given(data=st.data(), seed=st.integers(0, 2**16), dialect=st.sampled_from(sorted(DIALECTS)))
def test_random_file_acts_as_its_writer_meant_or_is_refused(
    pipes, folder, change, data, seed, dialect
):
    family = data.draw(st.sampled_from(["sd15", "sdxl"]))
    parts = ("unet", "text_encoder") + (("text_encoder_2",) if family == "sdxl" else ())
    dotted = not dialect.startswith(("kohya", "sgm", "ComfyUI"))
    alpha_in = data.draw(st.sampled_from(["tensor", "header"])) if dotted else "tensor"
    dtype = data.draw(st.sampled_from([torch.float32, torch.float16, torch.bfloat16]))
    style = dress(
        random_style(pipes[family], seed, 4, parts), pipes[family], dialect, alpha_in, dtype
    )
    oddity = data.draw(st.none() | st.sampled_from(sorted(ODDITIES)))
    if oddity:
        style.tensors[ODDITIES[oddity][0]] = torch.ones(2, 2)
    path = lora_makers.write(style, folder / f"{seed}.safetensors")

    if oddity:
        assert ODDITIES[oddity][1] in str(refusal(path))
        assert not lora_files.inspect(path).usable
    else:
        assert_same(change(family, path), style.deltas())


@pytest.mark.parametrize("oddity", sorted(ODDITIES))
@pytest.mark.parametrize("alone", [True, False])
def test_tensor_that_is_no_plain_lora_is_refused_by_its_kind(pipes, tmp_path, oddity, alone):
    key, word = ODDITIES[oddity]
    style = dress(random_style(pipes["sd15"], 1), pipes["sd15"], "kohya")
    tensors = {key: torch.ones(2, 2)} | ({} if alone else style.tensors)
    save_file(tensors, tmp_path / "odd.safetensors")

    error = refusal(tmp_path / "odd.safetensors")

    if alone and word == key:
        assert error.code == "lora-empty"
    else:
        assert word in str(error)
    with pytest.raises(EngineError):
        lora_export.export(tmp_path / "odd.safetensors", tmp_path / "out", "internal")


def test_butterfly_and_diagonal_oft_are_told_apart(tmp_path):
    for size, kind in (((2, 3, 3), "OFT"), ((2, 2, 3, 3), "BOFT")):
        save_file({"lora_unet_x.oft_blocks": torch.ones(size)}, tmp_path / "a.safetensors")
        assert refusal(tmp_path / "a.safetensors").facts["kind"] == kind


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
def test_peft_folder_changes_each_layer_as_peft_does(pipes, change, tmp_path, settings):
    settings = {"target_modules": ["to_q", "to_k", "to_out.0"], **settings}
    expected = lora_makers.write_peft(pipes["sd15"].unet, tmp_path / "ink", **settings)
    expected = {("unet", path): delta for path, delta in expected.items()}

    assert_same(change("sd15", tmp_path / "ink"), expected)
    assert_same(change("sd15", tmp_path / "ink" / "adapter_model.safetensors"), expected)
    exported = lora_export.export(tmp_path / "ink", tmp_path / "out", "internal", precision="fp32")
    assert exported.path.name == "ink.safetensors"
    assert_same(change("sd15", exported.path), expected)
    lora_export.rewrite(tmp_path / "ink", tmp_path / "again.safetensors", {})
    assert_same(change("sd15", tmp_path / "again.safetensors"), expected)


@pytest.mark.parametrize("part", ["text_encoder", "text_encoder_2"])
def test_peft_folder_of_a_text_encoder_finds_its_encoder(pipes, change, tmp_path, part):
    expected = lora_makers.write_peft(
        getattr(pipes["sdxl"], part),
        tmp_path / "words",
        r=2,
        lora_alpha=1,
        target_modules=["q_proj", "fc1"],
    )

    changes = change("sdxl", tmp_path / "words")

    assert_same(changes, {(part, path): delta for path, delta in expected.items()})
    assert lora_files.inspect(tmp_path / "words").name == "words"


@pytest.mark.parametrize(
    ("settings", "word"),
    [
        ({"use_dora": True}, "DoRA"),
        ({"lora_bias": True}, "biases"),
        ({"bias": "lora_only"}, "biases"),
    ],
)
def test_peft_styles_beyond_plain_lora_are_refused_by_name(pipes, tmp_path, settings, word):
    lora_makers.write_peft(
        pipes["sd15"].unet, tmp_path / "ink", target_modules=["to_out.0"], **settings
    )

    assert word in str(refusal(tmp_path / "ink"))
    assert main(["inspect", str(tmp_path / "ink")]) == 1
    assert main(["export", str(tmp_path / "ink"), "--output", str(tmp_path / "out")]) == 1
    assert not (tmp_path / "out").exists()


def test_lone_peft_file_is_refused_asking_for_its_configuration(pipes, tmp_path):
    lora_makers.write_peft(
        pipes["sd15"].unet, tmp_path / "ink", target_modules=["to_q"], lora_alpha=4
    )
    lone = tmp_path / "lone.safetensors"
    lone.write_bytes((tmp_path / "ink" / "adapter_model.safetensors").read_bytes())

    error = refusal(lone)
    with_config = lora_files.read(lone, tmp_path / "ink" / "adapter_config.json")

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
def test_setting_that_cannot_be_used_is_refused_by_name(pipes, tmp_path, change_config, word):
    lora_makers.write_peft(pipes["sd15"].unet, tmp_path / "ink", target_modules=["to_q"])
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
def test_header_that_is_no_table_is_refused_in_one_sentence(pipes, tmp_path, text, capsys):
    style = dress(random_style(pipes["sd15"], 1), pipes["sd15"], "peft names")
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
        (torch.tensor(True), "lora-alpha-unusable"),
        (torch.tensor(2.0, dtype=torch.bfloat16), None),
        (torch.tensor([2.0]), None),
        (torch.tensor(2, dtype=torch.int64), None),
        (torch.tensor(2, dtype=torch.uint8), None),
        (torch.tensor(-2.0, dtype=torch.float64), None),
    ],
)
def test_alpha_is_a_number_or_the_file_is_refused(pipes, change, tmp_path, alpha, code):
    style = random_style(pipes["sd15"], 3, count=1)
    place, (down, up, _) = next(iter(style.layers.items()))
    dress(style, pipes["sd15"], "kohya")
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
def test_damaged_layer_is_named(pipes, tmp_path, spoil, code):
    style = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "kohya")
    path = lora_makers.write(spoilt(style, spoil), tmp_path / "a.safetensors")

    assert refusal(path).code == code
    assert [problem.code for problem in lora_files.inspect(path).problems][:1] == [code]


def test_two_adapters_in_one_file_are_refused(pipes, tmp_path):
    first = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "peft names")
    second = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "peft names with adapter")
    first.tensors |= second.tensors
    path = lora_makers.write(first, tmp_path / "a.safetensors")

    assert refusal(path).code == "lora-layer-twice"


def test_one_layer_under_two_names_is_refused(pipes, tmp_path):
    first = dress(random_style(pipes["sdxl"], 3, parts=("unet",)), pipes["sdxl"], "kohya")
    second = dress(random_style(pipes["sdxl"], 3, parts=("unet",)), pipes["sdxl"], "sgm")
    first.tensors |= second.tensors
    path = lora_makers.write(first, tmp_path / "a.safetensors")

    with pytest.raises(EngineError, match="are the same layer"):
        Packs(pipes["sdxl"]).use([(path, 1.0)])


def test_alphas_that_contradict_each_other_are_refused(pipes, tmp_path):
    style = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "peft names")
    style.metadata["lora_adapter_metadata"] = json.dumps({"unet.lora_alpha": 77})
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    assert refusal(path).code == "lora-alpha-contradicts"


def test_projection_of_the_second_encoder_is_read_as_onetrainer_names_it(pipes, change, tmp_path):
    layer = pipes["sdxl"].text_encoder_2.text_projection
    style = lora_makers.Style()
    down, up = torch.randn(2, layer.in_features), torch.randn(layer.out_features, 2)
    style.layers["text_encoder_2", "text_projection"] = (down, up, 1.0)
    dress(style, pipes["sdxl"], "kohya")
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    assert list(lora_files.read(path).modules) == ["lora_te2_text_projection"]
    assert_same(change("sdxl", path), style.deltas())


def test_same_weights_under_another_configuration_are_another_pack(pipes, change, tmp_path):
    expected = lora_makers.write_peft(
        pipes["sd15"].unet, tmp_path / "ink", target_modules=["to_q"], lora_alpha=4
    )
    packs = Packs(pipes["sd15"])
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
def test_fit_is_told_from_headers_alone(pipes, toy_base, tmp_path, base, dialect):
    family = base[:4].removesuffix("-")
    style = dress(random_style(pipes[family], 5, count=12), pipes[family], dialect)
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    check_fit(path, "ink", toy_base(base))
    key = next(key for key in style.tensors if key.startswith(("lora_unet_", "unet.", "diff")))
    stem = key.partition(".lora")[0].removesuffix(".alpha")
    strange = {k.replace(stem, stem + "_x"): v for k, v in style.tensors.items()}
    save_file(strange, path, style.metadata or None)
    with pytest.raises(EngineError, match="unknown"):
        check_fit(path, "ink", toy_base(base))


def test_layers_that_kohya_passes_over_are_noted(pipes, tmp_path, capsys):
    style = lora_makers.Style()
    conv = pipes["sd15"].unet.conv_in.weight
    style.layers["unet", "conv_in"] = (torch.randn(2, *conv.shape[1:]), torch.randn(32, 2, 1, 1), 1)
    dress(style, pipes["sd15"], "kohya")
    path = lora_makers.write(style, tmp_path / "a.safetensors")

    report = lora_files.inspect(path)

    assert report.problems == []
    assert [note.code for note in report.notes] == ["lora-layers-beyond-kohya"]
    assert main(["inspect", str(path)]) == 0
    assert "sd-scripts" in capsys.readouterr().out


def test_what_inspect_warns_of_is_told_when_drawing_and_exporting(
    toy_folder, pipes, tmp_path, capsys
):
    style = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "kohya")
    style.tensors = {k: v for k, v in style.tensors.items() if not k.endswith(".alpha")}
    style.metadata["ss_base_model_version"] = "sdxl_base_v1-0"
    style.tensors |= {
        "lora_unet_x_attn2_to_k.lora_down.weight": torch.ones(1, 768),
        "lora_unet_x_attn2_to_k.lora_up.weight": torch.ones(2, 1),
    }
    path = lora_makers.write(style, tmp_path / "ink.safetensors")
    warnings = [str(problem) for problem in lora_files.inspect(path).problems]
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


def test_peft_folder_is_called_by_its_own_name(toy_folder, pipes, tmp_path, capsys):
    lora_makers.write_peft(pipes["sd15"].unet, tmp_path / "ink", target_modules=["to_q"])
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


@pytest.mark.parametrize("told", [{"dora_wd": "True"}, {"use_dora": True}])
def test_dora_that_lost_its_magnitudes_is_no_plain_lora(pipes, tmp_path, told):
    style = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "kohya")
    style.metadata["ss_network_args"] = json.dumps(told)

    assert "DoRA" in str(refusal(lora_makers.write(style, tmp_path / "a.safetensors")))


@pytest.mark.parametrize("told", ["null", "[]", "", "{}", '{"dora_wd": "False"}', "x"])
def test_remarks_of_a_trainer_forbid_nothing(pipes, tmp_path, told):
    style = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "kohya")
    style.metadata["ss_network_args"] = told

    assert lora_files.inspect(lora_makers.write(style, tmp_path / "a.safetensors")).usable


def test_converted_file_tells_other_tools_its_family(tmp_path):
    stem = "unet.down_blocks.1.attentions.0.transformer_blocks.0.attn2.to_k"
    tensors = {
        f"{stem}.lora_A.weight": torch.ones(2, 2048),
        f"{stem}.lora_B.weight": torch.ones(4, 2),
    }
    save_file(
        tensors, tmp_path / "a.safetensors", {"lora_adapter_metadata": '{"unet.lora_alpha": 1}'}
    )

    done = lora_export.export(tmp_path / "a.safetensors", tmp_path / "out", "internal")

    report = lora_files.inspect(done.path)
    assert (report.claimed, report.family, report.alpha) == ("sdxl", "sdxl", 1.0)
    assert "lora_adapter_metadata" not in report.metadata
    assert json.loads(done.card.read_text())["sd version"] == "SDXL"


def test_rewritten_file_is_the_one_that_safetensors_itself_would_write(pipes, tmp_path):
    style = dress(random_style(pipes["sd15"], 3, count=9), pipes["sd15"], "peft names", "header")
    path = lora_makers.write(style, tmp_path / "a.safetensors")
    lora_export.rewrite(path, tmp_path / "b.safetensors", {"ss_v2": "False"})

    tensors = load_file(tmp_path / "b.safetensors")
    save_file(tensors, tmp_path / "c.safetensors")

    hashes = [
        lora_files.inspect(tmp_path / name).hashes["sshs_model_hash"]
        for name in ("b.safetensors", "c.safetensors")
    ]
    assert hashes[0] == hashes[1]
    told = lora_files.inspect(tmp_path / "b.safetensors").metadata
    assert told["sshs_model_hash"] == hashes[0]


def test_name_that_is_no_text_is_shown_without_a_traceback(pipes, tmp_path, capsys):
    style = dress(random_style(pipes["sd15"], 3), pipes["sd15"], "kohya")
    path = lora_makers.write(style, tmp_path / "a.safetensors")
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/\xbf.safetensors")
    os.rename(path, odd)

    assert main(["inspect", odd]) == 0
    assert main(["inspect", odd, "--json"]) == 0
    capsys.readouterr().out.encode("utf-8")
