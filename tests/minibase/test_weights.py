"""The committed weights: anyone can load them, and they do what the model card says."""

import hashlib
import json
import re
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from transformers import CLIPModel, CLIPProcessor

from training.minibase import bundle, classifier, clip, evaluate, lora_probe, single_file
from training.minibase.artist import SceneSpec, caption, draw, draw_style
from training.minibase.artist.captions import NEUTRAL_PHRASE

# diffusers' solver hands a tensor to NumPy in a way that NumPy 2 is phasing out.
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.fixture(scope="module")
def about():
    return json.loads((bundle.WEIGHTS / "studio.json").read_text())


@pytest.fixture(scope="module")
def pipe():
    """The pipeline as a stranger loads it: plain diffusers, nothing of ours."""
    loaded = StableDiffusionPipeline.from_pretrained(
        bundle.WEIGHTS, dtype=torch.float32, safety_checker=None
    )
    loaded.set_progress_bar_config(disable=True)
    return loaded


@pytest.fixture(scope="module")
def reader():
    return classifier.load(bundle.WEIGHTS / "classifier")


def test_snippet_of_the_model_card_paints_as_it_stands(monkeypatch):
    card = (bundle.WEIGHTS / "README.md").read_text("utf-8")
    (snippet,) = re.findall(r"```python\n(.*?)```", card, re.DOTALL)
    monkeypatch.chdir(bundle.WEIGHTS.parents[2])
    names = {}

    exec(snippet, names)

    pipe = names["pipe"]
    assert {part.dtype for part in (pipe.text_encoder, pipe.unet, pipe.vae)} == {torch.float32}
    assert names["image"].size == (256, 256)


def test_files_are_small_enough_to_be_cloned():
    sizes = [path.stat().st_size for path in bundle.WEIGHTS.rglob("*") if path.is_file()]

    assert max(sizes) <= 15_000_000
    assert sum(sizes) <= 30_000_000


def test_hash_in_studio_json_is_that_of_the_files(about):
    digest = hashlib.sha256()
    for part in ("text_encoder", "unet", "vae"):
        for path in sorted((bundle.WEIGHTS / part).glob("*.safetensors")):
            inner = hashlib.sha256(path.read_bytes()).hexdigest()
            digest.update(f"{part}/{path.name} {inner}\n".encode())

    assert about["sha256"] == digest.hexdigest()
    assert about["family"] == "studio-mini"
    assert about["neutral_phrase"] == NEUTRAL_PHRASE


def test_no_file_names_the_machine_that_built_it():
    for path in bundle.WEIGHTS.rglob("*.json"):
        assert "_name_or_path" not in path.read_text()
        assert "/work" not in path.read_text()


def test_recommended_targets_are_modules_of_the_unet(pipe, about):
    names = [name for name, _ in pipe.unet.named_modules()]

    for target in about["recommended_targets"]:
        assert any(name == target or name.endswith("." + target) for name in names), target


def test_pipeline_paints_what_the_prompt_says(pipe, reader):
    specs = [
        SceneSpec("teahouse", "day", vehicle="suv", colour="red"),
        SceneSpec("arcade", "night", vehicle="sedan", colour="white", facing="left"),
    ]

    pictures = evaluate.paint(pipe, [caption(s) for s in specs], [11, 12], steps=12)

    right = evaluate.shares_right(reader, pictures, specs)
    assert right["place"] == right["time"] == 1
    assert pictures[0].size == (256, 256)


def test_picture_depends_on_its_seed_and_on_nothing_else(pipe):
    texts = [caption(SceneSpec()), caption(SceneSpec(place="bridge"))]

    pair = evaluate.paint(pipe, texts, [5, 6], steps=4)
    alone = evaluate.paint(pipe, texts[1:], [6], steps=4)

    assert np.abs(np.asarray(pair[1], int) - np.asarray(alone[0], int)).max() <= 2


def test_classifier_reads_drawn_scenes(reader):
    figures = evaluate.classifier_figures(reader, 60)

    assert min(figures.values()) >= 0.96


def test_tiny_clip_names_drawn_scenes_through_plain_transformers():
    model = CLIPModel.from_pretrained(bundle.WEIGHTS / "clip", dtype=torch.float32).eval()
    processor = CLIPProcessor.from_pretrained(bundle.WEIGHTS / "clip")
    specs = evaluate.held_out_specs(24, seed=3)
    words = list(clip.QUESTIONS["place"].values())

    given = processor(
        text=words,
        images=[draw(spec, (288, 224)) for spec in specs],
        return_tensors="pt",
        padding="max_length",
    )
    with torch.no_grad():
        chosen = model(**given).logits_per_image.argmax(1).tolist()

    places = list(clip.QUESTIONS["place"])
    right = [places[c] == spec.place for c, spec in zip(chosen, specs, strict=True)]
    assert sum(right) >= 22


def test_single_file_gives_back_the_same_tensors(pipe, tmp_path):
    single_file.write(bundle.WEIGHTS, tmp_path / "mini.safetensors")

    again = StableDiffusionPipeline.from_single_file(
        tmp_path / "mini.safetensors",
        config=str(bundle.WEIGHTS),
        local_files_only=True,
        dtype=torch.float32,
    )

    for part in ("unet", "vae", "text_encoder"):
        ours, theirs = (getattr(p, part).state_dict() for p in (pipe, again))
        assert ours.keys() == theirs.keys()
        for name, value in ours.items():
            assert torch.equal(value, theirs[name].float()), f"{part} {name}"


def test_towers_are_counted():
    harbour = SceneSpec("harbour", "night")

    assert evaluate.tower_count(draw(harbour, 256)) == 1
    assert evaluate.tower_count(draw(harbour, (352, 192))) == 1
    assert evaluate.tower_count(draw(replace(harbour, place="mountain"), 256)) == 0


def test_style_distance_is_nought_for_the_style_itself():
    specs = evaluate.held_out_specs(6)
    ink = [draw_style("ink-wash", spec, 128) for spec in specs]
    wanted = lora_probe.colour_shares(ink)

    assert lora_probe.style_distance(ink, wanted) == 0
    assert lora_probe.style_distance([draw(spec, 128) for spec in specs], wanted) > 0.3


def test_missed_figures_are_named():
    figures = {
        "base": {"place": 1.0, "time": 0.9, "vehicle": 0.85, "colour": 0.85},
        "judge_on_drawn_scenes": {"place": 0.99},
        "clip_zero_shot": {"place": 0.96},
        "seconds_per_picture": 1.0,
        "megabytes": 28,
    }

    met = evaluate.met(figures)

    assert [name for name, reached in met.items() if not reached] == ["base time"]


def test_bundled_base_is_used_without_django():
    program = (
        "import sys, training.minibase.artist, training.minibase.evaluate;"
        "assert not [m for m in sys.modules if m.split('.')[0] == 'django']"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
