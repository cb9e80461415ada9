"""LoRA files: written as kohya does, read from every plain dialect, explained when odd."""

import hashlib
import json
import struct

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save, save_file

from training.engine.errors import EngineError
from training.engine.lora import weight_files
from training.engine.lora.weight_files import LoraModule

NAME = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


def module(rank=2, width=768, out=8, alpha=4.0, seed=0):
    numbers = torch.Generator().manual_seed(seed)
    return LoraModule(
        torch.randn(rank, width, generator=numbers),
        torch.randn(out, rank, generator=numbers),
        alpha,
    )


def write(path, metadata=None, precision="fp32", **kind):
    modules = {NAME: module(**kind), NAME.replace("to_k", "to_v"): module(seed=1, **kind)}
    weight_files.write_kohya(path, modules, metadata or {}, precision)
    return modules


def test_weights_and_alpha_come_back_bit_equal(tmp_path):
    modules = write(tmp_path / "a.safetensors", alpha=0.1)

    back = weight_files.read(tmp_path / "a.safetensors").modules

    assert back.keys() == modules.keys()
    for name, m in modules.items():
        assert torch.equal(back[name].down, m.down)
        assert torch.equal(back[name].up, m.up)
        assert back[name].alpha == pytest.approx(0.1)


def test_half_precision_is_the_rounded_weight(tmp_path):
    modules = write(tmp_path / "a.safetensors", precision="fp16")

    back = weight_files.read(tmp_path / "a.safetensors").modules

    assert torch.equal(back[NAME].down, modules[NAME].down.half())


def test_report_tells_what_the_file_is(tmp_path):
    path = tmp_path / "a.safetensors"
    write(path, {"ss_base_model_version": "sd_v1", "modelspec.trigger_phrase": "lnarc"})

    report = weight_files.inspect(path)

    assert (report.family, report.claimed, report.dialect) == ("sd15", "sd15", "kohya")
    assert (report.rank, report.alpha, report.modules) == (2, 4.0, 2)
    assert report.parts == {"unet": 2}
    assert report.params == 2 * (2 * 768 + 8 * 2)
    assert report.trigger_words == "lnarc"
    assert report.problems == []
    assert report.usable
    assert report.hashes["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert report.hashes["sshs_model_hash"] == report.metadata["sshs_model_hash"]
    json.dumps(report.to_json())


def test_sshs_hashes_follow_the_published_formula(tmp_path):
    path = tmp_path / "a.safetensors"
    # More than 1 MiB, so that the legacy hash has something to look at.
    modules = {NAME: module(rank=64, width=4096, out=4096)}
    weight_files.write_kohya(path, modules, {"ss_v2": "False", "other": "x"}, "fp32")

    data = save(load_file(path), {"ss_v2": "False"})
    (length,) = struct.unpack("<Q", data[:8])
    metadata = weight_files.inspect(path).metadata
    assert metadata["sshs_model_hash"] == hashlib.sha256(data[8 + length :]).hexdigest()
    legacy = hashlib.sha256(data[0x100000:0x110000]).hexdigest()[:8]
    assert metadata["sshs_legacy_hash"] == legacy


PEFT = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k"


@pytest.mark.parametrize(
    ("down", "up", "dialect"),
    [
        (PEFT + ".lora_A.weight", PEFT + ".lora_B.weight", "peft"),
        (PEFT + ".lora_A.default.weight", PEFT + ".lora_B.default.weight", "peft"),
        (PEFT + ".lora.down.weight", PEFT + ".lora.up.weight", "diffusers"),
        (
            PEFT.replace("to_k", "processor.to_k_lora.down.weight"),
            PEFT.replace("to_k", "processor.to_k_lora.up.weight"),
            "diffusers",
        ),
    ],
)
def test_peft_and_diffusers_names_are_read(tmp_path, down, up, dialect):
    m = module()
    save_file({down: m.down, up: m.up}, tmp_path / "a.safetensors")

    weights = weight_files.read(tmp_path / "a.safetensors")

    assert list(weights.modules) == [NAME]
    assert weights.dialect == dialect
    assert weights.modules[NAME].alpha is None


def test_alpha_of_a_peft_file_comes_from_its_header(tmp_path):
    m = module(rank=4)
    told = {"unet.r": 4, "unet.lora_alpha": 2}
    save_file(
        {PEFT + ".lora_A.weight": m.down, PEFT + ".lora_B.weight": m.up},
        tmp_path / "a.safetensors",
        {"lora_adapter_metadata": json.dumps(told)},
    )

    assert weight_files.read(tmp_path / "a.safetensors").modules[NAME].scale == 0.5


def test_missing_alpha_is_told_and_means_the_rank(tmp_path):
    m = module()
    save_file(
        {f"{NAME}.lora_down.weight": m.down, f"{NAME}.lora_up.weight": m.up},
        tmp_path / "a.safetensors",
    )

    report = weight_files.inspect(tmp_path / "a.safetensors")

    assert [problem.code for problem in report.problems] == ["lora-alpha-missing"]
    assert report.usable
    assert weight_files.read(tmp_path / "a.safetensors").modules[NAME].scale == 1.0


@pytest.mark.parametrize(
    ("key", "kind"),
    [
        ("lora_unet_x.hada_w1_a", "LoHa"),
        ("lora_unet_x.lokr_w1", "LoKr"),
        ("lora_unet_x.dora_scale", "DoRA"),
        ("bundle_emb.x.string_to_param.*", "embeddings"),
    ],
)
def test_kinds_we_cannot_serve_are_named(tmp_path, key, kind):
    save_file({key: torch.zeros(2, 2)}, tmp_path / "a.safetensors")

    report = weight_files.inspect(tmp_path / "a.safetensors")
    with pytest.raises(EngineError, match=kind):
        weight_files.read(tmp_path / "a.safetensors")

    assert not report.usable
    assert report.problems[0].code == "lora-kind-unsupported"


TEXT = "text_model_encoder_layers_0_self_attn_q_proj"


@pytest.mark.parametrize(
    ("names", "width", "family", "parts"),
    [
        ([f"lora_te_{TEXT}"], 768, "sd15", {"text_encoder": 1}),
        ([f"lora_te_{TEXT}"], 1024, "sd2", {"text_encoder": 1}),
        (
            [f"lora_te1_{TEXT}", f"lora_te2_{TEXT}"],
            768,
            "sdxl",
            {"text_encoder": 1, "text_encoder_2": 1},
        ),
        ([f"lora_te1_{TEXT}"], 768, "unknown", {"text_encoder": 1}),
    ],
)
def test_file_of_text_encoders_alone_is_explained(tmp_path, names, width, family, parts):
    modules = {name: module(width=width) for name in names}
    weight_files.write_kohya(tmp_path / "a.safetensors", modules, {}, "fp16")

    report = weight_files.inspect(tmp_path / "a.safetensors")

    assert (report.family, report.parts) == (family, parts)
    assert report.usable is (family != "sd2")  # no base of that family is drawn with


def test_sgm_named_file_is_explained(tmp_path):
    name = "lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k"
    weight_files.write_kohya(tmp_path / "a.safetensors", {name: module(width=2048)}, {}, "fp16")

    report = weight_files.inspect(tmp_path / "a.safetensors")

    assert (report.family, report.dialect, report.rank) == ("sdxl", "sgm", 2)


@pytest.mark.parametrize(
    ("width", "told", "family"), [(768, "sdxl_base_v1-0", "sd15"), (2048, "sd_v1", "sdxl")]
)
def test_metadata_that_lies_about_the_family_is_told(tmp_path, width, told, family):
    write(tmp_path / "a.safetensors", {"ss_base_model_version": told}, width=width)

    report = weight_files.inspect(tmp_path / "a.safetensors")

    assert report.family == family
    assert [problem.code for problem in report.problems] == ["lora-header-lies"]


def spoil(path, change):
    """Rewrite a file's header table by a function of it."""
    data = path.read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    table = json.loads(data[8 : 8 + length])
    change(table)
    text = json.dumps(table).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data[8 + length :])


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table[f"{NAME}.alpha"].update(shape=[3]),
        lambda table: table[f"{NAME}.alpha"].update(dtype="F13"),
        lambda table: table[f"{NAME}.alpha"].update(data_offsets=[-4, 0]),
        lambda table: table[f"{NAME}.lora_down.weight"].update(data_offsets=[0, 10**12]),
        lambda table: table.update(__metadata__={"a": 1}),
        lambda table: table.update(x=5),
        lambda table: table.pop(f"{NAME}.alpha"),
    ],
)
def test_lying_header_is_refused_before_a_weight_is_read(tmp_path, change):
    path = tmp_path / "a.safetensors"
    write(path)
    spoil(path, change)

    with pytest.raises(EngineError) as caught:
        weight_files.inspect(path)

    assert caught.value.code == "file-not-safetensors"


