"""Several processes on one run give the course of one."""

import json
import subprocess
import sys

import pytest


@pytest.mark.slow
def test_two_processes_have_the_loss_curve_of_one(make_config, tmp_path):
    curves = []
    for count in (1, 2):
        output = tmp_path / f"with{count}"
        config = make_config(batch_size=4, output_dir=str(output), device="cpu")
        path = tmp_path / f"{count}.yaml"
        path.write_text(config.to_yaml(), encoding="utf-8")
        train = ["-m", "training.engine", "train", "--config", str(path), "--no-advice"]
        launch = ["-m", "torch.distributed.run", "--standalone", f"--nproc_per_node={count}"]
        subprocess.run([sys.executable, *launch, *train], check=True, timeout=600)
        lines = (output / "events.jsonl").read_text().splitlines()
        events = [json.loads(line) for line in lines]
        curves.append([event["loss"] for event in events if event["event"] == "step"])
        assert events[-1]["event"] == "finished"

    one, two = curves
    assert len(one) == 4
    assert two == pytest.approx(one, rel=1e-4)
