"""`.ci/install`: what a person sees while pip works, and what becomes of its failure."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WANTED = ("requirements.txt", "requirements-text.txt")


@pytest.fixture
def install(tmp_path):
    """install(seconds, status=0, every=60): the script, beside a pip that takes so long and ends
    so; it says every so many seconds that it goes on."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "install", tmp_path / ".ci")
    for name in WANTED:
        (tmp_path / name).touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)

    def install(seconds, status=0, every=60):
        python.write_text(
            f'#!/bin/sh\ncase "$*" in *pip*) sleep {seconds}; exit {status};; esac\n'
            f'exec {sys.executable} "$@"\n'
        )
        python.chmod(0o755)
        return subprocess.run(
            [tmp_path / ".ci" / "install", WANTED[0]],
            env={**os.environ, "INSTALL_TELLS_EVERY": str(every)},
            capture_output=True,
            text=True,
            check=False,
        )

    return install


def test_long_installation_says_that_it_goes_on(install):
    ended = install(3, every=1)

    assert ended.returncode == 0
    assert "still installing requirements.txt, " in ended.stdout


def test_short_installation_adds_no_line_to_the_log(install):
    assert "still" not in install(0).stdout


def test_failed_installation_is_not_taken_for_done(install):
    assert install(0, status=1).returncode == 1
    assert "pip could not install requirements.txt" in install(0, status=1).stderr
    assert install(0).returncode == 0
