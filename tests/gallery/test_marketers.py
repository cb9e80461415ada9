"""Many people press Paint at one moment: a studio of its own, real gunicorn, Redis and workers."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.slow
def test_fifty_marketers_at_once_are_all_served_in_turns():
    # None of the tests' own settings: the benchmark makes a studio from nothing.
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
    command = [sys.executable, "-m", "benchmarks.marketers", "--people", "50", "--pictures", "2"]
    done = subprocess.run(
        [*command, "--steps", "4", "--json"],
        cwd=settings.ROOT,
        env=plain,
        capture_output=True,
        text=True,
        check=False,
    )

    found = json.loads(done.stdout.splitlines()[-1])
    assert found["faults"] == []
    assert (found["people"], found["pictures"], found["ready"]) == (50, 100, 100)
    # Served by turns: with two renderers nobody is ever more than two pictures ahead.
    assert found["ahead"] <= 2
    assert done.returncode == 0
