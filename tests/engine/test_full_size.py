"""Checkpoints of the real sizes: trained from and drawn with, offline, by the commands.

In one file, whose tests take turns: the machine has memory for one of them at a time.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine import full_size, toys
from training.engine.base import base_models, loading
from training.engine.lora import adapters, weight_files

ROOT = Path(__file__).parents[2]
OFFLINE = """
import resource, socket, sys

def refuse(*_):
    raise AssertionError("something reached for the network")

socket.socket.connect = refuse
socket.getaddrinfo = refuse
from django.core.management import execute_from_command_line
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "brandstudio.settings"
try:
    execute_from_command_line(["manage.py", *sys.argv[1:]])
finally:
    kibibytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("peak", kibibytes // 1024, file=sys.stderr)
"""


def command(*arguments) -> int:
    """Run a management command in a process that can't reach out; returns its peak memory, MB."""
    ended = subprocess.run(
        [sys.executable, "-c", OFFLINE, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "2"},
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
    return int(ended.stderr.split()[-1])


def write_run(folder: Path, base: Path, **changes) -> Path:
    data = toys.write_dataset(folder / "data", 2, size=(256, 256))
    values = {
        "train_data_dir": str(data),
        "metadata_path": str(data / "metadata.csv"),
        "base_model": str(base),
        "output_dir": str(folder / "style"),
        "lora_rank": 8,
        "lora_alpha": 16,
        "batch_size": 1,
        "epochs": 1,
        "max_steps": 1,
        "warmup": 0,
        "save_steps": 100,
        "seed": 0,
        "buckets": False,
    } | changes
    path = folder / "run.yaml"
    path.write_text(json.dumps(values), encoding="utf-8")  # JSON is YAML
    return path


@pytest.mark.slow
def test_full_size_sd15_file_is_trained_from_and_drawn_with(tmp_path):
    base = full_size.write_sd15(tmp_path / "sd-v1-5.safetensors")
    assert base.stat().st_size == pytest.approx(2.13e9, rel=0.01)
    run = write_run(tmp_path, base, resolution=256, trigger_words="lnarc")

    training = command("train_lora", f"--config={run}")
    pack = tmp_path / "style" / "style.safetensors"

    out = tmp_path / "out.png"
    drawing = command(
        "generate",
        "--prompt=lnarc, an arcade at night <lora:style:0.7>",
        f"--lora-dir={pack.parent}",
        f"--base-model={base}",
        "--steps=2",
        "--width=256",
        "--height=256",
        f"--output={out}",
    )

    report = weight_files.inspect(pack)
    assert (report.family, report.rank, report.alpha) == ("sd15", 8, 16.0)
    # Q, K, V and out of both attentions of 16 transformer blocks; 1.6 million numbers.
    assert (report.modules, report.params) == (128, 1_594_368)
    assert report.problems == []
    pixels = np.asarray(Image.open(out))
    assert pixels.shape == (256, 256, 3)
    assert pixels.std() > 1
    # fp32 weights are 4.3 GB; a step at 256 px holds little more.
    assert training < 9000
    assert drawing < 8000


@pytest.mark.slow
def test_sdxl_file_of_full_depth_is_trained_from_and_exported(tmp_path):
    base = full_size.write_narrow_sdxl(tmp_path / "sdxl.safetensors")
    run = write_run(
        tmp_path, base, resolution=256, targets="kohya", train_text_encoder=True, lora_rank=2
    )

    command("train_lora", f"--config={run}")
    pack = tmp_path / "style" / "style.safetensors"

    report = weight_files.inspect(pack)
    # The counts of kohya's own files: nothing of the real network is left out or added.
    assert report.parts == {"unet": 722, "text_encoder": 72, "text_encoder_2": 192}
    assert report.metadata["ss_base_model_version"] == "sdxl_base_v1-0"
    assert [problem.code for problem in report.problems] == []
    model = loading.load_model(base_models.describe(base), "cpu")
    assert adapters.misfit(adapters.known_layers(model), weight_files.read(pack)) == ""
    # And it is what other tools take: diffusers' own loader finds every layer.
    model.pipe.load_lora_weights(str(pack), adapter_name="theirs")
    assert len(adapters.lora_layers(model.pipe.unet, "theirs")) == 722
