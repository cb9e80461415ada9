"""Names, titles and other lines that people type: what may stand in one.

Signs that nobody sees are refused, each by its number: a line of them alone looks empty, two that
differ by one look the same, and marks of direction turn round what stands after them. The joiners
and selectors that emoji and some scripts are written with belong to what is seen.
"""

import re
import unicodedata

from django.core.exceptions import ValidationError
from django.utils.translation import gettext, gettext_noop

ODD_SIGN = gettext_noop(
    "A name is read in lists, notices and file names, so “{sign}” can't stand in it. Leave it out."
)
UNSEEN_SIGN = gettext_noop(
    "“{sign}” is a sign that nobody sees, so it can't stand here. Leave it out, or write the line "
    "anew."
)
_MARKUP = frozenset("<>")
_UNSEEN = frozenset(("Cc", "Cf", "Zl", "Zp"))  # controls, marks of direction, ends of lines
# Fillers: letters and signs to Unicode, and blank to everybody.
_BLANK = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
_JOINERS = frozenset("\u200c\u200d")
# They follow a flag at once, as in England's: a letter for each of them, then the end.
_TAGGED_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{1,6}\U000e007f")
_KEYS, _KEYCAP = frozenset("#*0123456789"), "\u20e3"
# They say how the sign before them is drawn; beside any other sign nobody sees them.
_SELECTORS = {
    **dict.fromkeys(map(chr, (0x180B, 0x180C, 0x180D, 0x180F)), ("MONGOLIAN",)),
    **dict.fromkeys(map(chr, range(0xFE00, 0xFE0E)), ("CJK", "MYANMAR", "PHAGS-PA")),
    **dict.fromkeys(map(chr, range(0xE0100, 0xE01F0)), ("CJK",)),
}
_AS_TEXT_OR_EMOJI = frozenset("\ufe0e\ufe0f")
# Scripts in which a joiner changes how a word looks.
_JOINED_SCRIPTS = (
    *("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "GURMUKHI", "GUJARATI", "ORIYA"),
    *("TAMIL", "TELUGU", "KANNADA", "MALAYALAM", "SINHALA", "KHMER", "MYANMAR", "TIBETAN"),
)


def odd_sign(name):
    """The first sign that no name holds, such as people can read it; "" where there is none."""
    return unseen_sign(name) or next((sign for sign in name if sign in _MARKUP), "")


def unseen_sign(line):
    """The first sign of a line that nobody sees, as U+200B; "" where there is none."""
    place = next(_unseen_places(line), None)
    return "" if place is None else f"U+{ord(line[place]):04X}"


def refuse_odd_sign(name):
    """A validator: raise ValidationError for a name with markup or signs that nobody sees."""
    if sign := odd_sign(name):
        raise ValidationError(gettext(ODD_SIGN).format(sign=sign), code="name-odd")


def refuse_unseen_sign(line):
    """A validator: raise ValidationError for a line with signs that nobody sees."""
    if sign := unseen_sign(line):
        raise ValidationError(gettext(UNSEEN_SIGN).format(sign=sign), code="unseen-sign")


def without_unseen(text):
    """A text of several lines without signs that nobody sees."""
    unseen = set(_unseen_places(text))
    return "".join(
        sign for place, sign in enumerate(text) if sign in "\n\r\t" or place not in unseen
    )


def _unseen_places(text):
    tagged = {
        place for flag in _TAGGED_FLAG.finditer(text) for place in range(flag.start(), flag.end())
    }
    for place, sign in enumerate(text):
        if place not in tagged and _is_unseen(text, place, sign):
            yield place


def _is_unseen(text, place, sign):
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if sign in _JOINERS:
        return not (_takes_joiner(text, place - 1) and _takes_joiner(text, place + 1))
    if sign in _AS_TEXT_OR_EMOJI:
        is_key = before in _KEYS and after == _KEYCAP
        return not (_is_drawn_twice(before) or is_key)
    if sign in _SELECTORS:
        return not (before and _script_of(before) in _SELECTORS[sign])
    return sign in _BLANK or unicodedata.category(sign) in _UNSEEN


def _takes_joiner(text, place):
    """Whether a joiner beside this sign is seen: beside emoji, and in scripts whose letters
    join."""
    if not 0 <= place < len(text) or text[place].isascii():
        return False
    sign = text[place]
    if sign in _AS_TEXT_OR_EMOJI:
        return not _is_unseen(text, place, sign)
    return unicodedata.category(sign) in ("So", "Sk") or _script_of(sign) in _JOINED_SCRIPTS


def _is_drawn_twice(sign):
    """Whether it may be one that is drawn as text or as emoji: no letter, no mark, no selector."""
    return bool(sign) and not sign.isascii() and unicodedata.category(sign)[0] in "SP"


def _script_of(sign):
    return unicodedata.name(sign, "").partition(" ")[0]
