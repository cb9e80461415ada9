"""What is refused or went wrong, as a code with facts; each room has the sentence of its codes."""

from dataclasses import dataclass
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import gettext


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
    """A fact that was not given shows as “?”: a message never hides behind a KeyError."""

    def __missing__(self, key):
        return "?"


# A sentence of a table: of gettext_noop, or of ngettext_lazy, which names the fact it counts by.
Text: TypeAlias = str | Promise
_MANY = {"count": 2, "left": 2, "waiting": 2}  # where an older row lacks the fact


def filled(text: Text, facts) -> str:
    """A table's sentence in the reader's language with its facts, singular where it counts one."""
    words = text % {**_MANY, **facts} if isinstance(text, Promise) else gettext(text)
    return words.format_map(Facts(facts))
