"""What people type when they mean `<lora:name:0.7>` and write something else."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from training.engine.errors import EngineError
from training.engine.prompts import strengths

Suggest = Callable[[str, float | None], str]  # the tag that is offered for a name and a strength

_RELATIVES = {"lora", "lyco", "lycoris", "locon", "loha", "lokr"}
_SLIPS = {"ora", "lra", "loa", "lor", "olra", "lroa", "loar", "llora", "loora", "lorra", "loraa"}
_SLIPS |= {"loras", "l0ra", "1ora", "iora"}

_INSIDE = r"(?:[^<>\n,。]|(?<=\d)[,。](?=\d)){0,80}"  # commas end it, save those of a number
_NUMBER = r"[+-]?\d*[.,。·_]?\d+\s?%?"
_BRACKETED = re.compile(
    # closed or not, with a colon or without one
    rf"(?P<angle>[<〈《‹«⟨]|&lt;)\s*(?:(?P<word>[^\W\d][^\W_]{{0,15}})\s*[:∶꞉ː]"
    rf"|(?P<bare>lora|lyco|locon)\b){_INSIDE}>?",
    re.IGNORECASE,
)
_BARE = re.compile(
    # name:…:number, with whatever parts them
    rf"(?<!\w)(?P<word>[^\W_]{{2,7}})\s?[:∶=|;]\s?[^\s:∶=|;<>,][^:∶=|;<>,\n]{{0,60}}"
    rf"[:∶=|;]\s?{_NUMBER}>?"
)
_BARE_NAME = re.compile(r"(?<!\w)(?:lora|lyco)[:∶][^\s:∶<>,]{1,60}>?", re.IGNORECASE)
_TAIL = re.compile(rf"[\w.-]{{1,60}}\s?:\s?{_NUMBER}\s?>")  # of a tag that lost its beginning


@dataclass(frozen=True)
class Lookalike:
    """What stands in the text, and why it can't be taken."""

    text: str
    refusal: EngineError


def written(name: str, strength: float | None) -> str:
    """The tag of a name and a strength, as it should be."""
    return f"<lora:{name}>" if strength is None else f"<lora:{name}:{strength:g}>"


def first(words: str, suggest: Suggest = written) -> Lookalike | None:
    """The first thing in a text that is like a style tag; None where nothing is."""
    plain = unicodedata.normalize("NFKC", words)
    visible = "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")  # invisible
    return next(_all(visible, suggest), None)


def nearest(text: str) -> float | None:
    """The strength that was probably meant: 07, 0,7 and 70% are 0.7. None if none is possible."""
    match = re.search(_NUMBER, unicodedata.normalize("NFKC", text))
    if not match:
        return None
    digits = re.sub(r"[,。·_]", ".", match[0].rstrip("% "))
    number = strengths.read(re.sub(r"^([+-]?)0(?=\d)", r"\g<1>0.", digits))
    if number is not None and match[0].endswith("%"):
        number /= 100
    is_possible = number is not None and strengths.LEAST <= number <= strengths.MOST
    return number if is_possible else None


def _all(visible: str, suggest: Suggest) -> Iterator[Lookalike]:
    for match in _BRACKETED.finditer(visible):
        word = (match["word"] or match["bare"]).lower()
        if _near_lora(word):
            after = match.end("word" if match["word"] else "bare") - match.start()
            yield _like(match[0], after, suggest)
        elif match["angle"] == "<" and re.fullmatch(rf"<[^:]*:\s*{_NUMBER}\s*>", match[0]):
            yield _like(match[0], 0, suggest)  # <name:0.7>
        elif match["angle"] == "<" and word.isascii():
            # Of any such thing WebUI makes a call; we have nothing else to be called.
            yield Lookalike(match[0], EngineError("prompt-tag-unsupported", tag=match[0].strip()))
    for match in _BARE.finditer(visible):
        if match["word"].lower() in _RELATIVES | _SLIPS:
            yield _like(match[0], len(match["word"]), suggest)
    for match in _BARE_NAME.finditer(visible):
        yield _like(match[0], len("lora"), suggest)
    for match in _TAIL.finditer(visible):
        yield _like(match[0], 0, suggest)


def _near_lora(word: str) -> bool:
    if word in _RELATIVES | _SLIPS:
        return True
    return len(word) <= 5 and difflib.SequenceMatcher(None, word, "lora").ratio() >= 0.75


def _like(text: str, after: int, suggest: Suggest) -> Lookalike:
    """after: where in the text the word like lora ends."""
    inside = text[after:].strip(" :∶꞉ː=<>")
    if re.search(r"[:∶꞉ː]", inside):
        name, strength, *_more = re.split(r"[:∶꞉ː=|;]", inside)
    else:
        apart = re.fullmatch(rf"[\s=;|/._-]*(.*?)[\s=;|/_-]+({_NUMBER})", inside)
        name, strength = apart.groups() if apart else (inside, "")
    name = name.strip(" .\"'()[]{}〉》›»⟩")
    suggestion = suggest(name, nearest(strength)) if name else written("name", None)
    return Lookalike(text, EngineError("prompt-tag-like", tag=text.strip(), meant=suggestion))
