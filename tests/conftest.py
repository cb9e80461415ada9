"""What every room's tests share. Each room keeps its own makers in its own conftest."""

import gc
import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation
from hypothesis import settings as property_settings

from brandstudio.core.process import redis_server
from brandstudio.core.queue import work_queue

# The same examples at every run, and no clock: a busy machine must not fail a test.
property_settings.register_profile("house", deadline=None, derandomize=True)
property_settings.load_profile("house")

BROWSER = Path(__file__).with_name("browser")


def pytest_collection_modifyitems(items):
    """The browser's tests come first and one after the other: they share workers, which take long
    to start, and a long test at the end keeps one process busy while the others have ended."""
    items.sort(key=lambda item: BROWSER not in item.path.parents)


def pytest_collection_finish():
    # Modules and tests live to the end: without them, a collection has a tenth to look through.
    gc.freeze()


@pytest.fixture(autouse=True)
def default_language():
    """Every test begins in the installation's language, whatever the last request asked for."""
    translation.deactivate()


@pytest.fixture
def in_english(client):
    """The client's pages and the test's own sentences are read in English."""
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    with translation.override("en"):
        yield


@pytest.fixture
def wait_for():
    """wait_for(condition, seconds=60): wait until condition() is true, and return what it gave.

    The seconds are a guard against hanging, not a promise about speed.
    """

    def wait_for(condition, seconds=60):
        deadline = time.monotonic() + seconds
        while not (result := condition()):
            assert time.monotonic() < deadline, "What the test waits for never happened."
            time.sleep(0.02)
        return result

    return wait_for


@pytest.fixture
def make_user(django_user_model):
    """make_user("lin", is_designer=True): a person who can sign in with their name as password."""

    def make_user(username, *, is_marketer=False, **roles):
        return django_user_model.objects.create_user(
            username, password=username, is_marketer=is_marketer, **roles
        )

    return make_user


@pytest.fixture
def designer(make_user):
    return make_user("designer", is_designer=True)


@pytest.fixture
def brand_admin(make_user):
    return make_user("admin", is_brand_admin=True)


@pytest.fixture
def marketer(make_user):
    return make_user("marketer", is_marketer=True)


def sqlite_connection():
    """The open connection itself, which copies whole databases."""
    connection.ensure_connection()
    return connection.connection


@pytest.fixture
def migrate_to(transactional_db, tmp_path):
    """migrate_to("training", "0004_…"): the database as of that migration, and its models then."""

    def migrate_to(app, name):
        MigrationExecutor(connection).migrate([(app, name)])
        return MigrationExecutor(connection).loader.project_state([(app, name)]).apps

    if connection.vendor != "sqlite":
        yield migrate_to
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        return
    with closing(sqlite3.connect(tmp_path / "as-found.sqlite3")) as found:
        sqlite_connection().backup(found)
        yield migrate_to
        found.backup(sqlite_connection())


@pytest.fixture(scope="session")
def stations(tmp_path_factory):
    """{migrations that are applied: copy of SQLite's database without rows}, as tests came by."""
    return {frozenset(): tmp_path_factory.mktemp("stations") / "0"}


@pytest.fixture
def begin_at(migrate_to, stations):
    """begin_at("training", "0004_…"): a database without rows as of that migration, and its models.

    SQLite's is made anew, with the tables of what that migration needs and no others, from where
    an earlier test came by on its own way there; a server's goes the way back from today's, in
    every room to what that migration needs.
    """

    def note(action, migration=None, fake=False):
        if action == "apply_success":
            applied = frozenset(MigrationRecorder(connection).applied_migrations())
            path = stations[frozenset()].with_name(str(len(stations)))
            with closing(sqlite3.connect(path)) as station:
                sqlite_connection().backup(station)
            stations[applied] = path

    def begin_at(app, name):
        needed = set(MigrationLoader(None).graph.forwards_plan((app, name)))
        if connection.vendor != "sqlite":
            newest = dict(sorted(needed))  # of each room
            MigrationExecutor(connection).migrate(list(newest.items()))
        else:
            nearest = max((at for at in stations if at <= needed), key=len)
            with closing(sqlite3.connect(stations[nearest])) as station:
                station.backup(sqlite_connection())
            MigrationExecutor(connection, note).migrate([(app, name)])
        return migrate_to(app, name)

    return begin_at


class RedisProcess:
    """The tests' own Redis, which a test may kill and start again."""

    def __init__(self):
        self.log = settings.DATA_DIR / "redis.log"
        self.start()

    def start(self):
        command = redis_server.command(redis_server.find_binary(), settings.DATA_DIR)
        with self.log.open("wb") as output:
            self.server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        deadline = time.monotonic() + 60
        while not redis_server.answers(settings.REDIS_URL):
            assert self.server.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline, "The tests' Redis does not answer."
            time.sleep(0.02)

    def kill(self):
        self.server.kill()
        self.server.wait()


@pytest.fixture(scope="session")
def redis_process():
    process = RedisProcess()
    yield process
    process.kill()


@pytest.fixture
def queue_redis(redis_process):
    """A real, empty Redis under the queues. Yields a client of it."""
    client = work_queue.connection()
    client.flushall()
    yield client
    client.flushall()


@pytest.fixture
def worker_environment(transactional_db):
    """What a worker process needs to work on the tests' database: cold, every wait at a tenth."""
    return {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "STUDIO_TEST_DATABASE": str(connection.settings_dict["NAME"]),
        "STUDIO_CLOCK": "0.1",
        "STUDIO_WARM_UP": "0",
        "STUDIO_SUPERVISOR": str(os.getpid()),  # it ends should the tests be killed
    }


@pytest.fixture
def start_worker(worker_environment, queue_redis, tmp_path):
    """start_worker("train"): a real worker process on the tests' database and Redis.

    Every wait of the studio lasts a tenth for it; further keywords go into its environment. It is
    killed at the end of the test; its log is shown when the test fails.
    """
    running = []

    def start_worker(name, **environment):
        log = tmp_path / f"worker-{len(running)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "studio_worker", "--queue", name],
                cwd=settings.ROOT,
                env={**os.environ, **worker_environment, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running.append((process, log))
        return process

    yield start_worker
    for process, log in running:
        process.kill()
        process.wait()
        print(f"--- {log.name}\n{log.read_text(errors='replace')}")


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Chromium as a container's root can run it: quiet, and the machine's own if it has one."""
    asked = {
        **browser_type_launch_args,
        "args": [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    }
    # The program itself: Debian's wrapper around it costs another second and a half.
    places = ["/usr/lib/chromium/chromium", shutil.which("chromium"), shutil.which("google-chrome")]
    found = next((place for place in filter(None, places) if Path(place).exists()), None)
    return {**asked, "executable_path": found} if found else asked


@pytest.fixture
def hashed(monkeypatch):
    """hashed(size): how many hashes were taken of about so many bytes, of a file with its header
    or of its weights alone."""
    counts = []

    class Counted:
        def __init__(self, data=b"", **options):
            self.digest_, self.at = new(b"", **options), len(counts)
            counts.append(0)
            self.update(data)

        def update(self, data):
            counts[self.at] += len(data)
            self.digest_.update(data)

        def __getattr__(self, name):
            return getattr(self.digest_, name)

    def file_digest(file, digest):
        taken = Counted()
        while chunk := file.read(1 << 16):
            taken.update(chunk)
        return taken

    new = hashlib.sha256
    monkeypatch.setattr(hashlib, "sha256", Counted)
    monkeypatch.setattr(hashlib, "file_digest", file_digest)
    return lambda size: sum(size / 2 < count <= size for count in counts)
