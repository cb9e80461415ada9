"""The engine stands alone: no Django, and describing things costs no torch."""

import subprocess
import sys

import pytest

COMMANDS = [
    *("commands.train", "commands.label", "commands.screen"),
    *("commands.generate", "commands.inspect", "commands.export"),
]
LIGHT = [
    *("cli", "config.run_config", "config.reference", "data.captions.tables", "data.images"),
    *("base.base_models", "families", "lora.fit", "lora.report", "errors", "events"),
]


@pytest.mark.parametrize(
    ("modules", "absent"),
    [
        (COMMANDS, ["django", "rq", "brandstudio", "gallery"]),
        (LIGHT, ["torch", "diffusers", "transformers", "scipy", "django"]),
    ],
)
def test_fresh_interpreter_imports_only_what_it_should(modules, absent):
    names = ", ".join(f"training.engine.{name}" for name in modules)
    code = f"import sys, {names}; print([m for m in {absent!r} if m in sys.modules])"

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "[]"
