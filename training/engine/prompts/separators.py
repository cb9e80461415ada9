"""What people put between the parts of a list in one line: commas and their Chinese kin."""

from __future__ import annotations

import re

from training.engine.prompts import letters

_BETWEEN = re.compile("[,，、;；]")


def terms(text: str) -> list[str]:
    """The parts between separators, with one blank between words; empty ones are left out."""
    parts = map(letters.one_line, _BETWEEN.split(text))
    return [part for part in parts if part]


def words(text: str) -> list[str]:
    """The parts between separators or blanks, for lists whose parts have no blank inside."""
    return _BETWEEN.sub(" ", text).split()
