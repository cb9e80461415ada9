"""What the studio consists of when it runs: Redis, the web process and the workers."""

import os
import sys

from django.conf import settings

from brandstudio.core.process import redis_server
from brandstudio.core.process.supervisor import Program
from brandstudio.core.process.web_worker import LONGEST_LINE
from brandstudio.core.queue import work_queue

HOST = settings.STUDIO_HOST
WEB_THREADS = 8  # of each process
# Python computes in one thread at a time: a second process halves the wait when many press at once.
WEB_PROCESSES = int(os.environ.get("WEB_PROCESSES", min(2, os.cpu_count() or 1)))
BROKEN_STARTS = 3  # a Redis that dies so often in a row can't read its store
WORKER_NICENESS = 5  # pages answer first, yet a busy machine leaves workers something
# Training and rendering compute at once, and torch threads that share a core wait for each other.
WORKER_THREADS = max(1, (os.cpu_count() or 2) // 2)


def port():
    return int(settings.STUDIO_PORT)


def address(workers_only=False):
    """Where people find the studio; "" where nothing is served."""
    return "" if workers_only else settings.OWN_ADDRESS


def is_redis_embedded():
    return not os.environ.get("REDIS_URL")


def all_programs(workers_only=False):
    """The programs of this host, in starting order."""
    embedded = [redis_program()] if is_redis_embedded() else []
    web = [] if workers_only else [web_program()]
    return [*embedded, *web, *(worker_program(name) for name in work_queue.NAMES)]


def redis_program():
    binary = redis_server.find_binary()

    def before_start(deaths):
        if deaths and deaths % BROKEN_STARTS == 0:
            redis_server.set_aside(binary, settings.DATA_DIR)
        redis_server.command(binary, settings.DATA_DIR)  # makes the folders

    command = tuple(redis_server.command(binary, settings.DATA_DIR))
    return Program("redis", command, stop_seconds=5, before_start=before_start)


def web_program():
    command = (
        *(sys.executable, "-m", "gunicorn", "brandstudio.wsgi:application"),
        *("--bind", f"[{HOST}]:{port()}" if ":" in HOST else f"{HOST}:{port()}"),
        *(
            "--worker-class",
            "brandstudio.core.process.web_worker.StudioWorker",
            "--workers",
            str(WEB_PROCESSES),
            "--threads",
            str(WEB_THREADS),
        ),
        *("--limit-request-line", str(LONGEST_LINE)),
        *("--keep-alive", "75", "--timeout", "120", "--graceful-timeout", "5"),
        *("--chdir", str(settings.ROOT), "--no-control-socket", "--log-level", "warning"),
    )
    return Program("web", command, stop_seconds=6)


def worker_program(name):
    pulse = settings.DATA_DIR / "run" / f"worker-{name}.pulse"
    return Program(
        f"worker-{name}",
        (sys.executable, str(settings.ROOT / "manage.py"), "studio_worker", "--queue", name),
        stop_seconds=8,
        niceness=WORKER_NICENESS,
        env={
            "STUDIO_PULSE": str(pulse),
            "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", str(WORKER_THREADS)),
        },
        before_start=lambda deaths: pulse.unlink(missing_ok=True),
    )
