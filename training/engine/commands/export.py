"""`export`: a copy of a LoRA file for other tools, with its card and preview."""

import argparse

from training.engine.base.base_models import describe
from training.engine.commands.inputs import base_dirs, print_warnings, refuse_idle
from training.engine.commands.outcome import DONE
from training.engine.sampling import style_export
from training.engine.sampling.renderer import Renderer


def run(options: argparse.Namespace) -> int:
    refuse_idle("--prompt", options.prompt, "--base-model", options.base_model)
    described = _described(options)
    style_export.check(options.file, options.output, options.profile, **described)
    print_warnings([options.file])
    base = options.base_model and describe(options.base_model, base_dirs())
    exported = style_export.export(
        options.file,
        options.output,
        options.profile,
        **described,
        precision=options.precision,
        renderer=Renderer(base) if base else None,
        prompt=options.prompt,
    )
    for path in filter(None, (exported.path, exported.card, exported.preview)):
        print(path)
    print(f"sha256 {exported.sha256}")
    return DONE


def _described(options: argparse.Namespace) -> dict:
    return {
        "name": options.name,
        "licence": options.license,
        "trigger_words": options.trigger,
        "strength": options.strength,
    }
