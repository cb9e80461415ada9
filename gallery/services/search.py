"""Words that find rows: folded, whole or in part, and from one language to the other.

A pair is (Chinese, English): a term of the glossary with its phrase, or a row's two names.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from brandstudio.core.input import lengths

LONGEST = 100  # characters of a query that are read
_FILLERS = {"的", "with", "the", "and", "from", "across", "that", "above"}
_TRANSLATED = 0.5  # a match by translation counts half
_PLURAL = 0.9
_LATIN = re.compile(r"[a-z0-9]")


def too_long(text: str) -> str:
    """What is said of a query of which not all would be read; "" of one that is."""
    return lengths.sentence(text, LONGEST) if len(text) > LONGEST else ""


def fold(text: str) -> str:
    """The text with one form of each letter: no capitals, no full-width signs, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@dataclass(frozen=True)
class Search:
    """What was asked. words: per word its alternatives, {text: share of a match's worth}.

    translations: what was searched besides, as the reader may be told.
    """

    text: str
    words: tuple[dict[str, float], ...]
    translations: tuple[str, ...]

    def score(self, fields: Iterable[tuple[float, str]]) -> float:
        """How well a row fits, 0 when a word of the query is nowhere in it.

        fields: (weight, folded text) of the row.
        """
        fields = [(weight, text) for weight, text in fields if text]
        total = 0.0
        for alternatives in self.words:
            best = max(
                (
                    weight * share * _fit(word, text)
                    for word, share in alternatives.items()
                    for weight, text in fields
                ),
                default=0.0,
            )
            if not best:
                return 0.0
            total += best
        return total + max(weight for weight, text in fields) * any(
            text == self.text for _weight, text in fields
        )


def read_search(text: str, pairs: Iterable[tuple[str, str]]) -> Search:
    """The Search that a person typed; without a word it fits nothing.

    Chinese is written without blanks: it is parted at the terms of `pairs`. A term is searched by
    its English phrase too, and a word of a phrase by the term.
    """
    folded = fold(text[:LONGEST])
    pairs = [(fold(term), fold(phrase)) for term, phrase in pairs]
    words, besides = [], []
    for word in _parted(folded, [term for term, _phrase in pairs]):
        others = _translations(word, pairs)
        alternatives = {word: 1.0}
        if word.isascii() and word.endswith("s") and len(word) > 3:
            alternatives[word[:-1]] = _PLURAL
        words.append({**dict.fromkeys(others, _TRANSLATED), **alternatives})
        besides += [other for other in others if other not in besides]
    return Search(folded, tuple(words), tuple(besides))


def in_longer_names(text: str, names: Iterable[str]) -> set[str]:
    """The words of a text that stand in it as part of a longer name: red in "red lanterns"."""
    padded = f" {_spaced(text)} "
    longer = [name for name in map(_spaced, names) if " " in name and f" {name} " in padded]
    return {word for name in longer for word in name.split()}


def _spaced(text):
    return " ".join(re.findall(r"\w+", fold(text)))


def _parted(text, terms):
    known = sorted({term for term in terms if term and not term.isascii()}, key=len, reverse=True)
    parts = re.compile("|".join(map(re.escape, known))) if known else None
    words = []
    for chunk in text.split():
        if chunk.isascii() or parts is None:
            words.append(chunk)
            continue
        at = 0
        for match in parts.finditer(chunk):
            words += [chunk[at : match.start()], match[0]]
            at = match.end()
        words.append(chunk[at:])
    return [word for word in dict.fromkeys(words) if word and word not in _FILLERS] or (
        [text] if text else []
    )


def _translations(word, pairs):
    """The other language's side of each pair that the word stands for."""
    if not word.isascii():
        return list(dict.fromkeys(phrase for term, phrase in pairs if term == word))
    if len(word) < 3:
        return []
    singular = word.removesuffix("s")
    return list(
        dict.fromkeys(term for term, phrase in pairs if {word, singular} & set(phrase.split()))
    )


def _fit(word, text):
    """3 for the whole text, 2 at the beginning of a word, 1 within one, 0 for none."""
    at = text.find(word)
    if at < 0:
        return 0
    if text == word:
        return 3
    while at >= 0:
        if at == 0 or not (_LATIN.match(text[at]) and _LATIN.match(text[at - 1])):
            return 2
        at = text.find(word, at + 1)
    return 1
