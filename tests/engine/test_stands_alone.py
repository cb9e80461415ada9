"""The engine stands alone: installed from its wheel beside eight packages, and nothing else."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PACKAGES = (
    *("torch", "diffusers", "peft", "transformers"),
    *("safetensors", "numpy", "Pillow", "PyYAML"),
)

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy so that nothing is left in the tree."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    shutil.copy(ROOT / "pyproject.toml", source)
    shutil.copytree(
        ROOT / "training", source / "training", ignore=shutil.ignore_patterns("__pycache__")
    )
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", out, source)
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def engine(wheel, tmp_path_factory):
    """Run Python where only the wheel, the packages and what these require can be imported."""
    site, home = tmp_path_factory.mktemp("site"), tmp_path_factory.mktemp("home")
    pip("install", "--no-deps", "--target", site, wheel)
    for name in closure(PACKAGES):
        for entry in {file.parts[0] for file in distribution(name).files}:
            if entry not in ("..", "__pycache__") and not (site / entry).exists():
                (site / entry).symlink_to(distribution(name).locate_file(entry))
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONPATH": str(site),
        "OMP_NUM_THREADS": "1",
    }

    def run(*arguments):
        # -S: without the site-packages of the tests.
        return subprocess.run(
            [sys.executable, "-S", *map(str, arguments)],
            cwd=home,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def closure(names):
    """The names, and everything they can't be installed without."""
    reached, queue = set(), list(names)
    while queue:
        name = queue.pop().lower().replace("_", "-")
        if name in reached:
            continue
        try:
            required = distribution(name).requires or []
        except PackageNotFoundError:  # the index knows a build of another kind
            continue
        reached.add(name)
        needs = map(Requirement, required)
        queue += [need.name for need in needs if not need.marker or need.marker.evaluate()]
    return reached


def test_wheel_holds_every_file_of_the_engine_and_no_other(wheel):
    held = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert held == {
        path.relative_to(ROOT).as_posix()
        for room in ("engine", "minibase")
        for path in (ROOT / "training" / room).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def test_wheel_asks_for_nothing_that_the_packages_do_not_bring(wheel):
    archive = zipfile.ZipFile(wheel)
    metadata = next(name for name in archive.namelist() if name.endswith("/METADATA"))
    asked = re.findall(r"^Requires-Dist: (.+)$", archive.read(metadata).decode(), re.MULTILINE)
    needed = {Requirement(one).name.lower() for one in asked if "extra ==" not in one}

    assert needed <= closure(PACKAGES)


def test_installed_engine_trains_inspects_and_generates(engine, make_config, toy_folder, tmp_path):
    assert engine("-c", "import django").returncode != 0
    settings = tmp_path / "run.yaml"
    settings.write_text(make_config(family="studio-mini", max_steps=3).to_yaml(), encoding="utf-8")
    style, picture = tmp_path / "style" / "style.safetensors", tmp_path / "picture.png"
    command = ("-m", "training.engine")

    trained = engine(*command, "train", "--config", settings)
    inspected = engine(*command, "inspect", style, "--json")
    generated = engine(
        *command,
        "generate",
        "--prompt=an arcade <lora:style:0.7>",
        f"--lora-dir={style.parent}",
        f"--base-model={toy_folder / 'studio-mini'}",
        "--steps=2",
        f"--output={picture}",
    )

    assert (trained.returncode, "finished" in trained.stdout) == (0, True), trained.stderr
    assert json.loads(inspected.stdout)["rank"] == 2
    assert (generated.returncode, picture.is_file()) == (0, True), generated.stderr


def test_installed_engine_carries_its_base_and_its_vocabulary(engine, dataset, tmp_path):
    picture, captions = tmp_path / "picture.png", tmp_path / "captions.csv"
    command = ("-m", "training.engine")

    generated = engine(
        *command, "generate", "--prompt=a car", "--steps=1", f"--output={picture}"
    )  # with the bundled base
    labelled = engine(*command, "label", "--input", dataset, "--output", captions)

    assert (generated.returncode, picture.is_file()) == (0, True), generated.stderr
    assert (labelled.returncode, captions.is_file()) == (0, True), labelled.stderr


def test_command_without_its_optional_package_says_which(engine, dataset):
    screened = engine("-m", "training.engine", "screen", "--input", dataset)

    assert screened.returncode == 1
    assert "“screen” needs the package “" in screened.stderr
    assert "Traceback" not in screened.stderr
