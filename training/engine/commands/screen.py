"""`screen`: the quality of a folder's pictures."""

import argparse
import json

from training.engine import screening
from training.engine.commands.inputs import print_passed_over
from training.engine.commands.outcome import DONE, REFUSED, fail
from training.engine.errors import EngineError


def run(options: argparse.Namespace) -> int:
    try:
        settings = screening.ScreenSettings(resolution=options.resolution)
        reports = screening.screen_folder(options.input, settings)
    except EngineError as error:
        return fail(error, REFUSED)
    print_passed_over(options.input)
    if options.json:
        print(json.dumps([report.to_json() for report in reports], ensure_ascii=False, indent=2))
        return DONE
    for report in reports:
        print(f"{report.name}  {report.width} × {report.height}")
        for finding in report.findings:
            explanation, suggestion = screening.explain(finding, report.name)
            print(f"  {explanation} {suggestion}".rstrip())
    return DONE
