"""The site on PostgreSQL: `make test-slow`.

All run on the throw-away server of .ci/with-postgres and stay in one file, whose tests take turns:
their databases have the same names, and one of them stops the server.
"""

import os
import subprocess
import sys

import pytest
from django.conf import settings

pytestmark = pytest.mark.slow


def run_tests_on_postgresql(*arguments):
    """Run pytest in a process of its own whose database is PostgreSQL. Returns what it said."""
    plain = {name: set_to for name, set_to in os.environ.items() if "PYTEST_XDIST" not in name}
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", *arguments],
        cwd=settings.ROOT,
        env={**plain, "DATABASE_URL": os.environ["POSTGRES_URL"]},
        capture_output=True,
        text=True,
        check=False,
    )
    said = ended.stdout + ended.stderr
    assert ended.returncode == 0, said
    return said


def test_queue_and_workers_keep_their_promises_on_postgresql():
    said = run_tests_on_postgresql(
        "tests/core/test_queue.py", "tests/core/test_worker_faults.py", "tests/core/test_states.py"
    )

    assert " passed" in said


def test_rooms_work_on_postgresql():
    side_by_side = ["-n", "2", "--dist", "loadfile"]
    with_rows = ["tests/training", "tests/gallery", "--ignore=tests/gallery/engine"]

    said = run_tests_on_postgresql("-m", "not slow", *side_by_side, *with_rows)

    assert " passed" in said


def test_postgresql_stopped_and_started_loses_nothing():
    said = run_tests_on_postgresql("tests/core/on_postgresql.py")

    assert "1 passed" in said
