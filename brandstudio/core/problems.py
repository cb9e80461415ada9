"""What is refused or went wrong, as a code with facts; each room has the sentence of its codes."""

import re
from dataclasses import dataclass
from typing import TypeAlias

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext, override


class Refused(Exception):
    """What was asked can't be done, and a person can mend it. code: names the sentence."""

    def __init__(self, code, **facts):
        self.code, self.facts = code, facts
        super().__init__(f"{code}: {facts}")


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong: its sentence, whether it stops the act, and the mend.

    act, url: the link that mends it, where there is one. cause: what kind of thing it is, "" where
    the sentence says it all.
    """

    code: str
    sentence: str
    stops: bool = True
    act: str = ""
    url: str = ""
    cause: str = ""


class Facts(dict):
    """A fact that was not given shows as “?”: a message never hides behind a KeyError.

    One that was kept `in_each_language` shows in the reader's.
    """

    def __missing__(self, key):
        return "?"

    def __getitem__(self, key):
        value = super().__getitem__(key)
        if isinstance(value, dict) and value.keys() == _languages():
            return value[get_language() or "en"]
        return value


def _languages():
    return {code for code, _name in settings.LANGUAGES}


def in_each_language(say):
    """What say() says to readers of each language, for facts that are kept: {language: text}, or
    the text alone where all are told the same."""
    texts = {}
    for code in sorted(_languages()):
        with override(code):
            texts[code] = say()
    return texts if len(set(texts.values())) > 1 else texts["en"]


def name_of(row):
    """A row's name as a fact that is kept: a worker, or a colleague, may read another language."""
    return in_each_language(lambda: str(row))


# A sentence of a table: of gettext_noop, or of ngettext_lazy, which names the fact it counts by.
Text: TypeAlias = str | Promise
_GOES_ON = re.compile(r"\{reason\}(?=\s|\w)")
_CLOSING = ".!?…。！？"
_MANY = {"count": 2, "images": 2, "left": 2, "waiting": 2}  # where an older row lacks the fact


def filled(text: Text, facts) -> str:
    """A table's sentence in the reader's language with its facts, singular where it counts one."""
    words = text % {**_MANY, **facts} if isinstance(text, Promise) else gettext(text)
    reason = facts.get("reason")
    if isinstance(reason, str) and _GOES_ON.search(words):
        facts = {**facts, "reason": closed(reason)}
    return words.format_map(Facts(facts))


def closed(sentence):
    """A person's words with a full stop, where they wrote none: another sentence follows."""
    sentence = sentence.rstrip()
    if not sentence or sentence[-1] in _CLOSING:
        return sentence
    return sentence + ("。" if "\u3400" <= sentence[-1] <= "\u9fff" else ".")
