"""What a hundred open pages cost the web process, served as the studio serves them.

A throw-away studio (SQLite; no Redis, which polls never ask) is filled with runs; its web process
is started with the studio's own command. Clients keep their connections, ask every two
seconds like the pages do, and send back the tag of what they have. Some watch a run whose row a
worker renews every second, as it does in training; the others look at pages where nothing happens
(a queued run, the create page). CPU time is the web process's own, from the operating system.

    python -m benchmarks.polling                        100 pages, 10 of them watch a live run
    python -m benchmarks.polling --pages 100 --watchers 100 --seconds 60
"""

import argparse
import asyncio
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
EVERY = 2.0  # seconds between two polls of a page
PORT = 8761


@dataclass
class Page:
    """One open page: what it asks for, as whom, and the tag of what it shows."""

    path: str
    cookie: str
    tag: str = ""
    answers: Counter = field(default_factory=Counter)
    waits: list = field(default_factory=list)


def main():
    options = _options()
    with tempfile.TemporaryDirectory(prefix="studio-") as folder:
        os.environ.update(
            STUDIO_DATA_DIR=folder,
            STUDIO_PORT=str(PORT),
            DJANGO_SETTINGS_MODULE="brandstudio.settings",
        )
        for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL"):
            os.environ.pop(name, None)
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "-v0"], check=True)
        subprocess.run([*manage, "collectstatic", "-v0", "--noinput"], check=True)
        live, pages = _fill(options)
        server = _serve()
        try:
            asyncio.run(_measure(server, live, pages, options))
        finally:
            server.terminate()
            server.wait()


def _options():
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=100)
    parser.add_argument("--watchers", type=int, default=10, help="pages on the run under way")
    parser.add_argument("--seconds", type=float, default=40)
    return parser.parse_args()


def _fill(options):
    """(pk of the run under way, pages): people, runs with a past, and their sessions."""
    import django  # the environment above decides where it looks

    django.setup()
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from brandstudio.core.models import User

    def cookie_of(person):
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        return f"sessionid={session.session_key}"

    pages, live = [], None
    for number in range(options.pages):
        person = User.objects.create_user(
            f"p{number}", is_designer=True, is_brand_admin=number < 10
        )
        if live is None:
            live = _make_run(person, "training")
        if number < options.watchers:
            person.is_brand_admin = True  # sees everybody's runs
            person.save()
            path = f"/runs/{live}/progress/"
        elif number % 2:
            path = f"/runs/{_make_run(person, 'queued')}/progress/"
        else:
            path = "/create/results/"
        pages.append(Page(path, cookie_of(person)))
    return live, pages


def _make_run(owner, state):
    """A run as it looks after 1000 steps: losses, samples, lines, checkpoints."""
    from django.utils import timezone

    from training.models import (
        BaseModel,
        Checkpoint,
        Dataset,
        LossPoint,
        RunLine,
        RunSample,
        Snapshot,
        SnapshotImage,
        TrainingRun,
    )
    from training.rules.run_settings import full_config
    from training.services.bases import sync_base_models

    if not BaseModel.objects.exists():
        sync_base_models()
    base = BaseModel.objects.first()
    dataset = Dataset.objects.create(name="Ink", owner=owner)
    snapshot = Snapshot.objects.create(dataset=dataset, sha256=f"{owner.pk:064}")
    SnapshotImage.objects.bulk_create(
        SnapshotImage(
            snapshot=snapshot, position=n, name=f"{n}.jpg", sha256=f"{n:064}", caption="ink"
        )
        for n in range(118)
    )
    run = TrainingRun.objects.create(
        name="Ink", owner=owner, dataset=dataset, base=base, state=state, worker="far:1:1",
        snapshot=snapshot,
        config=full_config({"sample_prompts": ["one", "two", "three"]}, base).to_yaml(),
        steps_done=1000, steps_total=1500, loss=0.1, seconds_left=300, turn=owner.pk,
        images_per_second=7, queued_at=timezone.now(), attempt=1, started_at=timezone.now(),
    )  # fmt: skip
    if state == "training":
        LossPoint.objects.bulk_create(
            LossPoint(run=run, step=n, loss=1 / n) for n in range(1, 1001)
        )
        RunLine.objects.bulk_create(
            RunLine(run=run, attempt=1, text=f"line {n}") for n in range(60)
        )
        for step in range(100, 1001, 100):
            Checkpoint.objects.create(run=run, step=step, sha256=f"{step:064}", size=6_400_000)
            for prompt in ("one", "two", "three"):
                RunSample.objects.create(
                    run=run, step=step, prompt=prompt, seed=1, sha256=f"{step:064}"
                )
    return run.pk


