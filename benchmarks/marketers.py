"""Fifty marketers press Paint at the same moment; two renderers serve them all.

A studio of its own in a temporary folder: gunicorn as in production, Redis, two render workers (the
second as on another host, with a device of its own) and the bundled base at few steps. People open
the create page within ten seconds, press at the same moment, are led back to the page, and poll as
a browser does until all their pictures are there.

    python -m benchmarks.marketers
    python -m benchmarks.marketers --people 50 --pictures 2 --steps 4 --json
    python -m benchmarks.marketers --within 3        presses spread over three seconds

Exits 1 when a picture is missing or people were not served in turns.
"""

import argparse
import contextlib
import http.client
import json
import os
import platform
import random
import re
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).resolve().parent.parent
OPENING_SECONDS = 10  # within which people open the page
POLL_SECONDS = 2
PATIENCE = 900  # seconds until a run is taken to hang


@dataclass
class Times:
    """Milliseconds of every answer, by page; and what went wrong."""

    pages: dict = field(default_factory=dict)
    faults: list = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, page, milliseconds):
        with self.lock:
            self.pages.setdefault(page, []).append(milliseconds)


class Browser:
    """One person's connection: it stays open, and every answer is read whole and timed."""

    def __init__(self, port, session, times):
        self.web = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self.cookies = {"sessionid": session}
        self.times = times

    def ask(self, page, path, sent=None, headers=None):
        """(status, text, headers) of a GET, or of a POST of the fields in `sent`."""
        told = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items()), **(headers or {})}
        body = None
        if sent is not None:
            body = urlencode({**sent, "csrfmiddlewaretoken": self.cookies["csrftoken"]})
            told["Content-Type"] = "application/x-www-form-urlencoded"
        began = time.perf_counter()
        self.web.request("POST" if body else "GET", path, body, told)
        answer = self.web.getresponse()
        # In one line: attributes may stand on lines of their own.
        text = " ".join(answer.read().decode().split())
        self.times.note(page, 1000 * (time.perf_counter() - began))
        if cookie := answer.getheader("Set-Cookie"):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer.status, text, answer.headers


def press_and_wait(browser, barrier, pictures, steps, within):
    """One person's minute. Raises when an answer is not what it should be."""
    time.sleep(random.uniform(0, OPENING_SECONDS))
    status, page, _headers = browser.ask("open", "/create/")
    if status != 200:
        raise RuntimeError(f"The create page answered {status}.")
    pack = re.search(r'name="pack" value="(\d+)"', page)[1]
    sent = {
        "template": re.search(r'name="template" value="(\d+)"', page)[1],
        "pack": pack,
        f"strength_{pack}": "0.6",
        "channel": "moments",
        "count": pictures,
        "steps": steps,
        "guidance": "3",
    }
    for name, first in re.findall(
        r'<select name="(slot_\w+)".*?<option value="([^"]*)"', page, re.S
    ):
        sent[name] = first
    barrier.wait()
    time.sleep(random.uniform(0, within))
    status, _page, _headers = browser.ask("paint", "/create/", sent)
    if status != 302:
        raise RuntimeError(f"Paint was answered with {status}.")
    browser.ask("back", "/create/")
    tag, ends = "", time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        asked = {"HX-Request": "true", **({"HX-PTag": tag} if tag else {})}
        status, page, headers = browser.ask("poll", "/create/results/", headers=asked)
        tag = headers.get("HX-PTag", tag)
        if status == 200 and "every 2s" not in page:
            return
        time.sleep(POLL_SECONDS)
    raise RuntimeError("The pictures never came.")


def set_up(folder, port):
    """Point this process and its children at a studio of its own."""
    os.environ.update(
        STUDIO_DATA_DIR=str(folder / "a"),
        STUDIO_PORT=str(port),
        DJANGO_SETTINGS_MODULE="brandstudio.settings",
        LOG_LEVEL="WARNING",
    )
    for name in ("DATABASE_URL", "REDIS_URL", "STORAGE_URL"):
        os.environ.pop(name, None)
    (folder / "a" / "run").mkdir(parents=True)
    import django  # settings read what stands above

    django.setup()
    from brandstudio.core.process import setting_up

    setting_up.prepare(lambda line: print(line, file=sys.stderr))


