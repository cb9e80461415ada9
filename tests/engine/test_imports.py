"""The engine stands alone: no Django, and describing things costs no torch."""

import subprocess
import sys

import pytest

ENGINE = [
    *("cli", "train.trainer", "sampling.renderer", "lora.weight_files", "data.labelers"),
    *("evaluate.strength_sheet", "evaluate.checkpoint_scores"),
]
LIGHT = [
    *("config.run_config", "data.captions.tables", "data.images", "base.base_models"),
    *("errors", "events"),
]


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (ENGINE, ["django", "rq", "brandstudio", "gallery"]),
        (LIGHT, ["torch", "django"]),
    ],
)
def test_fresh_interpreter_imports_only_what_it_should(modules, absent):
    names = ", ".join(f"training.engine.{name}" for name in modules)
    code = f"import sys, {names}; print([m for m in {absent!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
