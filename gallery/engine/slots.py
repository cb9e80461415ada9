"""Slots as they stand in texts, {colour}; and what looks like one, or can't be read."""

from __future__ import annotations

import re

SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_BRACED = re.compile(r"[{｛]+[^{}｛｝]*[}｝]*|[}｝]+")
_NOT_ENGLISH = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff]+"
)
_SHOWN = 24  # characters of a piece that a message shows


def named_in(text: str) -> set[str]:
    """The names of the slots that stand in the text."""
    return set(SLOT.findall(text))


def not_a_slot(text: str) -> str | None:
    """The first piece with a brace that is no slot, which a model would read as words."""
    pieces = (match[0] for match in _BRACED.finditer(text))
    return next((_shown(piece) for piece in pieces if not SLOT.fullmatch(piece)), None)


def brace(text: str) -> str | None:
    """The first piece with a brace, slot or not: for texts in which no slot acts."""
    match = _BRACED.search(text)
    return _shown(match[0]) if match else None


def not_english(text: str) -> str | None:
    """The first run of Chinese, Japanese or Korean, which the text encoders never learned."""
    match = _NOT_ENGLISH.search(text)
    return _shown(match[0]) if match else None


def _shown(piece: str) -> str:
    piece = piece.strip()
    return piece if len(piece) <= _SHOWN else piece[:_SHOWN] + "…"
