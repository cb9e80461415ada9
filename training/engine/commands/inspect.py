"""`inspect`: what a LoRA file is."""

import argparse
import json

from training.engine.commands.outcome import DONE, FAILED
from training.engine.lora import weight_files
from training.engine.lora.report import LoraReport


def run(options: argparse.Namespace) -> int:
    report = weight_files.inspect(options.file)
    if options.json:
        print(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
    else:
        _print_report(report)
    return DONE if report.usable else FAILED


def _print_report(report: LoraReport) -> None:
    parts = ", ".join(f"{part} {count}" for part, count in report.parts.items())
    alpha = "not stored" if report.alpha is None else f"{report.alpha:g}"
    for label, value in (
        ("file", f"{report.name}, {report.size / 1e6:.2f} MB, {report.dtype}"),
        ("family", report.family + (f" (claims {report.claimed})" if report.claimed else "")),
        ("dialect", report.dialect),
        ("rank", report.rank),
        ("alpha", alpha),
        ("modules", f"{report.modules} ({parts})"),
        ("numbers", f"{report.params:,}"),
        ("triggers", report.trigger_words or "–"),
        *report.hashes.items(),
    ):
        print(f"{label:17} {value}")
    for key in sorted(report.metadata):
        # A foreign file must not steer the terminal.
        print(f"  {_printable(key)} = {_printable(report.metadata[key][:100])}")
    for problem in report.problems:
        print(f"problem: {_printable(str(problem))}")
    for note in report.notes:
        print(f"note: {_printable(str(note))}")
    print("usable" if report.usable else "not usable")


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)
