"""The command line: exit codes, lists of faults, and files that are whole."""

import json
import os
import pty
import subprocess
import sys
import termios
import time

import numpy as np
import pytest
import torch
from PIL import Image
from transformers import (
    CLIPConfig,
    CLIPImageProcessor,
    CLIPModel,
    CLIPProcessor,
)

from tests.engine import toys
from training.engine.cli import main
from training.engine.data import labelers
from training.engine.data.captions import tables
from training.engine.errors import EngineError
from training.engine.lora import weight_files
from training.engine.prompts.style_tags import Tag, split_tags


@pytest.fixture
def run_yaml(make_config, tmp_path):
    def write(**changes):
        path = tmp_path / "run.yaml"
        path.write_text(make_config(**changes).to_yaml(), encoding="utf-8")
        return str(path)

    return write


def test_train_then_inspect_then_generate(run_yaml, toy_folder, tmp_path, capsys):
    assert main(["train", "--config", run_yaml(family="studio-mini", save_steps=100)]) == 0
    file = tmp_path / "style" / "style.safetensors"
    assert "finished" in capsys.readouterr().out

    assert main(["inspect", str(file), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["family"], report["rank"]) == ("studio-mini", 2)

    def picture(strength):
        out = tmp_path / f"{strength}.png"
        code = main(
            [
                "generate",
                "--prompt",
                f"an arcade <lora:style:{strength}>",
                "--lora-dir",
                str(file.parent),
                "--base-model",
                str(toy_folder / "studio-mini"),
                "--steps=2",
                f"--output={out}",
            ]
        )
        assert code == 0
        return np.asarray(Image.open(out))

    assert picture(1).shape == (32, 48, 3)
    assert not np.array_equal(picture(1), picture(0))


def test_generate_paints_from_a_picture_and_keeps_what_the_mask_keeps(toy_folder, tmp_path, capsys):
    Image.linear_gradient("L").resize((48, 32)).convert("RGB").save(tmp_path / "photo.png")
    mask = Image.new("L", (48, 32), 255)
    mask.paste(0, (0, 0, 20, 32))
    mask.save(tmp_path / "mask.png")

    def generate(*more):
        out = tmp_path / "out.png"
        base = toy_folder / "studio-mini"
        options = ["--prompt=tea", f"--base-model={base}", "--steps=4", f"--output={out}"]
        code = main(["generate", *options, *more])
        return code, np.asarray(Image.open(out)) if code == 0 else None

    photo, kept = f"--init-image={tmp_path / 'photo.png'}", f"--mask={tmp_path / 'mask.png'}"
    _, plain = generate()
    _, moved = generate(photo, "--change=0.5", "--scheduler=euler")
    _, masked = generate(photo, kept)
    assert not np.array_equal(plain, moved)
    assert np.array_equal(masked[:, :20], np.asarray(Image.open(tmp_path / "photo.png"))[:, :20])
    capsys.readouterr()

    for more, said in (
        ([kept], "picture to begin from"),
        ([photo, "--denoising-strength=2"], "denoising_strength is 2"),
        ([f"--init-image={tmp_path / 'none.png'}"], "none.png can't be read"),
        (["--scheduler=fast"], "choose one of: dpm++, euler, ddim, lcm"),
    ):
        assert generate(*more)[0] == 1
        assert said in capsys.readouterr().err


def test_train_judges_its_checkpoints_and_names_what_it_learned_worst(run_yaml, tmp_path, capsys):
    path = run_yaml(family="studio-mini", save_steps=2, tensorboard=True)
    assert main(["train", "--config", path]) == 0
    told = capsys.readouterr().out
    assert "memory: about" in told
    assert list((tmp_path / "style" / "tensorboard").glob("events*"))

    folder = tmp_path / "style"
    record = json.loads((folder / "run.json").read_text())
    advice = record["recommendation"]
    last = json.loads((folder / "events.jsonl").read_text().splitlines()[-1])
    # Six steps on noise teach nothing, and that is said instead of a recommendation.
    assert (last["event"], last["code"]) == ("warning", "learned-nothing")
    assert "This run learned next to nothing" in told
    assert (advice["verdict"], advice["reasons"]) == ("learned-nothing", [])
    # Eight pictures of each checkpoint, and four of the base; so short a run has two scored.
    assert (advice["pictures"], len(advice["scores"])) == (20, 2)
    assert advice["scores"][-1]["step"] == 6
    assert all(score["agreement"] is not None for score in advice["scores"])
    worst = list(record["image_losses"].items())[:5]
    assert "learned worst: " + ", ".join(f"{n} {loss:.3f}" for n, loss in worst) in told


def test_advice_that_fails_leaves_the_run_finished(run_yaml, tmp_path, capsys):
    path = run_yaml(family="studio-mini", save_steps=2, sample_prompts=["   "])

    assert main(["train", "--config", path]) == 0

    assert "No checkpoint could be recommended" in capsys.readouterr().out
    record = json.loads((tmp_path / "style" / "run.json").read_text())
    assert record["state"] == "finished"


def test_every_fault_is_listed_and_the_code_is_two(run_yaml, tmp_path, capsys):
    data = toys.write_dataset(tmp_path / "own", 6)
    (data / "img001.png").write_bytes(b"no image")
    (data / "img002.png").unlink()
    own = {"train_data_dir": str(data), "metadata_path": str(data / "metadata.csv")}

    assert main(["train", "--config", run_yaml(**own)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if "img001.png" in line]
    assert [line for line in lines if "img002.png" in line]
    assert main(["train", "--config", run_yaml(epochs=1, **own), "--skip-bad", "--no-advice"]) == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lora_rnk: 8\n", ["lora_rnk", "lora_rank"]),
        ("batch_size: 0\nepochs: x\n", ["batch_size", "epochs", "train_data_dir"]),
        ("a: [", ["YAML"]),
    ],
)
def test_bad_configuration_is_refused_with_code_two(tmp_path, capsys, text, words):
    (tmp_path / "run.yaml").write_text(text)

    assert main(["train", "--config", str(tmp_path / "run.yaml")]) == 2
    told = capsys.readouterr().err
    assert all(word in told for word in words)


