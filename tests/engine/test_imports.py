"""The engine stands alone: no Django, and describing things costs no torch."""

import subprocess
import sys

import pytest

ENGINE = ["cli", "trainer", "sampling", "lora_files", "evaluation", "labelers", "checkpoints"]


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (ENGINE, ["django", "rq", "brandstudio", "gallery"]),
        (["config", "captions", "images", "base_models", "errors", "events"], ["torch", "django"]),
    ],
)
def test_fresh_interpreter_imports_only_what_it_should(modules, absent):
    names = ", ".join(f"training.engine.{name}" for name in modules)
    code = f"import sys, {names}; print([m for m in {absent!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
