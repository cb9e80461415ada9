"""Screen one file or a folder: open each picture once, ask every check, gather the answers."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from training.engine.data.image_folder import FolderFiles, find_images
from training.engine.errors import SENTENCES, EngineError, filled
from training.engine.screening import (
    blur,
    borders,
    duplicates,
    exposure,
    jpeg,
    screenshot,
    size,
    subject,
    text,
    unfit,
)
from training.engine.screening.report import Advice, Finding, Report, Severity
from training.engine.screening.screened_image import open_screened
from training.engine.screening.settings import ScreenSettings

CHECKS = (size, blur, jpeg, exposure, subject, borders, screenshot, text, unfit)

REFUSALS = (
    "image-unreadable",
    "image-too-large",
    "image-name-unreadable",
    "image-name-taken",
    "folder-unreadable",
)

ADVICE: dict[str, Advice] = {
    code: advice for part in (*CHECKS, duplicates) for code, advice in part.ADVICE.items()
} | {code: Advice(SENTENCES[code], "") for code in REFUSALS}


def explain(finding: Finding, name: str) -> tuple[str, str]:
    """(explanation, suggestion) in English; the suggestion may be empty."""
    facts = {"name": name, **finding.facts}
    explanation, suggestion = ADVICE[finding.code]
    return filled(explanation, facts), filled(suggestion, facts)


def screen_file(
    path: str | Path, settings: ScreenSettings | None = None, name: str | None = None
) -> Report:
    """What is wrong with one picture; a file that can't be read is a finding, not an error.

    name: how to call the picture where the file's own name says nothing (a stored upload).
    """
    settings = settings or ScreenSettings()
    name = name or Path(path).name
    try:
        image = open_screened(path, settings, name)
    except EngineError as error:
        return _refused(name, error)
    measures: dict[str, Any] = {}
    findings: list[Finding] = []
    for part in CHECKS:
        numbers, more = part.check(image, settings)
        measures |= numbers
        findings += more
    return Report(
        name=name,
        width=image.width,
        height=image.height,
        findings=tuple(findings),
        measures=measures,
        phash=duplicates.fingerprint(image),
    )


def screen_folder(
    source: str | Path | Iterable[str | Path], settings: ScreenSettings | None = None
) -> list[Report]:
    """Reports on all pictures of a folder (its sub-folders too) or of a list of paths, by name.

    Near-duplicates are among the findings: each pair is told at the later name.
    Raises EngineError: folder-missing, folder-unreadable, folder-without-images.
    """
    settings = settings or ScreenSettings()
    images = _images_of(source)
    reports = {name: screen_file(path, settings, name) for name, path in images.files.items()}
    hashes = {name: report.phash for name, report in reports.items()}
    for pair in duplicates.near_duplicates(hashes, settings):
        report = reports[pair.name]
        reports[pair.name] = dataclasses.replace(
            report, findings=(*report.findings, pair.finding(settings))
        )
    return [*reports.values(), *(_refused(fault.facts["name"], fault) for fault in images.faults)]


def _images_of(source) -> FolderFiles:
    if isinstance(source, str | Path):
        images = find_images(source)
        if not images.files and not images.faults:
            raise EngineError("folder-without-images", path=str(source), key="--input")
        return images
    return FolderFiles({Path(path).as_posix(): Path(path) for path in sorted(map(str, source))}, [])


def _refused(name: str, error: EngineError) -> Report:
    facts = {key: value for key, value in error.facts.items() if key != "name"}
    fault = Finding("readable", error.code, Severity.FAULT, 0.0, 1.0, facts=facts)
    return Report(name=name, width=0, height=0, findings=(fault,))
