"""Is this picture fit to learn from? One check per file; `screen` asks them all.

A check module has ADVICE (code -> Advice) and `check(picture, settings)`, which returns its
measures and its findings. It knows no other check.
"""

from training.engine.screening.duplicates import (
    Duplicate,
    fingerprint_of,
    near_duplicates,
    near_ones,
)
from training.engine.screening.report import Advice, Finding, Report, Severity
from training.engine.screening.screen import ADVICE, explain, screen_file, screen_folder
from training.engine.screening.settings import ScreenSettings

__all__ = [
    "ADVICE",
    "Advice",
    "Duplicate",
    "Finding",
    "Report",
    "ScreenSettings",
    "Severity",
    "explain",
    "fingerprint_of",
    "near_duplicates",
    "near_ones",
    "screen_file",
    "screen_folder",
]
