"""Prompts as people write them and as they are sent: slots, trigger words, how long they may be.

Style tags and weights are read in training.engine.prompts: style_tags, word_weights.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from gallery.engine.slots import SLOT
from training.engine.errors import EngineError
from training.engine.prompts import style_tags, word_weights
from training.engine.prompts.style_tags import Tag, tidy
from training.engine.prompts.tag_lookalikes import Suggest, written

LONGEST = 2000  # characters; far beyond what any text encoder reads


@dataclass(frozen=True)
class Piece:
    """A run of the prompt and where it comes from: "trigger", "text", "slot" or "free"."""

    kind: str
    text: str


def split_tags(prompt: str, suggest: Suggest = written) -> tuple[str, list[Tag]]:
    """As style_tags.split_tags; raises ("prompt-too-long") beyond LONGEST characters as well."""
    check_length(prompt)
    return style_tags.split_tags(prompt, suggest)


def check_length(prompt: str) -> None:
    """Raise EngineError("prompt-too-long") beyond LONGEST characters."""
    if len(prompt) > LONGEST:
        raise EngineError("prompt-too-long", length=len(prompt), limit=LONGEST)


def compose(
    text: str,
    slots: Mapping[str, str] | None = None,
    triggers: Iterable[str] = (),
    free: str = "",
    neutral: str = "",
) -> list[Piece]:
    """What is sent, in pieces: trigger words, then the text with its slots filled, then free text.

    triggers are read as they stand, whatever brackets they have, since a style learned them so.
    neutral: the base's own opening words, which stand where a trigger would when there is none.
    A slot whose phrase is empty leaves no stray comma. Raises KeyError for a slot without a value
    and EngineError("prompt-empty") when nothing is left.
    """
    opening = [word for word in dict.fromkeys(tidy(t) for t in triggers) if word]
    if not opening and (neutral := tidy(neutral)):
        opening = [neutral]
    opening = [word_weights.literal(word) for word in opening]
    body = _filled(text, slots or {})
    if free := tidy(free):
        body.append([Piece("free", free)])
    if not body:
        raise EngineError("prompt-empty")
    return _listed([[Piece("trigger", word)] for word in opening] + body)


def joined(pieces: Iterable[Piece]) -> str:
    """The prompt as the text encoder gets it."""
    return "".join(piece.text for piece in pieces)


def _filled(text: str, slots: Mapping[str, str]) -> list[list[Piece]]:
    """The text's clauses, which are what stands between commas, with each slot's phrase in place.

    Clauses that end up empty are left out, so a slot without a phrase leaves no stray comma.
    """
    clauses: list[list[Piece]] = [[]]
    for index, part in enumerate(SLOT.split(text)):
        if index % 2:
            clauses[-1].append(Piece("slot", tidy(slots[part])))
            continue
        first, *others = part.split(",")
        clauses[-1].append(Piece("text", first))
        clauses += [[Piece("text", other)] for other in others]
    return [clause for clause in map(_spaced, clauses) if clause]


def _spaced(clause: list[Piece]) -> list[Piece]:
    """The clause with single spaces, none at its ends."""
    pieces: list[Piece] = []
    for piece in clause:
        text = re.sub(r"\s+", " ", piece.text)
        if not pieces or pieces[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if text:
            pieces.append(Piece(piece.kind, text))
    if pieces and pieces[-1].text.endswith(" "):
        last = pieces.pop()
        if text := last.text.rstrip(" "):
            pieces.append(Piece(last.kind, text))
    return pieces


def _listed(clauses: list[list[Piece]]) -> list[Piece]:
    pieces = list(clauses[0])
    for clause in clauses[1:]:
        pieces += [Piece("text", ", "), *clause]
    return pieces
