"""The house's glossary at work: prompts in English, and offers while somebody types."""

import re
from typing import NamedTuple

from brandstudio.core.models import GlossaryTerm, Vehicle
from training.engine import families
from training.engine.prompts.glossary import HAN, English, has_chinese, to_english

MOST_OFFERS = 8
LONGEST_TYPED = 40  # characters before the caret that are looked at
_TYPED_HAN = re.compile(f"[{HAN}]+$")
_TYPED_WORDS = re.compile(r"[A-Za-z][A-Za-z' -]*$")
FEWEST_LETTERS = 2  # of an English beginning; one Chinese character says as much


def phrases():
    """{Chinese term: English phrase}: the glossary's, and the vehicles' names."""
    vehicles = dict(Vehicle.objects.values_list("name_zh", "phrase"))
    return vehicles | dict(GlossaryTerm.objects.values_list("term", "phrase"))


def in_english(text, base=None):
    """The text as this base reads it (an English). base: a BaseModel; None reads English only."""
    if not has_chinese(text) or base and families.of(base.family).reads_chinese:
        return English(text, ())
    return to_english(text, phrases())


def in_chinese(text):
    """An English text with each phrase that the glossary knows as its Chinese term, the longest
    first; "" where it knows none."""
    terms = {phrase.casefold(): term for term, phrase in phrases().items()}
    if not terms:
        return ""
    longest_first = sorted(terms, key=len, reverse=True)
    known = re.compile(rf"\b(?:{'|'.join(map(re.escape, longest_first))})\b", re.IGNORECASE)
    read, count = known.subn(lambda match: terms[match[0].casefold()], text)
    return read if count else ""


class Offer(NamedTuple):
    """A term for what was typed. length: how many typed characters it would replace."""

    term: str
    phrase: str
    length: int


def offers(typed):
    """Up to MOST_OFFERS Offers for words that end at the caret; the longest match first.

    A Chinese ending is looked for in the terms, an English one in the phrases: each of its
    beginnings, so that 一辆红灯 offers 红灯笼.
    """
    typed = typed[-LONGEST_TYPED:]
    if match := _TYPED_HAN.search(typed):
        endings, column = [match[0][start:] for start in range(len(match[0]))], 0
    elif match := _TYPED_WORDS.search(typed):
        words = match[0].casefold()
        starts = [0, *(at + 1 for at, letter in enumerate(words) if letter == " ")]
        endings, column = [words[start:] for start in starts], 1
        endings = [ending for ending in endings if len(ending) >= FEWEST_LETTERS]
    else:
        return []
    pairs = sorted(phrases().items(), key=lambda pair: (len(pair[column]), pair))
    chosen: dict[str, Offer] = {}
    for ending in endings:
        for pair in pairs:
            if pair[column].casefold().startswith(ending):
                chosen.setdefault(pair[1], Offer(pair[0], pair[1], len(ending)))
    return [offer for offer in chosen.values() if not typed.endswith(offer.phrase)][:MOST_OFFERS]