def _serve():
    from brandstudio.core.process import programs  # reads the port from the environment

    log = Path(os.environ["STUDIO_DATA_DIR"]) / "web.log"
    with log.open("wb") as output:
        return subprocess.Popen(programs.web_program().command, stdout=output, stderr=output)


async def _measure(server, live, pages, options):
    await _answers()
    progress = asyncio.create_task(_work_on(live))
    opened = [asyncio.create_task(_keep_open(page, n / len(pages))) for n, page in enumerate(pages)]
    await asyncio.sleep(7 * EVERY)  # every page has its first content, and the process is warm
    for page in pages:
        page.answers.clear()
        page.waits.clear()
    before, began = _cpu_seconds(server), time.monotonic()
    await asyncio.sleep(options.seconds)
    used, passed = _cpu_seconds(server) - before, time.monotonic() - began
    for task in (progress, *opened):
        task.cancel()
    _report(pages, used, passed, options)


def _cpu_seconds(server):
    """Of gunicorn and the process that answers."""
    family = [psutil.Process(server.pid), *psutil.Process(server.pid).children(recursive=True)]
    return sum(sum(process.cpu_times()[:2]) for process in family)


async def _answers():
    for _ in range(300):
        try:
            _reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            await asyncio.sleep(0.1)
        else:
            return writer.close()
    raise SystemExit("The web process does not answer.")


async def _work_on(live):
    """Renew the row as a worker does in training."""
    from django.utils import timezone

    from training.models import TrainingRun

    def write(step):
        TrainingRun.objects.filter(pk=live).update(progress_at=timezone.now(), steps_done=step)

    for step in range(1000, 100_000):
        await asyncio.to_thread(write, step)
        await asyncio.sleep(1)


async def _keep_open(page, phase):
    await asyncio.sleep(phase * EVERY)  # people do not open their pages all at once
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while True:
        began = time.monotonic()
        writer.write(
            f"GET {page.path} HTTP/1.1\r\nHost: 127.0.0.1:{PORT}\r\nCookie: {page.cookie}\r\n"
            f"HX-Request: true\r\nHX-PTag: {page.tag}\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        )
        await writer.drain()
        status, headers = await _read(reader)
        page.answers[status] += 1
        page.waits.append(time.monotonic() - began)
        page.tag = headers.get("hx-ptag", page.tag)
        await asyncio.sleep(max(0, EVERY - (time.monotonic() - began)))


async def _read(reader):
    """(status, headers) of an answer; its body is read and let go."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value.strip() for name, _, value in (h.partition(":") for h in head[1:])
    }
    if "chunked" in headers.get("transfer-encoding", ""):
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    elif length := int(headers.get("content-length", 0)):
        await reader.readexactly(length)
    return int(head[0].split()[1]), headers


def _report(pages, used, passed, options):
    answers = sum((page.answers for page in pages), Counter())
    waits = sorted(wait for page in pages for wait in page.waits)
    total = sum(answers.values())
    shares = ", ".join(f"{100 * n / total:.1f} % {code}" for code, n in sorted(answers.items()))
    middle, late = (1000 * waits[int(total * share)] for share in (0.5, 0.99))
    print(f"{platform.machine()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(f"{len(pages)} pages, {options.watchers} on a live run, {total / passed:.1f} polls/s")
    print(
        f"web process: {100 * used / passed:.1f} % of a core, {1000 * used / total:.2f} ms a poll"
    )
    print(f"answers: {shares}")
    print(f"wait: median {middle:.0f} ms, 99th {late:.0f} ms")


if __name__ == "__main__":
    main()
