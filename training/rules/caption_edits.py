"""Changes to many captions at once, as plain text in and out."""

import difflib
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from training.engine.prompts import letters


class EditKind(models.TextChoices):
    REPLACE = "replace", _("find and replace")
    PREFIX = "prefix", _("put in front")
    SUFFIX = "suffix", _("add at the end")
    ADD = "add", _("add a term")
    REMOVE = "remove", _("remove a term")


@dataclass(frozen=True)
class Edit:
    """One change. find: for REPLACE. text: what is put in, added or removed.

    Terms are the parts between commas. REPLACE finds whole words unless `within_words`.
    """

    kind: str
    text: str = ""
    find: str = ""
    within_words: bool = False

    def apply(self, caption):
        """The caption after the change; the same text where there is nothing to change."""
        acts: dict[str, Callable[[str], str]] = {
            EditKind.REPLACE: self._replace,
            EditKind.PREFIX: self._prefix,
            EditKind.SUFFIX: self._suffix,
            EditKind.ADD: self._suffix,
            EditKind.REMOVE: self._remove,
        }
        return acts[self.kind](caption)

    def _replace(self, caption):
        if not self.find:
            return caption
        edited = self.pattern.sub(_as_it_is(self.text), caption)
        return caption if edited == caption else tidy(edited)

    @property
    def pattern(self):
        """What REPLACE looks for. \\b knows no border beside CJK, where words stand unspaced."""
        inner = re.escape(self.find)
        if not self.within_words and self.find.isascii():
            word_start = r"(?<!\w)" if self.find[:1].isalnum() else ""
            word_end = r"(?!\w)" if self.find[-1:].isalnum() else ""
            inner = f"{word_start}{inner}{word_end}"
        return re.compile(inner, re.IGNORECASE)

    @property
    def term(self):
        """The text as terms are compared: one blank between words, case left aside."""
        return " ".join(self.text.split()).casefold()

    def _prefix(self, caption):
        terms = split(caption)
        if terms and terms[0].casefold() == self.term:
            return caption
        return tidy(f"{self.text}, {caption}")

    def _suffix(self, caption):
        if self.term in {term.casefold() for term in split(caption)}:
            return caption
        return tidy(f"{caption}, {self.text}")

    def _remove(self, caption):
        terms = [term for term in split(caption) if term.casefold() != self.term]
        return caption if len(terms) == len(split(caption)) else ", ".join(terms)


def put_in_place(caption, phrases):
    """The caption with each of the words replaced: word → phrase, the longest word first.

    Chinese stands unspaced, so blanks are put round what takes its place.
    """
    for word in sorted(phrases, key=len, reverse=True):
        border = r"(?<!\w){}(?!\w)" if word.isascii() else "{}"
        pattern = re.compile(border.format(re.escape(word)), re.IGNORECASE)
        blank = "" if word.isascii() else " "
        caption = pattern.sub(_as_it_is(f"{blank}{phrases[word]}{blank}"), caption)
    return tidy(caption)


def _as_it_is(text) -> Callable[[re.Match], str]:
    """What a pattern puts in: a function keeps backslashes from being read as groups."""
    return lambda _match: text


def split(caption):
    """The caption's terms: its parts between commas."""
    return list(filter(None, map(letters.one_line, caption.split(","))))


def tidy(caption):
    """One blank between words, no empty terms."""
    return ", ".join(split(" ".join(caption.split())))


def spans(before, after):
    """The difference word by word: [(kind, text)] with kind "same", "del" or "ins"."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    middle = _changed(old[start : len(old) - end], new[start : len(new) - end])
    parts: list[tuple[str, str]] = []
    for kind, words in [("same", old[:start]), *middle, ("same", old[len(old) - end :])]:
        if words and parts and parts[-1][0] == kind:
            parts[-1] = (kind, parts[-1][1] + "".join(words))
        elif words:
            parts.append((kind, "".join(words)))
    return parts


_WORDS = re.compile(r"\s+|[^\s,]+|,")
_MOST_PAIRS = 20_000  # of equal words: what a search for the longest common runs may look at


def _common(old, new):
    """How many words both begin with."""
    pairs = zip(old, new, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))


def _changed(old, new):
    """[(kind, words)] of two lists of words, in a time that no repeated word can stretch."""
    counts = Counter(new)
    if sum(counts[word] for word in old if not word.isspace()) <= _MOST_PAIRS:
        return _aligned(old, new)
    if len(old) == len(new):  # word for word, as a replacement leaves it
        parts = []
        for a, b in zip(old, new, strict=True):
            parts += [("same", [a])] if a == b else [("del", [a]), ("ins", [b])]
        return parts
    return [("del", old), ("ins", new)]


def _aligned(old, new):
    parts = []
    matcher = difflib.SequenceMatcher(str.isspace, old, new, autojunk=False)
    for tag, i1, i2, j1, j2 in matcher.get_opcodes():
        if tag == "equal":
            parts.append(("same", old[i1:i2]))
        else:
            parts += [("del", old[i1:i2]), ("ins", new[j1:j2])]
    return parts
