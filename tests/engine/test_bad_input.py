"""What people get wrong, through the commands: a clear line, a code above 0, no half files."""

import errno
import json
import os
import re
import subprocess

import pytest

from tests.engine import toys
from tests.engine.lora.test_adapters import write_pack
from tests.engine.train.test_trainer import equal, weights
from training.engine.base import base_models
from training.engine.cli import main


@pytest.fixture
def train(make_config, tmp_path, capsys):
    """Run the command on a configuration; returns (exit code, what it said on stderr, stdout)."""

    def command(*options, **changes):
        path = tmp_path / "run.yaml"
        path.write_text(make_config(**changes).to_yaml(), encoding="utf-8")
        code = main(["train", f"--config={path}", "--no-advice", *options])
        told = capsys.readouterr()
        return code, told.err, told.out

    return command


def pictures(folder, count):
    data = toys.write_dataset(folder, count)
    return {"train_data_dir": str(data), "metadata_path": str(data / "metadata.csv")}


def broken_base(toy_folder, tmp_path, spoil):
    """A single-file base that was spoiled on its way."""
    whole = toy_folder / "sd15-single.safetensors"
    path = tmp_path / "broken.safetensors"
    path.write_bytes(spoil(whole.read_bytes()))
    path.with_suffix(".config").symlink_to(whole.with_suffix(".config"))
    return str(path)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data[: len(data) // 2],
        lambda data: b"\x10" + data[1:],
        lambda data: b"",
        lambda data: data[:8] + b"{" * 100 + data[108:],
    ],
    ids=["truncated", "wrong length", "empty", "scrambled"],
)
def test_corrupt_checkpoint(train, toy_folder, tmp_path, spoil):
    code, told, _ = train(base_model=broken_base(toy_folder, tmp_path, spoil))

    assert code == 2
    assert "broken.safetensors can't be read" in told
    assert not (tmp_path / "style").exists()


def test_pack_for_another_family(toy_folder, make_config, tmp_path, capsys):
    info = base_models.describe(toy_folder / "sdxl")
    write_pack(tmp_path / "ink.safetensors", info, make_config("sdxl"))

    code = main(
        [
            "generate",
            "--prompt=tea <lora:ink:0.7>",
            f"--lora-dir={tmp_path}",
            f"--base-model={toy_folder / 'sd15'}",
            f"--output={tmp_path / 'out.png'}",
        ]
    )

    assert code == 1
    assert "ink" in capsys.readouterr().err
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    ("count", "words"),
    [(0, "holds no usable image"), (1, "one image only"), (3, "Use batch_size 3 or less")],
)
def test_set_too_small(train, tmp_path, count, words):
    code, told, _ = train(batch_size=4, **pictures(tmp_path / "few", count))

    assert code == 2
    assert words in told
    assert not (tmp_path / "style").exists()


def test_output_that_cannot_be_written_to(train, tmp_path):
    (tmp_path / "taken").write_text("a file, no folder")

    code, told, _ = train(output_dir=str(tmp_path / "taken" / "style"))

    assert code == 2
    assert "can't be written to" in told
    assert (tmp_path / "taken").read_text() == "a file, no folder"


def test_learning_rate_that_diverges(train, tmp_path):
    code, told, _ = train(learning_rate=10, epochs=30, warmup=0, lr_schedule="constant")

    assert code == 1
    assert "Lower the learning rate (now 10" in told
    assert "rolled back to step" in told
    folder = tmp_path / "style"
    assert not (folder / "style.safetensors").exists()
    assert json.loads((folder / "run.json").read_text())["state"] == "failed"


@pytest.fixture
def small_disk(tmp_path, monkeypatch):
    """(a folder, make_room()): a disk of its own that is soon full, until there is room.

    Where this process may mount, it is a real one; elsewhere the system's answer is injected.
    """
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() == 0 and _mount("-t", "tmpfs", "-o", "size=500k", "tmpfs", folder):
        yield folder, lambda: _mount("-o", "remount,size=50m", folder)
        subprocess.run(["umount", str(folder)], check=True)
        return
    fsync, left = os.fsync, [40]

    def full(handle):
        left[0] -= 1
        if left[0] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        fsync(handle)

    monkeypatch.setattr(os, "fsync", full)
    yield folder, lambda: left.__setitem__(0, 10**6)


def _mount(*arguments) -> bool:
    command = ["mount", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def test_full_disk_pauses_and_the_run_goes_on_when_there_is_room(train, small_disk, tmp_path):
    folder, make_room = small_disk
    settings = {"epochs": 6, "save_steps": 1}
    output = folder / "style"

    code, _, said = train(output_dir=str(output), **settings)

    assert code == 1
    assert "Make room, then resume" in said
    step = re.search(r"paused at step (\d+); go on with --resume", said)[1]
    assert int(step) > 0
    assert f"the last good checkpoint, step {step}, is kept" in said
    # What is there is whole: every file can be read, and nothing half-written lies about.
    for path in output.glob("*.safetensors"):
        assert weights(path)
    assert not list(output.rglob("*.tmp"))

    make_room()
    assert train("--resume", output_dir=str(output), **settings)[0] == 0
    assert train(output_dir=str(tmp_path / "straight"), **settings)[0] == 0
    assert equal(
        weights(output / "style.safetensors"),
        weights(tmp_path / "straight" / "straight.safetensors"),
    )