def sessions_of(people):
    """The session keys of so many new marketers; signing in itself is not what is measured."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.sessions.backends.db import SessionStore

    from brandstudio.core.models import User

    keys = []
    for number in range(people):
        person = User.objects.create(username=f"marketer-{number:02}", is_marketer=True)
        store = SessionStore()
        store[SESSION_KEY] = str(person.pk)
        store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        store[HASH_SESSION_KEY] = person.get_session_auth_hash()
        store.create()
        keys.append(store.session_key)
    return keys


@contextlib.contextmanager
def running(folder, renderers=2):
    """Redis, gunicorn and the render workers, until the block ends."""
    from django.conf import settings

    from brandstudio.core.process import programs, redis_server
    from brandstudio.core.queue import work_queue

    programs_ = [programs.redis_program(), programs.web_program()]
    shared = {
        "DATABASE_URL": f"sqlite:///{settings.DATABASES['default']['NAME']}",
        "REDIS_URL": settings.REDIS_URL,
        "STORAGE_URL": settings.STORAGE_URL,
        "DJANGO_SECRET_KEY": settings.SECRET_KEY,
        "OMP_NUM_THREADS": "1",
    }
    started = []
    try:
        for program in programs_:
            started.append(_start(program.command, {}))
            _until(lambda: redis_server.answers(settings.REDIS_URL))
        for number in range(renderers):
            command = (sys.executable, "manage.py", "studio_worker", "--queue", "render")
            home = {"STUDIO_DATA_DIR": str(folder / f"renderer-{number}")}
            niced = ("nice", "-n", str(programs.WORKER_NICENESS), *command)
            started.append(_start(niced, {**shared, **home}))
        _until(lambda: work_queue.workers(work_queue.RENDER) == renderers, seconds=PATIENCE)
        yield
    finally:
        for process in reversed(started):
            process.terminate()
        for process in started:
            process.wait(30)


def _start(command, environment):
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def _until(condition, seconds=60):
    ends = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > ends:
            raise RuntimeError("The studio did not come up.")
        time.sleep(0.1)


def unfairness():
    """How many pictures the best served person was ahead of the worst served, at its worst.

    Read from the audit rows of the moments at which renderers took pictures up. People who have
    all their pictures are out of the race.
    """
    from brandstudio.core.models import AuditEntry
    from gallery.models import Asset

    rows = Asset.objects.filter(scene__owner__username__startswith="marketer-")
    owner = dict(rows.values_list("pk", "scene__owner__username"))
    left = Counter(owner.values())
    taken = AuditEntry.objects.filter(subject_kind="gallery.asset", target="loading").order_by("pk")
    served, worst = Counter(dict.fromkeys(left, 0)), 0
    for pk in map(int, taken.values_list("subject_id", flat=True)):
        if pk not in owner:
            continue
        served[owner[pk]] += 1
        waiting = [count for person, count in served.items() if count < left[person]]
        worst = max(worst, served[owner[pk]] - min(waiting, default=served[owner[pk]]))
    return worst


def run(people, pictures, steps, within):
    """The figures of one run, as a dictionary."""
    with tempfile.TemporaryDirectory(prefix="studio-") as name, socket.socket() as probe:
        folder = Path(name)
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        probe.close()
        set_up(folder, port)
        keys, times = sessions_of(people), Times()
        with running(folder):
            # A web process that has just started reads its templates with the first page.
            Browser(port, keys[0], Times()).ask("create", "/create/")
            wall = press_together(port, keys, times, pictures, steps, within)
        from gallery.models import Asset, AssetState

        mine = Asset.objects.filter(scene__owner__username__startswith="marketer-")
        return {
            "machine": f"{os.cpu_count()} cores, {platform.machine()}",
            "people": people,
            "pictures": mine.count(),
            "ready": mine.filter(state=AssetState.READY).count(),
            "seconds": round(wall, 1),
            "ahead": unfairness(),
            "faults": times.faults,
            "pages": {page: figures(found) for page, found in sorted(times.pages.items())},
        }


def press_together(port, keys, times, pictures, steps, within):
    """Let everybody press within so many seconds (0: at one moment).

    Returns the seconds until the last one has all their pictures.
    """
    moment = []
    barrier = threading.Barrier(len(keys), action=lambda: moment.append(time.perf_counter()))

    def one(key):
        browser = Browser(port, key, times)
        try:
            press_and_wait(browser, barrier, pictures, steps, within)
        except Exception as error:  # told at the end, with all others
            barrier.abort()
            times.faults.append(f"{type(error).__name__}: {error}")
        finally:
            browser.web.close()

    threads = [threading.Thread(target=one, args=(key,)) for key in keys]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - moment[0] if moment else 0.0


def figures(milliseconds):
    """Median, 95th percentile and count of some answers."""
    ordered = sorted(milliseconds)
    return {
        "median": round(statistics.median(ordered)),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))]),
        "count": len(ordered),
    }


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--pictures", type=int, default=2, choices=(1, 2, 4, 8))
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--within", type=float, default=0, help="seconds over which people press")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    found = run(asked.people, asked.pictures, asked.steps, asked.within)
    if asked.json:
        print(json.dumps(found))
    else:
        print(f"{found['people']} people, {found['ready']} of {found['pictures']} pictures ready")
        print(f"in {found['seconds']} s; nobody was more than {found['ahead']} ahead")
        for page, figure in found["pages"].items():
            print(f"{page:8} median {figure['median']:5} ms  95 % {figure['p95']:5} ms", end="  ")
            print(f"({figure['count']} answers)")
        print("\n".join(found["faults"]))
    whole = found["ready"] == found["pictures"] == asked.people * asked.pictures
    sys.exit(0 if whole and not found["faults"] and found["ahead"] <= 2 else 1)


if __name__ == "__main__":
    main()
