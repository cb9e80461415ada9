"""The house's own rules: style, who knows whom, migrations, start-up weight."""

import ast
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from django.apps import apps
from django.core.management import call_command

from brandstudio.core.queue import housekeeping
from gallery.problems import sentence

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
        pytest.param(("mypy",), marks=pytest.mark.slow),  # `make lint` looks at the types too
    ],
    ids=["style", "format", "who may know whom", "types"],
)
def test_house_rule_is_kept(command):
    code, said = run(*command)

    assert code == 0, said


def test_picture_of_the_rooms_is_drawn_from_the_code_as_it_is():
    code = (
        "import sys; sys.path.insert(0, 'docs/tools');"
        "import draw_rooms as d;"
        "raise SystemExit(d.drawn() != d.PICTURE.read_text(encoding='utf-8'))"
    )

    assert run("python", "-c", code)[0] == 0, "run python docs/tools/draw_rooms.py"


@pytest.mark.django_db
def test_models_and_migrations_agree():
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize(
    ("module", "stranger"),
    [
        ("training.engine", "django"),
        ("training.minibase", "django"),
        ("gallery.engine", "django"),
        ("brandstudio.core.queue.device", "django"),
        ("brandstudio.core.process.redis_server", "django"),
    ],
)
def test_engine_comes_without_the_site(module, stranger):
    code = f"import {module}, sys; sys.exit({stranger!r} in sys.modules)"

    assert run("python", "-c", code) == (0, "")


def test_web_process_and_jobs_come_without_torch_and_scipy():
    code = (
        "import django, os, sys;"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'brandstudio.settings';"
        "django.setup();"
        "import brandstudio.wsgi, brandstudio.urls, importlib, training.jobs;"
        "importlib.import_module('django.urls').get_resolver().url_patterns;"
        "sys.exit(bool({'torch', 'scipy'} & set(sys.modules)))"
    )

    assert run("python", "-c", code)[0] == 0


def imported_packages(*places):
    """Top-level names of everything the Python files below these places import."""
    names = set()
    files = [path for place in places for path in sorted((ROOT / place).rglob("*.py"))]
    for path in files:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    return names


def pinned_packages(name):
    """Distributions that a requirements file pins, and those of the files it includes."""
    pinned = set()
    for line in (ROOT / name).read_text().splitlines():
        line = line.partition("#")[0].strip()
        if line.startswith("-r "):
            pinned |= pinned_packages(line.removeprefix("-r ").strip())
        elif line:
            assert "==" in line, f"{name}: {line} is not pinned"
            pinned.add(re.split(r"[\[=]", line)[0].lower().replace("_", "-"))
    return pinned


# Imported inside functions of `manage.py messages`, which only developers run.
TOOLS_OF_DEVELOPMENT = {"babel", "polib"}


@pytest.mark.parametrize(
    ("requirements", "places"),
    [
        ("requirements.txt", ["brandstudio", "training", "gallery"]),
        ("requirements-dev.txt", ["tests", "benchmarks", "docs"]),
    ],
)
def test_what_is_imported_is_pinned(requirements, places):
    own = {"brandstudio", "training", "gallery", "tests", "benchmarks"}
    homes = packages_distributions()
    imported = imported_packages(*places) - own - set(sys.stdlib_module_names)

    pinned = pinned_packages(requirements) | pinned_packages("requirements-text.txt")  # optional
    missing = {
        name
        for name in imported
        if not {home.lower().replace("_", "-") for home in homes.get(name, [name])} & pinned
    }

    assert missing - TOOLS_OF_DEVELOPMENT == set()


def refusals():
    """(file, code) of each refusal that the rooms word in place."""
    for room in (ROOT / "gallery", ROOT / "training"):
        for path in room.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                name = node.func if isinstance(node, ast.Call) else None
                if getattr(name, "id", "") == "Refused" and isinstance(node.args[0], ast.Constant):
                    yield path.name, node.args[0].value


def test_every_refusal_has_its_sentence():
    codes = list(refusals())

    assert len(codes) > 50
    assert [where for where in codes if sentence(where[1]) == where[1]] == []


NO_FILES = {
    ("BaseModel", "sha256"),  # of a checkpoint in its own folder
    ("Download", "sha256"),  # of what left; it is made again from its picture
    ("Fingerprint", "pixels_sha256"),  # of what a picture shows, whatever file it is
    ("InitImageUpload", "pixels_sha256"),
    ("LocalFeatures", "sha256"),  # of a barred picture; they keep no file
    ("SoughtPicture", "sha256"),
    ("PaintedPhotograph", "pixels_sha256"),
    ("ProductCutout", "pixels_sha256"),
    ("TrainingImage", "pixels_sha256"),
    ("Snapshot", "sha256"),  # of its content
    ("WeightsContent", "sha256"),  # remembered when the file is gone
    ("WeightsDownload", "sha256"),  # of what left
    ("WeightsDownload", "weights_sha256"),  # remembered longer than the weights are kept
}


def test_every_column_of_hashes_says_whether_it_names_stored_files():
    hashes = {
        (model.__name__, field.name)
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if "sha256" in field.name
    }
    named = {(model.__name__, column) for model, column in housekeeping.blob_columns()}

    assert ("SnapshotImage", "sha256") in named
    assert hashes - named == NO_FILES
