"""Chinese words put into English by a glossary, for bases that read English only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_HAN_RUN = re.compile(f"[{HAN}]+")
# Between two terms these say nothing that a picture shows, or join what is seen together.
_PARTICLES = {
    "的": "", "之": "", "在": "", "里": "", "中": "", "上": "", "有": "",
    "和": "and", "与": "and", "及": "and",
    "一辆": "a", "一个": "a", "一座": "a", "一条": "a",
}  # fmt: skip
_ONLY_PARTICLES = re.compile("|".join(sorted(_PARTICLES, key=len, reverse=True)))
_MARKS = re.compile("[ \t]*[，、；。][ \t]*")


class English(NamedTuple):
    """A text in English as far as the glossary goes. used: its (term, phrase) pairs that acted."""

    text: str
    used: tuple[tuple[str, str], ...]


def has_chinese(text: str) -> bool:
    """Whether there is a Chinese character in it."""
    return bool(_HAN_RUN.search(text))


def to_english(text: str, phrases: Mapping[str, str]) -> English:
    """The text with every term of the glossary in English, the longest first.

    phrases: Chinese term → English phrase. A term with no Chinese in it is passed over. Chinese
    that no term covers stays as it stands; a text without Chinese comes back unchanged.
    """
    if not has_chinese(text):
        return English(text, ())
    parts: list[tuple[str, bool]] = [(_MARKS.sub(", ", text), False)]  # (words, is English)
    used = []
    for term in sorted(filter(has_chinese, phrases), key=lambda term: (-len(term), term)):
        if any(term in words for words, is_done in parts if not is_done):
            parts = [part for old in parts for part in _parted(old, term, phrases[term].strip())]
            used.append((term, phrases[term]))
    words = [words if is_done else _without_particles(words) for words, is_done in parts]
    return English(_joined(words).rstrip(", "), tuple(used))


def _parted(part: tuple[str, bool], term: str, phrase: str) -> list[tuple[str, bool]]:
    words, is_done = part
    if is_done or term not in words:
        return [part]
    pieces: list[tuple[str, bool]] = []
    for index, piece in enumerate(words.split(term)):
        if index:
            pieces.append((phrase, True))
        if piece:
            pieces.append((piece, False))
    return pieces


def _without_particles(words: str) -> str:
    """The words; a run of Chinese that is all particles becomes what they mean."""

    def read(match: re.Match) -> str:
        if _ONLY_PARTICLES.sub("", match[0]):
            return match[0]
        meanings = (_PARTICLES[piece] for piece in _ONLY_PARTICLES.findall(match[0]))
        return f" {' '.join(filter(None, meanings))} "

    return _HAN_RUN.sub(read, words)


def _joined(pieces: list[str]) -> str:
    """The pieces with a blank wherever two words would run into one."""
    text = ""
    for piece in pieces:
        if text and piece and _ends_a_word(text[-1]) and _begins_a_word(piece[0]):
            text += " "
        text += piece
    return re.sub(" {2,}", " ", text).strip(" ")


def _ends_a_word(letter: str) -> bool:
    return letter.isalnum() or letter in "})]"


def _begins_a_word(letter: str) -> bool:
    return letter.isalnum() or letter in "{(["
