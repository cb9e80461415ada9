"""What a command is told is used, or refused by name before any work: nothing is passed over."""

import pytest
import torch
from PIL import Image
from safetensors.torch import save_file

from training.engine import cli
from training.engine.commands.outcome import FAILED
from training.engine.config.run_config import RunConfig
from training.engine.errors import EngineError
from training.engine.lora import weight_files

NAME = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"


@pytest.fixture
def style(tmp_path):
    halves = {"lora_down.weight": torch.ones(2, 768), "lora_up.weight": torch.ones(8, 2)}
    halves["alpha"] = torch.tensor(2.0)
    save_file({f"{NAME}.{end}": one for end, one in halves.items()}, tmp_path / "ink.safetensors")
    return tmp_path / "ink.safetensors"


@pytest.fixture
def export(style, tmp_path):
    """export("--name=x"): the exit code; argparse's own refusals are codes too."""

    def export(*more):
        try:
            return cli.main(["export", str(style), "--output", str(tmp_path / "out"), *more])
        except SystemExit as ended:
            return ended.code

    return export


@pytest.mark.parametrize("licence", ["   ", "\u200b", "\u3000\t"])
def test_blank_licence_is_none(export, tmp_path, licence, capsys):
    assert export("--profile=external", f"--license={licence}") != 0

    assert "needs a licence" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("--strength=nan", "“nan” is not a number"),
        ("--strength=0_7", "“0_7” is not a number"),
        ("--strength=99", "Strength 99 of ink.safetensors is outside -2 to 2"),
        ("--strength=-2.1", "outside -2 to 2"),
        ("--trigger=a\nb", "“--trigger” can't be “a�b”: it has a line break"),
        ("--trigger=a\x07", "“--trigger” can't be “a�”"),
        ("--trigger=<lora:ink:1>", "it calls a style"),
        ("--prompt=a street", "--prompt acts only with --base-model"),
    ],
)
def test_export_refuses_what_a_card_cannot_say(export, tmp_path, option, said, capsys):
    # A base that is not there: what is refused is refused before one is loaded.
    more = [] if option.startswith("--prompt") else ["--base-model=/nowhere"]
    assert export(option, *more) != 0

    assert said in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("name", ["night.safetensors", "night.SafeTensors", "night"])
def test_ending_of_a_given_name_is_not_doubled(export, tmp_path, name):
    assert export(f"--name={name}") == 0

    written = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert written == ["night.json", "night.safetensors"]


def test_ending_of_an_output_dir_is_not_doubled(make_config):
    assert make_config(output_dir="out/night.safetensors").name == "night"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--change=0.5"], "--denoising-strength acts only with --init-image"),
        (
            ["--negative-prompt=people", "--guidance=1"],
            "--negative-prompt acts only with --guidance above 1",
        ),
    ],
)
def test_option_that_would_act_on_nothing_is_refused(tmp_path, options, said, capsys):
    told = ["generate", "--prompt=tea", "--base-model=/nowhere", f"--output={tmp_path / 'x.png'}"]

    assert cli.main([*told, *options]) != 0

    assert said in capsys.readouterr().err
    assert not (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--labeler=blip", "--vocabulary=terms.yaml"], "--vocabulary acts only with --labeler"),
        (["--prefix=a\nb"], "“--prefix” can't be “a�b”: it has a line break, a tab"),
        (["--prefix=a\tb"], "“--prefix” can't be"),
        (["--output=m.txt"], ".csv, .tsv, .jsonl, .ndjson"),
        (["--output=m.json"], ".csv, .tsv, .jsonl, .ndjson"),
    ],
)
def test_auto_label_refuses_before_it_drafts(tmp_path, options, said, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")
    told = ["label", f"--input={tmp_path}", "--model=/nowhere", "--output=m.csv"]

    assert cli.main([*told, *options]) != 0

    assert said in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]


@pytest.mark.parametrize("words", ["ink\nwash", "ink <lora:a:1>"])
def test_run_refuses_trigger_words_that_no_prompt_takes(make_config, words):
    told = make_config().to_mapping()

    with pytest.raises(EngineError) as caught:
        RunConfig.from_mapping(told | {"trigger_words": words})

    assert (caught.value.code, caught.value.facts["key"]) == ("trigger-words-bad", "trigger_words")


# -- LoRA files that are none ---------------------------------------------------------------


def _like(stem):
    halves = {"lora_down.weight": torch.ones(2, 768), "lora_up.weight": torch.ones(8, 2)}
    return {f"{stem}.{end}": one for end, one in halves.items()}


@pytest.mark.parametrize(
    "stem",
    [
        f"base_model.model.{NAME}",
        "transformer.blocks.0.attn2.to_k",
        "lora_transformer_blocks_0_attn2_to_k",
        "lora_unet_double_blocks_0_img_attn_proj",
        "lora_unet_nowhere_attn2_to_k",
        "lora_te_nowhere",
    ],
)
def test_layers_of_no_network_of_ours_are_refused_by_inspect_too(tmp_path, stem, capsys):
    save_file(_like(stem), tmp_path / "ink.safetensors")

    assert cli.main(["inspect", str(tmp_path / "ink.safetensors")]) == FAILED
    inspected = capsys.readouterr().out
    told = [f"--lora-dir={tmp_path}", f"--output={tmp_path / 'x.png'}"]
    assert cli.main(["generate", "--prompt=tea <lora:ink:1>", *told]) != 0
    refusal = capsys.readouterr().err.strip()

    assert "fits no network that this studio paints with" in refusal
    assert refusal in inspected


def test_missing_alphas_are_counted(tmp_path):
    tensors = _like(NAME) | _like(NAME.replace("0_attn2", "1_attn2"))
    save_file(tensors | {f"{NAME}.alpha": torch.tensor(1.0)}, tmp_path / "ink.safetensors")

    (problem,) = weight_files.inspect(tmp_path / "ink.safetensors").problems

    assert "no alpha for 1 of its 2 layers" in str(problem)


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:aa\nsize 9\n"
PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><title>Sign in</title></html>"


@pytest.mark.parametrize(("data", "said"), [(POINTER, "git lfs pull"), (PAGE, "web page")])
def test_file_that_came_in_place_of_another_is_called_what_it_is(tmp_path, data, said, capsys):
    (tmp_path / "ink.safetensors").write_bytes(data)
    Image.new("RGB", (64, 64)).save(tmp_path / "photo.png")
    (tmp_path / "photo.jpg").write_bytes(data)
    drawn = ["generate", f"--output={tmp_path / 'x.png'}", f"--lora-dir={tmp_path}", "--prompt"]

    for command in (
        ["inspect", tmp_path / "ink.safetensors"],
        [*drawn, "tea <lora:ink:1>"],
        [*drawn, "tea", "--base-model", tmp_path / "ink.safetensors"],
        [*drawn, "tea", "--steps=1", "--init-image", tmp_path / "photo.jpg"],
    ):
        assert cli.main([str(part) for part in command]) != 0
        assert said in capsys.readouterr().err
