"""What a run says when it can't go on: the kind of cause, the mend, and the log."""

import contextlib
import errno
import os
import subprocess
from pathlib import Path

import pytest
from django.utils import translation

from training import jobs, services
from training.models import RunState, TrainingRun
from training.problems import explain
from training.worker import event_writer, run_control, training

pytestmark = pytest.mark.django_db

# kind of cause → codes, and the page (a part of its address) whose button mends it; None: the
# run's own button Go on.
KINDS = {
    "显存或内存不足": (["out-of-memory"], "/again/"),
    "训练发散": (["loss-not-finite", "loss-diverged"], "/again/"),
    "图片有问题": (["image-unreadable", "image-too-small", "bad-latents"], "/datasets/"),
    "缺少底模": (["base-missing", "base-unreadable"], "/base-models/"),
    "磁盘已满": (["run-disk-full", "disk-full"], None),
    "安装环境不符": (["package-missing", "device-missing", "resume-changed"], "/again/"),
    "存档不可用": (["resume-damaged", "resume-nothing"], "/again/"),
    "已中断": (["worker-lost"], None),
}


@pytest.fixture(autouse=True)
def _look_and_write_at_every_step(monkeypatch):
    monkeypatch.setattr(run_control, "LOOK_SECONDS", 0)
    monkeypatch.setattr(event_writer, "WRITE_SECONDS", 0)


@pytest.fixture
def run(make_dataset, base, designer, queue_redis, quick_settings):
    dataset = make_dataset(4, checked=4)
    return services.start_run(dataset, base, quick_settings, by=designer, name="Ink one")


@pytest.mark.parametrize("kind", KINDS)
def test_failure_names_its_kind_and_has_a_button_that_mends_it(kind, run, at_desk):
    codes, place = KINDS[kind]
    for code in codes:
        state = RunState.FAILED if place else RunState.PAUSED
        TrainingRun.objects.filter(pk=run.pk).update(state=state, problem=code, problem_facts={})
        with translation.override("zh-hans"):
            problem = explain(code, {}, run=run)

        page = at_desk.get(f"/runs/{run.pk}/").content.decode()

        assert problem.cause == kind
        assert kind in page
        assert (place in problem.url) if place else 'value="resume"' in page
        assert f"/runs/{run.pk}/log/" in page


def test_our_own_fault_keeps_its_traceback_for_admins_only(run, at_desk, client, brand_admin):
    run.snapshot.images.update(sha256="no hash")
    with pytest.raises(ValueError, match="no hash"):
        jobs.train(run.pk)

    as_designer = at_desk.get(f"/runs/{run.pk}/log/").content.decode()
    client.force_login(brand_admin)
    as_admin = client.get(f"/runs/{run.pk}/log/").content.decode()

    assert "Traceback" not in as_designer
    assert "ValueError" in as_admin


@pytest.fixture
def small_disk(tmp_path, settings):
    """A data folder on a disk of its own, of 640 MB: a real one where this process may mount it.

    Yields fill() and empty(), which take and give back all its room.
    """
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=640m", "tmpfs", str(place)]
    is_mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    settings.DATA_DIR = place / "data"
    settings.DATA_DIR.mkdir()
    settings.STORAGE_URL = f"file://{place / 'blobs'}"
    yield _Disk(place) if is_mounted else _DiskOfOurOwn()
    if is_mounted:
        subprocess.run(["umount", "-l", str(place)], check=True)


class _Disk:
    def __init__(self, place):
        self.filler = Path(place) / "filler"

    def fill(self):
        with self.filler.open("wb", buffering=0) as file:
            free = os.statvfs(self.filler).f_bavail * os.statvfs(self.filler).f_frsize
            os.posix_fallocate(file.fileno(), 0, free)
            file.seek(0, os.SEEK_END)
            with contextlib.suppress(OSError):
                while True:  # the last pages
                    file.write(bytes(4096))

    def empty(self):
        self.filler.unlink()


class _DiskOfOurOwn:
    """Where nothing may be mounted: every write that is made sure of is refused."""

    def __init__(self):
        self.patch = pytest.MonkeyPatch()

    def fill(self):
        def refuse(handle):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        self.patch.setattr(os, "fsync", refuse)

    def empty(self):
        self.patch.undo()


def fill_when(condition, disk, monkeypatch):
    """Fill the disk at the first step boundary at which condition(row) holds."""
    done = []

    class Filling(run_control.RunControl):
        def should_pause(self):
            if not done and condition(TrainingRun.objects.get(pk=self.run.pk)):
                done.append(True)
                disk.fill()
            return super().should_pause()

    monkeypatch.setattr(training, "RunControl", Filling)


def test_full_disk_pauses_the_run_and_it_goes_on_when_there_is_room(
    small_disk, run, monkeypatch, at_desk
):
    with monkeypatch.context() as patch:
        fill_when(lambda row: row.steps_done > 2, small_disk, patch)
        jobs.train(run.pk)
    run.refresh_from_db()
    paused = (run.state, run.problem)
    page = at_desk.get(f"/runs/{run.pk}/").content.decode()

    small_disk.empty()
    at_desk.post(f"/runs/{run.pk}/act/", {"act": "resume"})
    jobs.train(run.pk)

    run.refresh_from_db()
    assert paused == (RunState.PAUSED, "run-disk-full")
    assert "磁盘已满" in page
    assert (run.state, run.problem, run.steps_done) == (RunState.FINISHED, "", 4)
    assert [line.facts["step"] for line in run.lines.filter(code="line-resumed")] == [2]
