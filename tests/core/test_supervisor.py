"""`manage.py studio` as an operator meets it: real processes, started, killed and ended."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import psutil
import pytest
from django.conf import settings

from brandstudio.core.process import setting_up
from brandstudio.core.process.supervisor import (
    FIRST_PAUSE,
    LONGEST_PAUSE,
    Child,
    Program,
    Supervisor,
)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A data folder of its own, with a short path, kept for the whole module: one first run."""
    return tmp_path_factory.mktemp("home")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="module")
def port():
    return free_port()


@pytest.fixture(scope="module")
def start_studio(home, port):
    """start_studio(): `manage.py studio` in a process. Returns (process, read what it has said)."""
    running = []

    def start_studio(**environment):
        said = home / f"said-{len(running)}"
        with said.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "studio"],
                cwd=settings.ROOT,
                env={
                    **os.environ,
                    "DJANGO_SETTINGS_MODULE": "brandstudio.settings",
                    "STUDIO_DATA_DIR": str(home),
                    "STUDIO_PORT": str(port),
                    "STUDIO_CLOCK": "0.2",
                    "STUDIO_WARM_UP": "0",
                    **environment,
                },
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running.append(process)
        return process, said.read_text

    yield start_studio
    for process in running:
        process.kill()
        process.wait()


@pytest.fixture(scope="module")
def keeper():
    """The studio that the tests of this module share, as long as none of them ends it."""
    return {}


