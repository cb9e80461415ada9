"""The parts of a build, each at toy size with the real classes."""

import json

import numpy as np
import pytest
import torch
from transformers import CLIPTextModel

from training.minibase import basis, cache, cli, text, tokenizer, unet_training, vae
from training.minibase.artist import SceneSpec, draw
from training.minibase.basis import CHANNELS, LinearLatents, as_tensor

TOY = (16, 16, 32, 32)


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A build folder with tokenizer, basis, a few scenes and an untrained text encoder."""
    path = tmp_path_factory.mktemp("minibase")
    words = tokenizer.build(path / "tokenizer")
    basis.fit(images=12).save(path / "basis.npz")
    torch.manual_seed(0)
    CLIPTextModel(text.text_config(words)).save_pretrained(path / "text_encoder")
    cache.build(
        path / "scenes", path / "basis.npz", 1, seed=3, workers=1, per_job=4, say=lambda line: None
    )
    return path


def test_tokenizer_is_learned_the_same_each_time(folder, tmp_path):
    tokenizer.build(tmp_path)

    for name in ("vocab.json", "merges.txt"):
        assert (tmp_path / name).read_bytes() == (folder / "tokenizer" / name).read_bytes()


def test_tokenizer_has_77_places_and_reads_any_text(folder):
    words = tokenizer.load(folder / "tokenizer")

    ids = tokenizer.encode(words, ["plain style, a white GS8 suv", "广州塔 " * 60, ""])

    assert ids.shape == (3, tokenizer.TOKEN_LIMIT)
    assert ids.max() < len(words)
    assert words.decode(ids[0], skip_special_tokens=True) == "plain style , a white gs 8 suv"


def test_latents_keep_the_picture(folder):
    latents = LinearLatents.load(folder / "basis.npz")
    picture = as_tensor(draw(SceneSpec(), (352, 192)))[None]

    coded = latents.encode(picture)

    assert coded.shape == (1, CHANNELS, 24, 44)
    error = (latents.decode(coded) - picture).pow(2).mean().item() / 4
    assert -10 * np.log10(error) > 19  # dB; a learned decoder adds what patches cannot hold


def test_cached_scenes_fit_their_specs(folder):
    latents = LinearLatents.load(folder / "basis.npz")

    for bucket in cache.load(folder / "scenes"):
        assert len(bucket) == len(bucket.latents) == 4
        again = latents.encode(as_tensor(draw(bucket.specs[1], bucket.size))[None])[0]
        assert np.allclose(bucket.latents[1], again.numpy(), atol=0.01)
        left, _, right, bottom = bucket.boxes[1]
        assert 0 <= left < right <= bucket.size[0] / 8
        assert bottom <= bucket.size[1] / 8


def test_car_cells_weigh_more_and_the_mean_stays_one():
    boxes = np.array([[8, 20, 24, 28]], np.float32)

    weight = unet_training.car_weight(boxes, (32, 32), extra=2.0)

    assert weight.mean().item() == pytest.approx(1)
    assert weight[0, 24, 16] == pytest.approx(3 * weight[0, 4, 4].item())


def test_stopped_unet_training_goes_on_where_it_stood(folder, monkeypatch):
    plan = unet_training.UNetTrainingSettings(
        folder, seconds=0.6, workers=1, batch=2, channels=TOY, sync_every=1, sheet_steps=1
    )
    unet_training.train(plan)
    first = torch.load(folder / "unet" / "state-0.pt", weights_only=True)

    longer = unet_training.UNetTrainingSettings(**{**vars(plan), "seconds": first["spent"] + 0.6})
    unet_training.train(longer)

    second = torch.load(folder / "unet" / "state-0.pt", weights_only=True)
    assert second["step"] > first["step"] > 0
    assert second["spent"] > first["spent"]
    assert (folder / "unet" / "averaged" / "config.json").exists()
    assert (folder / "unet" / "sheet-last.png").exists()


def test_crops_of_scenes_stay_in_range():
    crops = vae._Crops(seed=0, batch=4, images=3)

    small, large = crops.next(large=False), crops.next(large=True)

    assert small.shape == (4, 3, 64, 64)
    assert large.shape[2:] == (160, 160)
    assert small.abs().max() <= 1


def test_command_line_offers_the_three_commands(capsys):
    options = cli.parser().parse_args(["build", "--stage", "vae", "--minutes", "2", "--resume"])
    assert (options.stage, options.minutes, options.resume) == (["vae"], 2.0, True)

    with pytest.raises(SystemExit):
        cli.main(["evaluate", "--help"])
    assert "--json" in capsys.readouterr().out


def test_build_stage_can_be_kept_or_made_anew(tmp_path, capsys):
    place = ["--stage", "tokenizer", "--folder", str(tmp_path)]

    cli.main(["build", *place])
    (tmp_path / "tokenizer" / "mark").touch()
    cli.main(["build", *place, "--resume"])
    assert (tmp_path / "tokenizer" / "mark").exists()

    cli.main(["build", *place])
    assert not (tmp_path / "tokenizer" / "mark").exists()
    assert "tokenizer: kept" in capsys.readouterr().out
    assert json.loads((tmp_path / "tokenizer" / "vocab.json").read_text())
