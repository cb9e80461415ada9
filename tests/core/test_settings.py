"""Settings from the environment: what can't be read is one line that names it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BIN_DAYS", "soon"),
        ("DJANGO_DEBUG", "maybe"),
        ("STUDIO_UMASK", "9"),
        ("STUDIO_CLOCK", "½"),
        ("SCREENING", "{"),
        ("AIGC_PRODUCER_CODE", "001191110000600037342L1GS80"),  # a digit of it mistyped
    ],
)
def test_value_that_cannot_be_read_is_named_in_one_line(tmp_path, name, value):
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "brandstudio.settings",
        "STUDIO_DATA_DIR": str(tmp_path),
        name: value,
    }

    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    [line] = ended.stderr.splitlines()
    assert ended.returncode == 1
    assert f'"{name}"' in line