def serves(port):
    """Whether something answers on this machine's port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def open_studio(start_studio, keeper, wait_for, port):
    """A studio that serves. Returns (process, read what it has said)."""
    if "studio" not in keeper or keeper["studio"][0].poll() is not None:
        process, said = keeper["studio"] = start_studio()
        # A first run on a busy machine takes its time.
        wait_for(lambda: "Ctrl-C ends everything" in said() or process.poll() is not None, 300)
        assert process.poll() is None, said()
    wait_for(lambda: serves(port))  # the test before this may have killed the web server
    return keeper["studio"]


def family(process):
    return psutil.Process(process.pid).children(recursive=True)


def child_that_runs(process, word):
    """The living child whose command names this word; None while there is none."""
    for child in family(process):
        try:
            if any(word in part for part in child.cmdline()):
                return child
        except psutil.NoSuchProcess:  # a zombie counts as such too
            continue
    return None


def is_alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_studio_serves_pages_and_names_address_and_people(open_studio, port):
    _, said = open_studio

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/sign-in/") as page:
        assert page.status == 200
    assert f"http://127.0.0.1:{port}" in said()
    assert re.search(r"designer, marketer, admin \(password: \S+\)", said())


def test_second_start_says_that_it_already_runs(open_studio, start_studio, port):
    second, said = start_studio()

    assert second.wait(60) == 1
    assert f"already runs at http://127.0.0.1:{port}" in said()
    assert "Traceback" not in said()


def test_dead_children_are_started_again(open_studio, wait_for):
    studio, said = open_studio
    words = ["redis-server", "render", "gunicorn"]
    dead = [child_that_runs(studio, word) for word in words]

    for child in dead:
        child.kill()

    for name in ("redis", "worker-render", "web"):
        wait_for(lambda name=name: f"{name} ended (signal 9, SIGKILL); starting it again" in said())
    wait_for(lambda: all(child_that_runs(studio, word) for word in words))
    assert not any(is_alive(child) for child in dead)


def test_frozen_worker_is_killed_and_replaced(open_studio, wait_for):
    studio, said = open_studio
    frozen = wait_for(lambda: child_that_runs(studio, "background"))
    wait_for(Path(frozen.environ()["STUDIO_PULSE"]).exists)

    frozen.suspend()

    wait_for(lambda: "worker-background hangs: no sign of life" in said(), 120)
    wait_for(lambda: "worker-background ended (signal 9, SIGKILL)" in said())


def test_nothing_of_a_studio_is_readable_for_others(open_studio, home):
    ours = [path for path in home.iterdir() if not path.name.startswith("said-")]

    assert ours
    assert [path.name for path in ours if path.stat().st_mode & 0o077] == []
    # Style sheets and scripts are everybody's, and the folder they lie in is closed.
    written = [
        p for p in home.rglob("*") if p.is_file() and p.relative_to(home).parts[0] != "static"
    ]
    assert {"studio.sqlite3", "secret-key"} <= {path.name for path in written}
    others = [p for p in written if p.stat().st_mode & 0o077 and not p.name.startswith("said-")]
    assert [path.relative_to(home).as_posix() for path in others] == []


def test_ctrl_c_ends_all_children(open_studio):
    studio, said = open_studio
    children = family(studio)

    studio.send_signal(signal.SIGINT)

    assert studio.wait(60) == 0
    assert said().rstrip().endswith("Stopped.")
    assert [child for child in children if is_alive(child)] == []


def test_killed_supervisor_leaves_no_child_behind(open_studio, wait_for):
    studio, _ = open_studio
    children = family(studio)

    studio.kill()
    studio.wait()

    wait_for(lambda: not any(is_alive(child) for child in children))


def test_data_that_others_could_read_is_closed(tmp_path):
    (tmp_path / "studio.sqlite3").touch(0o644)
    (tmp_path / "blobs").mkdir(mode=0o755)
    (tmp_path / "studio.sqlite3").chmod(0o644)
    (tmp_path / "blobs").chmod(0o755)

    setting_up.keep_private(tmp_path)

    modes = {path.name: path.stat().st_mode & 0o777 for path in tmp_path.iterdir()}
    assert modes == {"studio.sqlite3": 0o600, "blobs": 0o700}


def test_taken_port_is_one_clear_line(start_studio, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]

        studio, said = start_studio(STUDIO_PORT=str(taken), STUDIO_DATA_DIR=str(tmp_path))

        assert studio.wait(60) == 1
    [line] = said().splitlines()
    assert f"Port {taken} on 127.0.0.1 can't be used" in line
    assert f"STUDIO_PORT={taken + 1}" in line


def test_database_that_does_not_answer_is_one_clear_line(start_studio, tmp_path):
    studio, said = start_studio(
        STUDIO_DATA_DIR=str(tmp_path),
        STUDIO_PORT=str(free_port()),
        DATABASE_URL="postgres://nobody@127.0.0.1:1/none",
    )

    assert studio.wait(120) == 1
    assert "The database does not answer: " in said()
    assert "See DATABASE_URL." in said()
    assert "Traceback" not in said()


def program(name, code, **fields):
    return Program(name, (sys.executable, "-c", code), **{"stop_seconds": 5, **fields})


def test_programs_end_in_the_opposite_order_of_their_start(tmp_path, wait_for):
    trace = tmp_path / "trace"
    code = (
        "import signal, sys\n"
        f"trace = open({str(trace)!r}, 'a', buffering=1)\n"
        "def end(*_): trace.write(sys.argv[1] + '\\n'); sys.exit()\n"
        "signal.signal(signal.SIGTERM, end)\n"
        "trace.write('+' + sys.argv[1] + '\\n')\n"
        "signal.pause()\n"
    )
    names = ["redis", "web", "worker-a", "worker-b"]
    programs = [
        Program(name, (sys.executable, "-c", code, name), stop_seconds=20) for name in names
    ]
    supervisor = Supervisor(programs, tmp_path / "log", say=print)
    supervisor.want()
    supervisor.tick()
    wait_for(lambda: trace.exists() and trace.read_text().count("+") == len(names))

    supervisor.stop()

    ended = [word for word in trace.read_text().split() if not word.startswith("+")]
    assert set(ended[:2]) == {"worker-a", "worker-b"}
    assert ended[2:] == ["web", "redis"]


def test_nice_child_gives_way_to_other_sessions_too(tmp_path):
    # Each child is a session of its own, and Linux weighs sessions before their processes.
    group = Path("/proc/self/autogroup")  # not in every kernel
    code = (
        "import os, pathlib\n"
        f"group = pathlib.Path({str(group)!r})\n"
        "print(os.nice(0), group.read_text().split()[-1] if group.exists() else os.nice(0))\n"
    )
    child = Child(program("worker", code, niceness=7), tmp_path)

    child.start()
    child.process.wait()

    niceness = max(os.nice(0), 7)  # one that is nice already is not pushed further back
    assert child.log.read_text().split() == [str(niceness), str(niceness)]


def test_child_that_does_not_listen_is_killed(tmp_path, wait_for):
    code = (
        "import signal\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('deaf', flush=True)\n"
        "while True: signal.pause()\n"
    )
    supervisor = Supervisor([program("deaf", code, stop_seconds=0.1)], tmp_path, say=print)
    supervisor.want()
    supervisor.tick()
    [child] = supervisor.children
    wait_for(child.log.read_text)

    supervisor.stop()

    assert child.process.returncode == -signal.SIGKILL


def test_child_that_dies_again_and_again_is_given_longer_pauses(tmp_path):
    child = Child(program("frail", ""), tmp_path)

    pauses = []
    for _ in range(10):
        child.start()
        child.process.wait()
        child.reap()
        pauses.append(child.pause_before_restart())

    assert pauses[:3] == [FIRST_PAUSE, 2 * FIRST_PAUSE, 4 * FIRST_PAUSE]
    assert pauses[-1] == LONGEST_PAUSE