def test_unknown_pack_names_those_there(toy_folder, tmp_path, capsys):
    (tmp_path / "ink.safetensors").write_bytes(b"")

    code = main(
        [
            "generate",
            "--prompt=tea <lora:inc:0.7>",
            f"--lora-dir={tmp_path}",
            f"--base-model={toy_folder / 'sd15'}",
            f"--output={tmp_path / 'out.png'}",
        ]
    )

    assert code == 1
    assert "ink" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


def test_inspect_refuses_a_pickle_with_one_line(tmp_path, capsys):
    torch.save({"a": torch.zeros(1)}, tmp_path / "a.pt")

    assert main(["inspect", str(tmp_path / "a.pt")]) == 1
    assert "pickle" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("prompt", "expected"),
    [
        ("tea house", ("tea house", [])),
        ("tea <lora:ink:0.7>, night", ("tea, night", [Tag("ink", 0.7)])),
        ("<lora:a><lora: b : 1e-1 > x", ("x", [Tag("a", None), Tag("b", 0.1)])),
    ],
)
def test_style_tags_are_taken_out_of_the_prompt(prompt, expected):
    assert split_tags(prompt) == expected


@pytest.mark.parametrize("prompt", ["<lora:>", "<lora:a:much>", "<lora::0.5>", "<lora: :1>"])
def test_bad_style_tag_is_refused(prompt):
    with pytest.raises(EngineError) as caught:
        split_tags(prompt)

    assert caught.value.code == "prompt-bad-tag"


@pytest.mark.slow
def test_sigterm_saves_and_a_resumed_run_equals_the_straight_one(run_yaml, make_config, tmp_path):
    long = {"epochs": 400, "max_steps": 300, "save_steps": 250}
    path = run_yaml(**long)
    command = [sys.executable, "-m", "training.engine", "train", "--config", path]
    # Sums depend on the number of threads in their last bits.
    one = os.environ | {"OMP_NUM_THREADS": "1"}
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, env=one)
    events = tmp_path / "style" / "events.jsonl"
    while not (events.is_file() and '"step": 3' in events.read_text()):
        assert child.poll() is None
        time.sleep(0.1)
    child.terminate()
    assert child.wait(timeout=120) == 0
    assert (tmp_path / "style" / "style.safetensors").exists() is False

    assert main(["train", "--config", path, "--resume", "--no-advice"]) == 0
    straight = run_yaml(output_dir=str(tmp_path / "straight"), **long)
    assert main(["train", "--config", straight, "--no-advice"]) == 0

    first = weight_files.read(tmp_path / "style" / "style.safetensors").modules
    second = weight_files.read(tmp_path / "straight" / "straight.safetensors").modules
    assert all(torch.equal(first[k].down, second[k].down) for k in first)
    assert all(torch.equal(first[k].up, second[k].up) for k in first)


