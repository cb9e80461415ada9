"""What a run refuses, before its first step or on its way, and what it goes on without."""

import json

import pytest
import torch

from tests.engine import toys
from tests.engine.train.test_trainer import AfterSteps, of_kind, run
from training.engine.base import base_models, loading
from training.engine.errors import EngineError, EngineErrors


def test_start_that_is_refused_leaves_nothing_behind(make_config, tmp_path):
    with pytest.raises(EngineError):
        run(make_config(train_data_dir=str(tmp_path / "nowhere")))
    with pytest.raises(EngineError):
        run(make_config(targets=["no_such_layer"], output_dir=str(tmp_path / "late")))

    assert not (tmp_path / "style").exists()
    assert {path.name for path in (tmp_path / "late").iterdir()} <= {".cache"}


def test_folder_with_a_run_is_refused_and_an_empty_one_cannot_resume(make_config, tmp_path):
    run(make_config())

    with pytest.raises(EngineError) as used:
        run(make_config())
    with pytest.raises(EngineError) as empty:
        run(make_config(output_dir=str(tmp_path / "new")), resume=True)

    assert used.value.code == "output-holds-run"
    assert "--resume" in str(used.value)
    assert empty.value.code == "resume-nothing"


def test_resume_with_other_settings_lists_them(make_config):
    run(make_config(), control=AfterSteps(1))

    with pytest.raises(EngineError) as caught:
        run(make_config(learning_rate=1e-3, lora_rank=3), resume=True)

    assert caught.value.code == "resume-changed"
    assert "learning_rate was 0.01, is 0.001" in str(caught.value)
    assert "lora_rank was 2, is 3" in str(caught.value)


def test_resume_with_another_caption_is_refused(make_config, tmp_path):
    data = toys.write_dataset(tmp_path / "data", 4)
    own = {"train_data_dir": str(data), "metadata_path": str(data / "metadata.csv")}
    run(make_config(**own), control=AfterSteps(1))
    text = (data / "metadata.csv").read_text().replace("red", "blue")
    (data / "metadata.csv").write_text(text)

    with pytest.raises(EngineError, match="captions"):
        run(make_config(**own), resume=True)


def test_damaged_state_is_named(make_config, tmp_path):
    run(make_config(), control=AfterSteps(1))
    (state,) = (tmp_path / "style" / ".state").glob("step000001")
    (state / "weights.safetensors").write_bytes(b"short")

    with pytest.raises(EngineError) as caught:
        run(make_config(), resume=True)

    assert caught.value.code == "resume-damaged"


def test_loss_that_is_no_number_stops_and_keeps_the_last_good_state(make_config, tmp_path):
    config = make_config(epochs=4)
    model = loading.load_model(base_models.describe(config.base_model), "cpu")
    passes = []

    def spoil(module, inputs, output):
        passes.append(1)
        return (output[0] * float("nan"),) if len(passes) == 4 else None

    model.pipe.unet.register_forward_hook(spoil)

    with pytest.raises(EngineError) as caught:
        run(config, model=model)

    assert caught.value.code == "loss-not-finite"
    assert caught.value.facts["step"] == 4
    assert caught.value.facts["kept"] == 2
    folder = tmp_path / "style"
    assert {path.name for path in folder.glob("*.safetensors")} == {"style-step000002.safetensors"}
    assert json.loads((folder / "run.json").read_text())["state"] == "failed"
    assert run(config, resume=True)[-1].kind == "finished"


def test_rate_that_diverges_is_noticed(make_config):
    with pytest.raises(EngineError) as caught:
        run(make_config(learning_rate=10, epochs=30, warmup=0, lr_schedule="constant"))

    assert caught.value.code in ("loss-diverged", "loss-not-finite")
    assert "learning rate" in str(caught.value)


@pytest.fixture
def own_data(tmp_path):
    def make(count, **options):
        folder = toys.write_dataset(tmp_path / "own", count, **options)
        return folder, {
            "train_data_dir": str(folder),
            "metadata_path": str(folder / "metadata.csv"),
        }

    return make


@pytest.mark.parametrize(
    ("count", "code"),
    [(0, "dataset-empty"), (1, "dataset-one-image"), (3, "batch-larger-than-dataset")],
)
def test_set_too_small_to_learn_from_is_refused(make_config, own_data, tmp_path, count, code):
    _, own = own_data(count)

    with pytest.raises(EngineError) as caught:
        run(make_config(batch_size=4, **own))

    assert caught.value.code == code
    assert not (tmp_path / "style" / "run.json").exists()


def spoil_set(folder):
    (folder / "img001.png").write_bytes(b"no image")
    (folder / "img002.png").unlink()
    (folder / "stranger.png").write_bytes((folder / "img000.png").read_bytes())
    with (folder / "metadata.csv").open("a") as file:
        file.write("nothing here\n")


def test_every_fault_of_the_folder_is_told_before_the_first_step(make_config, own_data):
    folder, own = own_data(6)
    spoil_set(folder)

    with pytest.raises(EngineErrors) as caught:
        run(make_config(**own))

    assert [error.code for error in caught.value.errors] == [
        "captions-line-unreadable",
        "image-unreadable",
        "caption-without-image",
        "image-without-caption",
    ]


def test_skip_bad_goes_on_without_them(make_config, own_data):
    folder, own = own_data(6)
    spoil_set(folder)

    events = run(make_config(epochs=1, **own), skip_bad=True)

    assert len(of_kind(events, "warning")) == 4
    assert events[-1].kind == "finished"


def test_picture_much_too_small_is_named(make_config, own_data):
    folder, own = own_data(4)
    toys.write_dataset(folder / "small", 1, size=(12, 12))
    (folder / "small" / "img000.png").rename(folder / "img003.png")

    with pytest.raises(EngineError) as caught:
        run(make_config(**own))

    assert caught.value.code == "image-too-small"
    assert caught.value.facts["name"] == "img003.png"


def test_output_that_cannot_be_written_is_refused_first(make_config, tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(EngineError) as caught:
        run(make_config(output_dir=str(tmp_path / "file" / "style")))

    assert caught.value.code == "folder-read-only"


def test_latents_that_are_not_finite_name_their_picture(make_config):
    config = make_config()
    model = loading.load_model(base_models.describe(config.base_model), "cpu")
    with torch.no_grad():
        model.pipe.vae.quant_conv.bias[0] = float("inf")

    with pytest.raises(EngineError) as caught:
        run(config, model=model)

    assert caught.value.code == "bad-latents"
    assert caught.value.facts["name"] == "img000.png"