@given(st.binary(max_size=200))
def test_noise_is_never_taken_for_a_lora_file(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("noise") / "a.safetensors"
    path.write_bytes(data)

    with pytest.raises(EngineError):
        weight_files.read(path)


def test_oversized_header_and_truncated_file_are_refused(tmp_path):
    path = tmp_path / "a.safetensors"
    write(path)
    whole = path.read_bytes()
    for data in (struct.pack("<Q", 2**40) + whole[8:], whole[:-10], whole + b"x"):
        path.write_bytes(data)
        with pytest.raises(EngineError) as caught:
            weight_files.inspect(path)
        assert caught.value.code == "file-not-safetensors"


def test_pickle_and_missing_files_are_named(tmp_path):
    torch.save({"a": torch.zeros(1)}, tmp_path / "a.pt")
    torch.save({"a": torch.zeros(1)}, tmp_path / "b.safetensors")

    for name, code in (
        ("a.pt", "file-is-pickle"),
        ("b.safetensors", "file-is-pickle"),
        ("c.safetensors", "file-missing"),
    ):
        with pytest.raises(EngineError) as caught:
            weight_files.inspect(tmp_path / name)
        assert caught.value.code == code


def test_half_a_module_and_broken_numbers_are_named(tmp_path):
    m = module()
    save_file({f"{NAME}.lora_down.weight": m.down}, tmp_path / "half.safetensors")
    bad = m.up.clone()
    bad[0, 0] = float("nan")
    save_file(
        {f"{NAME}.lora_down.weight": m.down, f"{NAME}.lora_up.weight": bad},
        tmp_path / "nan.safetensors",
    )

    half = weight_files.inspect(tmp_path / "half.safetensors")
    broken = weight_files.inspect(tmp_path / "nan.safetensors")

    assert [p.code for p in half.problems] == ["lora-incomplete"]
    assert broken.problems[0].code == "lora-not-finite"
    assert (half.usable, broken.usable) == (False, False)


def test_weights_that_are_not_finite_are_never_written(tmp_path):
    m = module()
    m.up[0, 0] = 1e6  # beyond what fp16 holds

    with pytest.raises(EngineError) as caught:
        weight_files.write_kohya(tmp_path / "a.safetensors", {NAME: m}, {}, "fp16")

    assert caught.value.code == "lora-not-finite"
    assert list(tmp_path.iterdir()) == []
