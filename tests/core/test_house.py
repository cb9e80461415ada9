"""The house's own rules: style, who knows whom, migrations, start-up weight."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command

ROOT = Path(__file__).parents[2]


def run(*command):
    """Run a tool of this environment in the root; returns (exit code, everything it said)."""
    program = Path(sys.executable).with_name(command[0])
    ended = subprocess.run(
        [program, *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize(
    "command",
    [
        ("ruff", "check", "--no-cache", "."),
        ("ruff", "format", "--no-cache", "--check", "."),
        ("lint-imports", "--no-cache"),
    ],
    ids=["style", "format", "who may know whom"],
)
def test_house_rule_is_kept(command):
    code, said = run(*command)

    assert code == 0, said


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    ("module", "stranger"),
    [
        ("training.engine", "django"),
        ("training.minibase", "django"),
        ("gallery.engine", "django"),
        ("brandstudio.core.device", "django"),
        ("brandstudio.core.redis_server", "django"),
    ],
)
def test_engine_comes_without_the_site(module, stranger):
    code = f"import {module}, sys; sys.exit({stranger!r} in sys.modules)"

    assert run("python", "-c", code) == (0, "")


def test_web_process_comes_without_torch():
    code = (
        "import django, os, sys;"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'brandstudio.settings';"
        "django.setup();"
        "import brandstudio.wsgi, brandstudio.urls, importlib;"
        "importlib.import_module('django.urls').get_resolver().url_patterns;"
        "sys.exit('torch' in sys.modules)"
    )

    assert run("python", "-c", code)[0] == 0
