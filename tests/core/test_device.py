"""The device lease, between real processes. Order and counted steps, never the clock."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from brandstudio.core.queue.device import Device, LeaseAbandoned, Sharing

ROOT = Path(__file__).parents[2]

# Each process appends lines to one file; O_APPEND keeps their order.
PRELUDE = """
import sys, time
from brandstudio.core.queue.device import Device, Sharing
folder, turn = sys.argv[1], float(sys.argv[2])
device = Device(folder, sharing=Sharing(turn=turn, settle=0.05, poll=0.005))
log = open(folder + "/log", "a", buffering=1)
def note(word): log.write(word + "\\n")
"""
TRAINER = (
    PRELUDE
    + """
with device.training() as lease:
    while True:
        note("train")
        time.sleep(0.02)
        lease.yield_device()
"""
)
RENDER_ONCE = (
    PRELUDE
    + """
note("ask")
with device.rendering() as lease:
    for _ in range(5):
        note("render")
        time.sleep(0.02)
        lease.yield_device()
note("done")
"""
)
RENDER_ON = (
    PRELUDE
    + """
note("ask")
with device.rendering() as lease:
    while True:
        note("render")
        time.sleep(0.02)
        lease.yield_device()
"""
)


@pytest.fixture
def start(tmp_path):
    """start(program, turn=60): a process that runs it; killed at the end of the test."""
    running = []

    def start(program, turn=60.0):
        command = [sys.executable, "-c", program, str(tmp_path), str(turn)]
        process = subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)})
        running.append(process)
        return process

    yield start
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture
def log_until(tmp_path, wait_for):
    """log_until(condition): the lines written so far, once condition(lines) holds."""

    def lines():
        path = tmp_path / "log"
        return path.read_text().split() if path.exists() else []

    def log_until(condition):
        wait_for(lambda: condition(lines()))
        return lines()

    return log_until


def test_renderer_waits_for_at_most_the_step_under_way(start, log_until):
    start(TRAINER)
    log_until(lambda lines: lines.count("train") >= 3)

    start(RENDER_ONCE)
    lines = log_until(lambda lines: "done" in lines)

    asked, began = lines.index("ask"), lines.index("render")
    # One step may begin between the asking and the raising of the flag, one is under way.
    assert lines[asked:began].count("train") <= 2


def test_training_waits_until_the_rendering_is_over_and_goes_on(start, log_until):
    start(TRAINER)
    log_until(lambda lines: lines.count("train") >= 3)

    start(RENDER_ONCE)
    lines = log_until(lambda lines: "done" in lines and lines[lines.index("done") :].count("train"))

    first, last = lines.index("render"), len(lines) - 1 - lines[::-1].index("render")
    assert lines[first : last + 1] == ["render"] * 5


def test_training_gets_about_half_beside_a_renderer_that_never_rests(start, log_until):
    start(TRAINER, turn=0.3)
    log_until(lambda lines: lines.count("train") >= 3)

    start(RENDER_ON, turn=0.3)
    lines = log_until(lambda lines: lines.count("render") >= 75)

    shared = lines[lines.index("render") :]
    assert shared.count("train") / len(shared) > 0.3
    assert shared.count("render") / len(shared) > 0.3


def test_training_takes_the_device_back_from_a_renderer_that_was_killed(start, log_until):
    renderer = start(RENDER_ON)
    log_until(lambda lines: "render" in lines)
    start(TRAINER)

    renderer.send_signal(signal.SIGKILL)
    renderer.wait()

    assert log_until(lambda lines: "train" in lines)


def test_renderer_takes_the_device_from_a_training_that_was_killed(start, log_until):
    trainer = start(TRAINER)
    log_until(lambda lines: "train" in lines)

    trainer.send_signal(signal.SIGKILL)
    trainer.wait()
    start(RENDER_ONCE)

    assert log_until(lambda lines: "done" in lines)


def test_renderer_alone_is_never_interrupted(tmp_path):
    device = Device(tmp_path, sharing=Sharing(turn=1e-9, settle=0.0, poll=0.001))

    with device.rendering() as lease:
        given = [lease.yield_device() for _ in range(3)]

    assert given == [0.0, 0.0, 0.0]


def test_training_that_nobody_disturbs_keeps_the_device(tmp_path):
    device = Device(tmp_path, sharing=Sharing(settle=0.0, poll=0.001))

    with device.training() as lease:
        assert not lease.device_wanted()
        assert lease.yield_device() == 0.0


def test_wait_ends_when_the_work_is_called_off(tmp_path):
    device = Device(tmp_path, sharing=Sharing(poll=0.001))

    with (
        device.rendering(),
        pytest.raises(LeaseAbandoned),
        Device(tmp_path, sharing=Sharing(poll=0.001)).training(should_stop=lambda: True),
    ):
        pass


def test_devices_of_one_host_are_leased_apart(tmp_path):
    first, second = Device(tmp_path, "cuda:0"), Device(tmp_path, "cuda:1")

    with first.rendering(), second.rendering():
        assert not first.is_wanted()