# -- labelling ----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def clip_folder(tmp_path_factory):
    """A CLIP with random weights: it knows nothing, but always the same nothing."""
    folder = tmp_path_factory.mktemp("clip")
    tokenizer = toys.make_pipe("sd15").tokenizer
    size = {"hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1}
    config = CLIPConfig(
        text_config=size
        | {
            "num_attention_heads": 2,
            "vocab_size": len(tokenizer),
            "eos_token_id": tokenizer.eos_token_id,
            "bos_token_id": tokenizer.bos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        vision_config=size | {"num_attention_heads": 2, "image_size": 32, "patch_size": 16},
        projection_dim=16,
    )
    with torch.random.fork_rng():
        torch.manual_seed(0)
        CLIPModel(config).save_pretrained(folder)
    images = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=32)
    CLIPProcessor(images, tokenizer).save_pretrained(folder)
    return folder


def test_label_drafts_missing_captions_and_keeps_the_others(clip_folder, tmp_path):
    data = toys.write_dataset(tmp_path / "set", 3)
    out = tmp_path / "metadata.csv"
    tables.write_metadata(out, {"img001.png": "checked by a person"})
    command = ["label", f"--input={data}", f"--output={out}", f"--model={clip_folder}"]

    assert main([*command, "--prefix=lnarc"]) == 0
    kept = tables.read_metadata(out).rows
    assert main([*command, "--overwrite"]) == 0
    redrafted = tables.read_metadata(out).rows

    assert sorted(kept) == ["img000.png", "img001.png", "img002.png"]
    assert kept["img001.png"] == "checked by a person"
    assert kept["img000.png"].startswith("lnarc, ")
    assert redrafted["img001.png"] != "checked by a person"


def test_draft_has_words_of_every_group(clip_folder):
    vocabulary = labelers.read_vocabulary(labelers.VOCABULARIES / "lingnan.yaml")
    labeler = labelers.ClipVocabularyLabeler(clip_folder, vocabulary, "cpu")

    draft = labeler.draft(Image.new("RGB", (50, 40), "red"))

    chosen = list(draft.words)
    for group in vocabulary.groups:
        terms = {term for term, _ in group.terms}
        assert all(word in terms for word in chosen[: group.pick])
        chosen = chosen[group.pick :]
    assert chosen == []
    assert 0 < draft.sureness <= 1


@pytest.mark.parametrize("labeler", ["clip", "blip"])
def test_missing_weights_name_the_folder_to_put_them_in(tmp_path, capsys, labeler):
    data = toys.write_dataset(tmp_path / "set", 1)

    code = main(
        [
            "label",
            f"--input={data}",
            f"--output={tmp_path / 'm.csv'}",
            f"--labeler={labeler}",
            f"--model={tmp_path / 'weights'}",
        ]
    )

    assert code == 1
    assert str(tmp_path / "weights") in capsys.readouterr().err
    assert not (tmp_path / "m.csv").exists()


@pytest.mark.parametrize("text", ["", "groups: 3", "groups: [{name: a}]", "groups: []", "{"])
def test_bad_vocabulary_is_named(tmp_path, text):
    (tmp_path / "words.yaml").write_text(text)

    with pytest.raises(EngineError) as caught:
        labelers.read_vocabulary(tmp_path / "words.yaml")

    assert caught.value.code == "vocabulary-bad"


# -- progress -----------------------------------------------------------------------------


@pytest.fixture
def commands_in_a_row(run_yaml, clip_folder, toy_folder, tmp_path):
    """Every command that takes a while, as one child: it loads torch once."""
    data = toys.write_dataset(tmp_path / "set", 2)
    base = toy_folder / "studio-mini"
    rows = [
        ["screen", f"--input={data}"],
        ["label", f"--input={data}", f"--output={tmp_path / 'm.csv'}", f"--model={clip_folder}"],
        ["generate", "--prompt=tea", f"--base-model={base}", "--steps=2"]
        + [f"--output={tmp_path / 'out.png'}"],
        ["train", "--config", run_yaml(family="studio-mini", epochs=1, save_steps=100)],
    ]
    code = f"from training.engine.cli import main; assert not any([main(row) for row in {rows!r}])"
    return [sys.executable, "-c", code]


def test_commands_draw_no_bar_into_a_log(commands_in_a_row):
    done = subprocess.run(commands_in_a_row, capture_output=True, text=True, check=True)

    assert done.stderr == ""


def test_commands_draw_bars_on_a_terminal(commands_in_a_row):
    terminal, its_end = pty.openpty()
    termios.tcsetwinsize(terminal, (24, 100))  # a new one has no columns to draw in
    child = subprocess.Popen(commands_in_a_row, stdout=subprocess.DEVNULL, stderr=its_end)
    os.close(its_end)
    shown = b"".join(read_until_closed(terminal)).decode()

    assert child.wait() == 0
    for name in ("labelling", "rendering", "training"):
        assert f"\r{name}: " in shown


def read_until_closed(terminal):
    """What a child writes to its terminal, until it ends."""
    while True:
        try:
            yield os.read(terminal, 4096)
        except OSError:  # Linux's word for a terminal that nobody holds any more
            os.close(terminal)
            return
