"""Prompts as people write them and as they are sent: style tags, slots, trigger words."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from training.engine.errors import EngineError

TAG = re.compile(r"<\s*lora\s*:[^<>]*>", re.IGNORECASE)
_PARTS = re.compile(r"<\s*lora\s*:\s*([^:<>]+?)\s*(?::\s*([^:<>]*?)\s*)?>", re.IGNORECASE)
SLOT = re.compile(r"\{([a-z][a-z0-9_]*)\}")
LONGEST = 2000  # characters; far beyond what any text encoder reads


@dataclass(frozen=True)
class Tag:
    """A style called in a prompt: <lora:name:0.7>. strength is None where none was written."""

    name: str
    strength: float | None


@dataclass(frozen=True)
class Piece:
    """A run of the prompt and where it comes from: "trigger", "text", "slot" or "free"."""

    kind: str
    text: str


def split_tags(prompt: str) -> tuple[str, list[Tag]]:
    """The prompt without its style tags, tidied, and the tags in their order.

    Raises EngineError("prompt-bad-tag") for a tag without a name or with a strength that is no
    number, and ("prompt-too-long") beyond LONGEST characters.
    """
    if len(prompt) > LONGEST:
        raise EngineError("prompt-too-long", length=len(prompt), limit=LONGEST)
    tags = [_read_tag(match[0]) for match in TAG.finditer(prompt)]
    return tidy(TAG.sub(" ", prompt)), tags


def _read_tag(text: str) -> Tag:
    match = _PARTS.fullmatch(text)
    try:
        strength = None if match[2] is None else float(match[2])
    except (TypeError, ValueError) as error:
        raise EngineError("prompt-bad-tag", tag=text) from error
    if strength is not None and not abs(strength) < 100:  # catches nan and inf as well
        raise EngineError("prompt-bad-tag", tag=text)
    return Tag(match[1], strength)


def write_tag(tag: Tag) -> str:
    """The tag as `split_tags` reads it."""
    return f"<lora:{tag.name}>" if tag.strength is None else f"<lora:{tag.name}:{tag.strength:g}>"


def resolve(tags: Iterable[Tag], known: Mapping[str, object]) -> list[tuple[object, Tag]]:
    """Each tag with what its name stands for; a later tag of the same name replaces the earlier.

    known: name → anything. Raises EngineError("pack-unknown") naming the nearest known name.
    """
    found = {}
    for tag in tags:
        if tag.name not in known:
            near = difflib.get_close_matches(tag.name, list(known), n=1, cutoff=0)
            raise EngineError("pack-unknown", name=tag.name, nearest=near[0] if near else "–")
        found[tag.name] = (known[tag.name], tag)
    return list(found.values())


def compose(
    text: str,
    slots: Mapping[str, str] | None = None,
    triggers: Iterable[str] = (),
    free: str = "",
    neutral: str = "",
) -> list[Piece]:
    """What is sent, in pieces: trigger words, then the text with its slots filled, then free text.

    neutral: the base's own opening words, which stand where a trigger would when there is none.
    A slot whose phrase is empty leaves no stray comma. Raises KeyError for a slot without a value
    and EngineError("prompt-empty") when nothing is left.
    """
    opening = [word for word in dict.fromkeys(tidy(t) for t in triggers) if word]
    if not opening and (neutral := tidy(neutral)):
        opening = [neutral]
    body = _filled(text, slots or {})
    if free := tidy(free):
        body.append([Piece("free", free)])
    if not body:
        raise EngineError("prompt-empty")
    return _listed([[Piece("trigger", word)] for word in opening] + body)


def joined(pieces: Iterable[Piece]) -> str:
    """The prompt as the text encoder gets it."""
    return "".join(piece.text for piece in pieces)


def tidy(text: str) -> str:
    """One line, single spaces, no doubled or dangling commas."""
    clauses = (" ".join(clause.split()) for clause in text.split(","))
    return ", ".join(clause for clause in clauses if clause)


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
    kept: list[Piece] = []
    for piece in clause:
        text = re.sub(r"\s+", " ", piece.text)
        if not kept or kept[-1].text.endswith(" "):
            text = text.lstrip(" ")
        if text:
            kept.append(Piece(piece.kind, text))
    if kept and kept[-1].text.endswith(" "):
        last = kept.pop()
        if text := last.text.rstrip(" "):
            kept.append(Piece(last.kind, text))
    return kept


def _listed(clauses: list[list[Piece]]) -> list[Piece]:
    pieces = list(clauses[0])
    for clause in clauses[1:]:
        pieces += [Piece("text", ", "), *clause]
    return pieces
